// Pages from templates (etc/pages/*.html, Mustache) and wording (en.toml, cy.toml beside them). At loading
// `{{>name}}` takes another template in, `{{say.key}}` a wording whose `{name}` become values, and
// `{{asset.FILE}}` the address of a file in assets/ with its hash. Every value is escaped; a template with
// raw output, a script or style inside it, or an attribute without quotes is refused.
// Threads: immutable.
// Errors: the constructor throws SettingsError with the file.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

// What a template may show: texts, conditions, repetitions. A repetition sees what stands around it.
struct View {
  std::map<std::string, std::string> texts;
  std::map<std::string, bool> flags;
  std::map<std::string, std::vector<View>> lists;
};

struct Asset {
  std::string type, bytes;
};

class Pages {
 public:
  explicit Pages(const std::filesystem::path& folder);
  ~Pages();

  std::string Render(std::string_view page, std::string_view language, const View& view) const;
  // A wording with "{name}" replaced and nothing escaped: for values that a template will escape.
  std::string Say(std::string_view language, std::string_view key,
                  const std::map<std::string, std::string>& values = {}) const;
  const Asset* FindAsset(std::string_view name) const;

 private:
  struct Loaded;
  std::unique_ptr<Loaded> loaded_;
};

}  // namespace listwarden
