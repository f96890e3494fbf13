// All words of all rules, found in one pass (Aho-Corasick over byte classes).
// Limits: memory is about states x classes x 4 bytes. Threads: immutable after Build.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

class WordIndex {
 public:
  // `words[i]` has id i; empty words are never found.
  explicit WordIndex(const std::vector<std::string>& words);
  // Calls found(id, end) for every occurrence, overlapping ones too, in order of their ends.
  template <typename Found>
  void Find(std::string_view text, Found found) const {
    std::uint32_t state = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      state = next_[state * classes_ + class_of_[static_cast<unsigned char>(text[i])]];
      if (!has_output_[state]) continue;
      for (std::uint32_t at = state; at != 0; at = output_link_[at]) {
        for (std::uint32_t id = first_[at]; id != kNone; id = next_same_[id]) found(id, i + 1);
      }
    }
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  std::array<std::uint8_t, 256> class_of_{};
  std::size_t classes_ = 1;
  std::vector<std::uint32_t> next_;  // state x class
  std::vector<std::uint8_t> has_output_;
  std::vector<std::uint32_t> first_;        // first word that ends here
  std::vector<std::uint32_t> next_same_;    // next word that ends at the same state
  std::vector<std::uint32_t> output_link_;  // nearest suffix state where a word ends
};

}  // namespace listwarden
