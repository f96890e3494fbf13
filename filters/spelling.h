// How well ordinary words of a text are spelled, by Debian's word lists (British, American, medical). A word
// counts as misspelled only when no list has it and it is one slip (a letter too many, too few, wrong or two
// swapped) away from a listed word: names, jargon, foreign words and abbreviations are no errors. Words with
// capitals, digits or signs, lines that look like code, and five unlisted words in a row (another language) are
// left out of the count.
//   auto lists = WordLists::Load();
//   Spelling spelling = lists->Read(text);
// Owns: the words.
// Threads: immutable after Load.
// Errors: Load throws SettingsError when a list is missing.
// Limits: the first 4,000 bytes of a text, 40 unlisted words.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace listwarden {

struct Spelling {
  std::size_t words = 0;                   // different ones that were looked up
  std::size_t english = 0;                 // articles, prepositions and the like
  std::vector<std::string_view> unlisted;  // in no list; of the text, in its order
};

// A set of words that keeps 32 bits of each, so that a look-up costs one cache line: one unlisted word in
// thousands of millions is taken for a listed one.
class WordSet {
 public:
  explicit WordSet(std::size_t most_words);
  bool Insert(std::string_view word);  // false when it is there already
  bool Has(std::string_view word) const { return slots_[SlotOf(word)] != 0; }

 private:
  std::size_t SlotOf(std::string_view word) const;  // where it is, or the free one where it belongs
  std::size_t most_words_, count_ = 0;
  std::vector<std::uint32_t> slots_;  // 0 is free
};

class WordLists {
 public:
  static std::shared_ptr<const WordLists> Load();

  // Lower case.
  bool Has(std::string_view word) const { return words_.Has(word); }
  bool IsSlip(std::string_view word) const;
  Spelling Read(std::string_view text) const;
  // The misspelled ones among the unlisted; none when more than a third of those are no slips: then it is a
  // text of names and jargon; none when one is a small word of another language.
  std::vector<std::string_view> Misspelled(const Spelling& spelling) const;

 private:
  static constexpr std::size_t kMostWords = 340000;
  WordSet words_{kMostWords};
};

}  // namespace listwarden
