// SPDX-License-Identifier: Apache-2.0
#include "policy/sentences.h"

#include <algorithm>
#include <array>

namespace listwarden {
namespace {

constexpr std::size_t kReach = 400;
constexpr std::array<std::string_view, 17> kAbbreviations = {"e.g",  "i.e", "dr",  "mr", "mrs", "ms",
                                                             "prof", "fig", "no",  "vs", "etc", "approx",
                                                             "cf",   "st",  "ref", "eq", "inc"};

// Most bytes end nothing.
bool MayEndSentence(char c) { return c == '\n' || c == '.' || c == '!' || c == '?'; }

bool EndsWithStop(std::string_view text, std::size_t at) {
  if (text[at] == '\n') return true;
  if (at + 1 < text.size() && text[at + 1] != ' ' && text[at + 1] != '\n' && text[at + 1] != '"' &&
      text[at + 1] != ')')
    return false;
  if (text[at] != '.') return true;
  std::size_t start = at;
  while (start > 0 && (text[start - 1] == '.' || (text[start - 1] >= 'a' && text[start - 1] <= 'z'))) --start;
  const std::string_view word = text.substr(start, at - start);
  return word.size() != 1 &&
         std::find(kAbbreviations.begin(), kAbbreviations.end(), word) == kAbbreviations.end();
}

bool EndsSentence(std::string_view text, std::size_t at) {
  return MayEndSentence(text[at]) && EndsWithStop(text, at);
}

}  // namespace

std::pair<std::size_t, std::size_t> SentenceAround(std::string_view text, std::size_t begin,
                                                   std::size_t end) {
  const std::size_t first = begin > kReach ? begin - kReach : 0;
  std::size_t from = begin;
  while (from > first && !EndsSentence(text, from - 1)) --from;
  while (from < begin && text[from] == ' ') ++from;
  const std::size_t last = std::min(text.size(), end + kReach);
  std::size_t to = end;
  // A hit that ends in its sentence's stop has ended it.
  if (to > begin && to <= text.size() && to < last && EndsSentence(text, to - 1)) return {from, to};
  while (to < last && !EndsSentence(text, to)) ++to;
  if (to < text.size() && text[to] != '\n') ++to;
  return {from, std::min(to, text.size())};
}

std::size_t SentenceEnd(std::string_view text, std::size_t begin, std::size_t longest) {
  const std::size_t last = begin + std::min(longest, text.size() - begin);
  std::size_t at = begin;
  while (at < last && !EndsSentence(text, at)) ++at;
  return std::min(at + 1, text.size());
}

}  // namespace listwarden
