// A text folded for matching, so that a pattern is written once; every byte of it knows the bytes of the
// original it stands for. The form: lower case (full case folding), NFKC (full-width and mathematical letters
// become plain ones), accents of Latin letters dropped, zero-width, bidi and soft-hyphen characters removed,
// runs of white space one blank, blank lines "\n", typographic dashes and quotes as ASCII. Words keep their
// meaning: look-alikes, leet and the like are UnmaskedText's.
// Owns: both texts.
// Threads: immutable after construction.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace listwarden {

class TextView {
 public:
  // `original` must be valid UTF-8. Time and memory are linear in it.
  explicit TextView(std::string original);

  const std::string& original() const { return original_; }
  const std::string& folded() const { return folded_; }

  // The range [begin, end) of the original that the folded range stands for; clamped, on character borders.
  std::pair<std::size_t, std::size_t> ToOriginal(std::size_t begin, std::size_t end) const;

  // The original words of a folded range.
  std::string_view Quote(std::size_t begin, std::size_t end) const;

  // True when inside the folded range letters were set in disguise: zero-width or bidi characters between
  // them, combining marks heaped on them, mathematical, full-width or enclosed forms.
  bool IsDisguised(std::size_t begin, std::size_t end) const;

 private:
  struct Step {  // from folded offset on, original = origin + (offset - folded)
    std::uint32_t folded;
    std::uint32_t origin;
  };
  std::string original_;
  std::string folded_;
  std::vector<Step> steps_;
  std::vector<std::uint32_t> disguises_;  // folded offsets, ascending
};

}  // namespace listwarden
