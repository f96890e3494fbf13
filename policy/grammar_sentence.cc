// SPDX-License-Identifier: Apache-2.0
#include "policy/grammar_sentence.h"

#include <algorithm>

#include "policy/grammar_words.h"
#include "policy/sentences.h"

namespace listwarden::grammar {
namespace {

constexpr std::size_t kWordsEachSide = 48;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Words keep inner hyphens and apostrophes, except that 're, 's, 'm, 'd, 'll and 've stand alone.
std::size_t WordEnd(std::string_view text, std::size_t at) {
  const auto is_clitic = [&](std::size_t from) {
    std::size_t to = from + 1;
    while (to < text.size() && IsLetter(text[to])) ++to;
    return IsOneOf(text.substr(from, to - from), {"'re", "'s", "'m", "'d", "'ll", "'ve"});
  };
  std::size_t end = at + 1;
  while (end < text.size()) {
    const char c = text[end];
    const bool is_inner = (c == '\'' || c == '-') && end + 1 < text.size() && IsLetter(text[end + 1]);
    if (c == '\'' && is_inner && is_clitic(end)) break;
    if (!IsLetter(c) && !IsDigit(c) && !is_inner) break;
    ++end;
  }
  return end;
}

std::vector<Token> Tokens(std::string_view text, std::size_t offset) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == ' ' || c == '\n') {
      ++at;
      continue;
    }
    const bool starts_clitic =
        c == '\'' && at > 0 && IsLetter(text[at - 1]) && at + 1 < text.size() && IsLetter(text[at + 1]);
    const bool is_word = IsLetter(c) || IsDigit(c) || starts_clitic;
    const std::size_t end = is_word ? WordEnd(text, at) : at + 1;
    Token token{text.substr(at, end - at), offset + at, 0, is_word};
    if (is_word) token.is = words::ClassOf(token.text);
    tokens.push_back(token);
    at = end;
  }
  return tokens;
}

}  // namespace

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

Sentence::Sentence(const TextView& view, std::size_t begin, std::size_t end)
    : view_(view), begin_(begin), end_(end) {
  const std::string_view text = view.folded();
  const auto [from, to] = SentenceAround(text, begin, end);
  tokens_ = Tokens(text.substr(from, to - from), from);
  while (first_ < tokens_.size() && tokens_[first_].begin + tokens_[first_].text.size() <= begin) ++first_;
  last_ = first_;
  while (last_ < tokens_.size() && tokens_[last_].begin < end) ++last_;
  if (last_ + kWordsEachSide < tokens_.size()) tokens_.resize(last_ + kWordsEachSide);
  if (first_ > kWordsEachSide) {
    const Index cut = first_ - kWordsEachSide;
    tokens_.erase(tokens_.begin(), tokens_.begin() + static_cast<std::ptrdiff_t>(cut));
    first_ -= cut;
    last_ -= cut;
  }
  of_ = Target();
}
bool Sentence::Says(Index i, std::initializer_list<std::string_view> words) const {
  return i < tokens_.size() && IsOneOf(tokens_[i].text, words);
}

// "'s" is a verb after a pronoun or before what a predicate begins with.
bool Sentence::IsCopula(Index i) const {
  if (!Is(i, words::kCopula)) return false;
  if (tokens_[i].text != "'s") return true;
  return (i > 0 && Is(i - 1, words::kPronoun)) || i + 1 == first_ ||
         Is(i + 1, words::kArticle | words::kNegator | words::kModifier);
}

bool Sentence::IsCapitalised(Index i) const {
  if (!tokens_[i].is_word || tokens_[i].text.size() < 2) return false;
  const std::string_view as_written =
      view_.Quote(tokens_[i].begin, tokens_[i].begin + tokens_[i].text.size());
  const auto is_upper = [&](std::size_t at) { return as_written[at] >= 'A' && as_written[at] <= 'Z'; };
  return as_written.size() > 1 && is_upper(0) && !is_upper(1);
}

// A comma ends a clause, unless it closes a parenthesis of a few words: "you are, frankly, an idiot".
Sentence::Index Sentence::ClauseStart() const {
  Index i = first_;
  while (i > 0) {
    const Index before = i - 1;
    if (Says(before, {","})) {
      Index open = before;
      for (Index back = before; back > 0 && before - back < 5; --back) {
        if (Says(back - 1, {","})) open = back - 1;
      }
      if (open == before) return i;
      i = open;
      continue;
    }
    const bool is_nothing_but =
        Says(before, {"but"}) && before > 0 && Says(before - 1, {"nothing", "anything"});
    if (IsStop(before) || (Is(before, words::kBreak) && !is_nothing_but)) return i;
    if (Says(before, {"and", "or"}) && Is(i, words::kPronoun)) return i;
    --i;
  }
  return 0;
}

}  // namespace listwarden::grammar
