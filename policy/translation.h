// What a policy says, in another language (policies/NAME/cy.toml): English texts as keys, so that held posts
// of any age are told in both languages and a text that changes is never told in the words of its forerunner.
// "{}" in a key stands for anything, which is kept; "{text}" for a text that is to be translated itself.
// Threads: immutable.
// Errors: the constructor throws RuleError "file:line: what": an empty text, a key of placeholders
// alone, or other placeholders on one side.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

class Translation {
 public:
  Translation() = default;  // knows nothing
  explicit Translation(const std::filesystem::path& file);

  // nullopt when nobody has translated it.
  std::optional<std::string> Find(std::string_view english) const;
  std::vector<std::string> Keys() const;

 private:
  std::map<std::string, std::string, std::less<>> texts_;
  std::map<std::string, std::string, std::less<>> patterns_;  // those with placeholders
};

}  // namespace listwarden
