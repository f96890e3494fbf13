// All words of all rules, found in one pass. Of every word its rarest six letters in a row (fewer, when it
// has no six) are kept in a small table; where they stand in a text, the word is compared. A text is seen as
// the words are: every digit is a '0', every blank a ' ', capitals are small; a blank stands before it and
// after it. Who needs to know which looks at the text. An automaton of all words takes megabytes, and most of
// the time waiting for them.
// Threads: immutable after construction.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

class WordIndex {
 public:
  // In front of a word that starts with a letter, digit or '_', or behind one that ends so: none of these
  // may stand beyond, as RE2's \b has it.
  static constexpr char kBoundary = '\b';
  static constexpr bool IsWordByte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  }

  // `words[i]` has id i; empty words are never found.
  explicit WordIndex(const std::vector<std::string>& words);

  static constexpr char Seen(char c) {
    if (c >= '0' && c <= '9') return '0';
    if (c >= '\t' && c <= '\r') return ' ';
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  // How often a word stands in English by chance, roughly: by its letters.
  static double ChanceOf(std::string_view word);

  struct Place {
    std::size_t end;  // in the text
    std::size_t id;
  };
  // Every occurrence, overlapping ones too, by their ends, the longer one first.
  std::vector<Place> Find(std::string_view text) const;

 private:
  static constexpr std::array<std::size_t, 5> kGrams = {1, 2, 3, 4, 6};
  static constexpr int kMarkBits = 17, kThreeBits = 16;
  struct Entry {  // a word by its gram
    std::uint64_t gram = 0;
    std::uint64_t letters = 0;     // of the word up to the gram's end, eight at most
    std::uint8_t seen_before = 0;  // how many of them
    std::uint32_t id = 0;
    std::uint32_t before = 0;  // letters of the word up to the gram's end
    bool starts_word = false, ends_word = false;
  };
  static std::size_t Hash(std::uint64_t gram) { return gram * 0x9e3779b97f4a7c15u >> (64 - kMarkBits); }
  static std::size_t HashOfThree(std::uint64_t letters) {
    return (letters & 0xffffff) * 0x9e3779b97f4a7c15u >> (64 - kThreeBits);
  }
  struct Slot {
    std::uint64_t gram = 0;
    std::uint32_t first = 0;  // number of the gram's first entry + 1; 0 is free
  };
  std::size_t SlotOf(std::uint64_t gram) const;

  std::vector<std::string> words_;
  std::vector<Entry> entries_;            // those of a gram stand together
  std::vector<Slot> slots_;               // hash table
  std::bitset<(1u << kMarkBits)> marks_;  // by hash: some gram has it
  // Which sizes of gram may end here, a bit for each of kGrams: by the last two letters those of up to two,
  // by the last three the others.
  std::array<std::uint8_t, 1u << 16> by_two_{};
  std::array<std::uint8_t, 1u << kThreeBits> by_three_{};
};

}  // namespace listwarden
