// A text folded for matching: compatibility forms, case, white space, invisible and look-alike characters are
// undone, so that a pattern is written once; every byte of it knows the bytes of the original it stands for.
// The form: lower case (full case folding), NFKC, zero-width/bidi/soft-hyphen removed, runs of white space
// one blank, typographic dashes and quotes as ASCII, look-alike letters in mixed-script words as Latin (UTS
// #39). Owns: both texts. Threads: immutable after construction. SPDX-License-Identifier: Apache-2.0
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

  // How many characters were taken out or replaced to make masking visible (zero-width, bidi, look-alikes).
  std::size_t disguised() const { return disguised_; }

 private:
  struct Step {  // from folded offset on, original = origin + (offset - folded)
    std::uint32_t folded;
    std::uint32_t origin;
  };
  std::string original_;
  std::string folded_;
  std::vector<Step> steps_;
  std::size_t disguised_ = 0;
};

}  // namespace listwarden
