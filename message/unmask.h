// A second reading of a folded text, with typing slips mended (message/slips.h) and masks undone: leet
// ("1d10t", "$h1t"), look-alike letters, letters spaced out ("i d i o t", "i.d.i.o.t"), drawn out ("idiooot")
// or blotted out ("sh*t"). A mask is undone only where a word of the vocabulary comes out; everything else,
// and all text without such a word, is left alone.
// Owns: the reading.
// Threads: immutable.
// Errors: none. Time and memory are linear in the text.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "message/slips.h"
#include "message/vocabulary.h"

namespace listwarden {

class UnmaskedText {
 public:
  UnmaskedText(std::string_view folded, const Vocabulary& vocabulary, const Slips& slips = {});

  // What stands around each such word, with the word in plain letters; excerpts are paragraphs.
  // Empty when there was none. A word that can be read in several ways stands in several excerpts.
  const std::string& text() const { return text_; }

  // The gravest change that a range of text() takes in.
  enum class Change { kNone, kSlip, kMask };
  Change ChangeIn(std::size_t begin, std::size_t end) const;

  // The range of the folded text that a range of text() stands for.
  std::pair<std::size_t, std::size_t> ToFolded(std::size_t begin, std::size_t end) const;

 private:
  struct Piece {  // a stretch of text_ and what it stands for
    std::size_t begin;
    std::size_t folded_begin;
    std::size_t folded_end;
    Change change;
  };
  struct Masked {
    std::size_t begin, end;  // of the folded text
    std::vector<std::string> readings;
    Change change;
  };
  class Finder;
  void AddReading(std::string_view folded, const std::vector<Masked>& masked, std::size_t reading);
  void AddExcerpt(std::string_view folded, const std::vector<Masked>& masked, std::size_t first,
                  std::size_t last, std::size_t reading);
  std::vector<Piece>::const_iterator PieceAt(std::size_t offset) const;

  std::string text_;
  std::vector<Piece> pieces_;
};

}  // namespace listwarden
