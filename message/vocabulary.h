// The words that masked spelling is held against: a masked word counts only when it can be read as one of
// these, so that ordinary text (part numbers, formulas, code) keeps its meaning.
// Owns: a trie.
// Threads: immutable after construction.
// Errors: none.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "message/look_alikes.h"

namespace listwarden {

// One place of a masked word: the letters that may have been meant, and how often.
struct MaskedLetter {
  LetterSet letters = 0;
  std::uint8_t most = 1;  // a drawn-out letter ("ooo") is one or two
  bool is_plain = false;  // the letter itself stands there
};

class Vocabulary {
 public:
  // Only the letters a to z count; words with others are left out.
  explicit Vocabulary(const std::vector<std::string>& words);
  Vocabulary() : Vocabulary(std::vector<std::string>{}) {}

  struct Fit {
    std::string word;
    std::size_t end;  // the first place after it
    bool has_mask;    // some place of it was not plain
  };
  // Words that start at `at`, longest first. Time is bounded whatever stands there.
  std::vector<Fit> FitsAt(const std::vector<MaskedLetter>& letters, std::size_t at) const;

  // The lengths of the words that a text of small letters starts with, shortest first.
  void ForWordsAt(std::string_view letters, const std::function<void(std::size_t)>& take) const;

 private:
  struct Node {
    std::array<std::uint32_t, 26> next{};
    LetterSet has_next = 0;
    bool is_word = false;
  };
  struct Search;
  std::vector<Node> nodes_;
};

}  // namespace listwarden
