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

  // `words[i]` has id i; empty words, and those of more than 65,535 bytes, are never found.
  explicit WordIndex(const std::vector<std::string>& words);

  static constexpr char Seen(char c) {
    if (c >= '0' && c <= '9') return '0';
    if (c >= '\t' && c <= '\r') return ' ';
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }

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
    std::uint64_t letters = 0;  // of the word up to the gram's end, eight at most
    std::uint32_t id = 0;
    std::uint32_t at = 0;      // of the word in letters_
    std::uint32_t before = 0;  // letters of the word up to the gram's end
    std::uint16_t size = 0;
    bool starts_word = false, ends_word = false;
  };
  struct Met {  // a gram that may be an entry's
    std::uint64_t gram;
    std::uint64_t letters;  // of the text up to the gram's end, the last eight
    std::size_t end;
  };
  static std::size_t Hash(std::uint64_t gram) { return gram * 0x9e3779b97f4a7c15u >> (64 - kMarkBits); }
  static std::size_t HashOfThree(std::uint64_t letters) {
    return (letters & 0xffffff) * 0x9e3779b97f4a7c15u >> (64 - kThreeBits);
  }
  std::string_view WordOf(const Entry& entry) const {
    return std::string_view(letters_).substr(entry.at, entry.size);
  }
  std::size_t FirstSlotOf(std::uint64_t gram) const { return Hash(gram) & (slots_.size() - 1); }
  std::size_t SlotOf(std::uint64_t gram) const;
  void Compare(std::string_view seen, const std::vector<Met>& met, std::vector<Place>* places) const;
  bool Stands(const Entry& entry, std::string_view seen, std::size_t begin) const;
  void Insert(Place place, std::vector<Place>* places) const;

  std::string letters_;                   // all words
  std::vector<std::uint32_t> sizes_;      // of the words, by id
  std::vector<Entry> entries_;            // those of a gram stand together
  std::vector<std::uint32_t> slots_;      // hash table: number of the gram's first entry + 1; 0 is free
  std::bitset<(1u << kMarkBits)> marks_;  // by hash: some gram has it
  // Which sizes of gram may end here, a bit for each of kGrams: by the last two letters those of up to two,
  // by the last three the others.
  std::array<std::uint8_t, 1u << 16> by_two_{};
  std::array<std::uint8_t, 1u << kThreeBits> by_three_{};
};

}  // namespace listwarden
