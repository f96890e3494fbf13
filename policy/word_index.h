// All words of all rules, found in one pass (Aho-Corasick over byte classes). A text is seen as the words
// are: every digit is a '0', every blank a ' ', capitals are small; who needs to know which looks at the
// text. Limits: memory is about states x classes x 4 bytes. Threads: immutable after construction.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

class WordIndex {
 public:
  // `words[i]` has id i; empty words are never found.
  explicit WordIndex(const std::vector<std::string>& words);

  static constexpr char Seen(char c) {
    if (c >= '0' && c <= '9') return '0';
    if (c >= '\t' && c <= '\r') return ' ';
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }

  // Calls found(id, end) for every occurrence, overlapping ones too, in order of their ends, which lie in the
  // text.
  template <typename Found>
  void Find(std::string_view text, Found found) const {
    std::uint32_t state = next_[class_of_[' ']] & ~kHasOutput;
    const auto step = [&](char c, std::size_t end) {
      state = next_[state + class_of_[static_cast<unsigned char>(c)]];
      if ((state & kHasOutput) == 0) return;
      state &= ~kHasOutput;
      for (std::uint32_t at = state / classes_; at != 0; at = output_link_[at]) {
        for (std::uint32_t id = first_[at]; id != kNone; id = next_same_[id]) found(id, end);
      }
    };
    for (std::size_t i = 0; i < text.size(); ++i) step(text[i], i + 1);
    step(' ', text.size());
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  static constexpr std::uint32_t kHasOutput = 1u << 31;
  std::uint32_t AddState();
  void AddWord(std::string_view word, std::uint32_t id);
  void Link();
  void Pack();

  std::array<std::uint8_t, 256> class_of_{};
  std::uint32_t classes_ = 1;
  std::vector<std::uint32_t> next_;         // state x class: where the next state's row starts, and the flag
  std::vector<std::uint32_t> first_;        // first word that ends here
  std::vector<std::uint32_t> next_same_;    // next word that ends at the same state
  std::vector<std::uint32_t> output_link_;  // nearest suffix state where a word ends
};

}  // namespace listwarden
