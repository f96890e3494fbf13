// Letters' wording: etc/notices/LANG/EVENT.txt, Mustache, "Subject: …" on the first line. Mistakes are found
// when it is read: unknown names, sections that do not close.
// Threads: immutable.
// Errors: SettingsError "file:line: what; expected", all mistakes at once.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

// What a letter may say: texts, conditions, repetitions. A repetition sees what stands around it.
struct LetterValues {
  std::map<std::string, std::string> texts;
  std::map<std::string, bool> flags;
  std::map<std::string, std::vector<LetterValues>> lists;
};

struct LetterText {
  std::string subject, text;  // the text wrapped, "\n" line ends
};

class LetterTemplates {
 public:
  explicit LetterTemplates(const std::filesystem::path& folder);

  bool Has(const std::string& language, const std::string& event) const;
  LetterText Render(const std::string& language, const std::string& event, const LetterValues& values) const;

 private:
  std::map<std::string, std::string> texts_;  // "en/poster-held"
};

}  // namespace listwarden
