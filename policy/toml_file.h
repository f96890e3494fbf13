// What rule, clause, register and list files have in common: reading TOML strictly, with the place in every
// error. toml++ stays behind policy/*.cc that include this.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

// One table of a file. Reading marks a key as known; Finish() refuses what was never asked for.
class TomlTable {
 public:
  struct Node;
  TomlTable(std::filesystem::path file, std::shared_ptr<Node> node);

  std::string Text(std::string_view key);  // required
  std::string Text(std::string_view key, std::string_view otherwise);
  std::vector<std::string> Texts(std::string_view key);  // absent = empty
  bool Flag(std::string_view key);
  long long Number(std::string_view key, long long otherwise);
  bool Has(std::string_view key) const;
  TomlTable Table(std::string_view key);                // absent = empty table
  std::vector<TomlTable> Tables(std::string_view key);  // [[key]]
  std::vector<std::string> Keys() const;
  void Finish();
  long long Line(std::string_view key) const;  // where the key stands, else its table

  // Throws RuleError "file:line: what".
  [[noreturn]] void Fail(std::string_view key, const std::string& what) const;

 private:
  std::filesystem::path file_;
  std::shared_ptr<Node> node_;
};

TomlTable ReadToml(const std::filesystem::path& file);

}  // namespace listwarden
