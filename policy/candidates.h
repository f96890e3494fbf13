// Which patterns may match a text, by the words that stand in it: a pattern is a candidate where one word of
// each of its clauses (policy/required_words.h) stands. One that requires no words always is.
//   Candidates::Tally tally(candidates);
//   tally.Add(word) …; for (std::size_t pattern : tally.Take()) …
// Threads: immutable.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "policy/required_words.h"

namespace listwarden {

class Candidates {
 public:
  // The patterns are numbered as they stand. Clauses of one beyond the 32nd are left out.
  explicit Candidates(const std::vector<std::vector<AnyOf>>& patterns);
  // All different words; a word's number is its place.
  const std::vector<std::string>& words() const { return words_; }

  class Tally {
   public:
    explicit Tally(const Candidates& of) : of_(of), met_(of.all_.size()) {}
    void Add(std::size_t word);
    // The candidates by the words added since the last time, ascending.
    std::vector<std::size_t> Take();

   private:
    const Candidates& of_;
    std::vector<std::uint32_t> met_;  // by pattern: bits of its clauses
    std::vector<std::uint32_t> touched_;
  };

 private:
  struct Use {
    std::uint32_t pattern;
    std::uint32_t clause;  // its bit
  };
  std::vector<std::string> words_;
  std::vector<Use> uses_;            // those of a word stand together
  std::vector<std::size_t> first_;   // by word: its first use; where the last word's end
  std::vector<std::uint32_t> all_;   // by pattern: bits of its clauses
  std::vector<std::size_t> always_;  // patterns without clauses
};

}  // namespace listwarden
