// How well ordinary words of a text are spelled, by Debian's word lists (British, American, medical).
// A word counts as misspelled only when no list has it and it is one slip (a letter too many, too few, wrong
// or two swapped) away from a listed word: names, jargon, foreign words and abbreviations are no errors.
// Words with capitals, digits or signs, and lines that look like code, are left out of the count.
//   auto lists = WordLists::Load();
//   Spelling spelling = lists->Read(text);
// Owns: the words. Threads: immutable after Load. Errors: Load throws SettingsError when a list is missing.
// Limits: the first 4,000 bytes of a text, 40 unlisted words.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace listwarden {

struct Spelling {
  std::size_t words = 0;                   // different ones that were looked up
  std::size_t english = 0;                 // articles, prepositions and the like
  std::vector<std::string_view> unlisted;  // in no list; of the text, in its order
};

class WordLists {
 public:
  static std::shared_ptr<const WordLists> Load();

  // Lower case.
  bool Has(std::string_view word) const { return words_.count(word) != 0; }
  bool IsSlip(std::string_view word) const;
  Spelling Read(std::string_view text) const;
  // The misspelled ones among the unlisted; none when more than a third of those are no slips: then it is a
  // text of names and jargon.
  std::vector<std::string_view> Misspelled(const Spelling& spelling) const;

 private:
  std::string bytes_;
  std::unordered_set<std::string_view> words_;
};

}  // namespace listwarden
