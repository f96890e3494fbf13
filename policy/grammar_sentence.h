// One sentence with the words of a hit in it, and what the grammar reads of it: of whom they are said
// (grammar_whom.cc), and how (grammar_said.cc). Only of grammar*.cc; others call grammar.h.
// Owns: its tokens, which point into the text; the text outlives it.
// Threads: pure, nothing is shared.
// Errors: none.
// Limits: 48 words on each side of the hit.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/grammar.h"

namespace listwarden::grammar {

struct Token {
  std::string_view text;
  std::size_t begin = 0;
  std::uint32_t is = 0;  // classes of grammar_words.h
  bool is_word = false;
};

bool IsLetter(char c);  // a to z, or of a longer character

// One sentence with the hit's tokens [first, last) in it.
class Sentence {
 public:
  Sentence(const TextView& view, std::size_t begin, std::size_t end);
  Reading Read() const;

 private:
  using Index = std::size_t;
  static constexpr Index kNone = static_cast<Index>(-1);

  bool Is(Index i, std::uint32_t kind) const { return i < tokens_.size() && (tokens_[i].is & kind) != 0; }
  bool Says(Index i, std::initializer_list<std::string_view> words) const;
  bool IsStop(Index i) const { return !tokens_[i].is_word && !Says(i, {"'", "\"", "*", "_", "-"}); }

  // grammar_sentence.cc
  bool IsCopula(Index i) const;
  bool IsCapitalised(Index i) const;
  Index ClauseStart() const;

  // grammar_whom.cc: in this order, the first that knows
  bool IsVocative() const;
  std::optional<Of> InHit() const;
  std::optional<Of> Addressed() const;
  std::optional<Of> Modified() const;
  std::optional<Of> OfCopula() const;
  std::optional<Of> Referring() const;
  std::optional<Of> Nearest() const;
  Of Subject(Index verb) const;
  Of Noun(Index head) const;
  Of Target() const;

  // grammar_said.cc
  bool Negated() const;
  bool NegatorHolds(Index at) const;
  bool Quoted() const;
  bool Asked() const;
  bool IsOnesOwn(Index noun) const;
  bool Reported() const;
  bool Hypothetical() const;
  bool Condemned() const;
  bool Example() const;
  bool OnlyNames(Index called) const;
  bool SpeakerCounts(Index speech) const;
  std::optional<std::pair<std::size_t, std::size_t>> Quotation() const;

  const TextView& view_;
  std::size_t begin_, end_;
  std::vector<Token> tokens_;
  Index first_ = 0, last_ = 0;
  Of of_ = Of::kNobody;
};

}  // namespace listwarden::grammar
