// SPDX-License-Identifier: Apache-2.0
#include "message/slips.h"

#include <algorithm>
#include <array>

namespace listwarden {
namespace {

// What stands between the wanted words of a sentence that is written without blanks.
constexpr std::string_view kSmallWords[] = {
    "i",     "a",     "an",      "the",  "all",   "every", "any",    "each",    "these", "those",  "this",
    "that",  "some",  "most",    "you",  "we",    "they",  "he",     "she",     "it",    "my",     "our",
    "your",  "their", "them",    "him",  "her",   "us",    "is",     "are",     "was",   "were",   "be",
    "been",  "am",    "not",     "no",   "never", "do",    "dont",   "should",  "must",  "ought",  "will",
    "would", "could", "can",     "cant", "to",    "of",    "in",     "on",      "at",    "for",    "from",
    "and",   "or",    "so",      "such", "too",   "very",  "really", "just",    "only",  "always", "like",
    "want",  "going", "gonna",   "need", "have",  "has",   "get",    "rid",     "out",   "go",     "back",
    "home",  "off",   "up",      "down", "here",  "with",  "than",   "people",  "man",   "men",    "person",
    "bunch", "lot",   "nothing", "but",  "who",   "what",  "why",    "deserve", "die",   "dead",   "live",
    "love",  "think", "country", "world"};

}  // namespace

Slips::Slips(const std::vector<std::string>& wanted, const std::vector<std::string>& ordinary)
    : ordinary_(ordinary.begin(), ordinary.end()) {
  const auto is_small = [](char c) { return c >= 'a' && c <= 'z'; };
  std::vector<std::string> parts(std::begin(kSmallWords), std::end(kSmallWords));
  for (const std::string& word : wanted) {
    if (word.size() < kFewestOfPart || word.size() > kMost ||
        !std::all_of(word.begin(), word.end(), is_small))
      continue;
    parts.push_back(word);
    if (word.size() >= kFewest) wanted_.insert(word);
  }
  for (const std::string& word : wanted_) AddSlipsOf(word);
  parts_ = Vocabulary(parts);
}

std::size_t Slips::Mark(std::string_view run) {
  const auto letter = [&](std::size_t at) { return static_cast<std::uint64_t>(run[at] & 31); };
  const std::uint64_t key = letter(0) | letter(1) << 5 | letter(2) << 10 | letter(run.size() - 1) << 15 |
                            letter(run.size() - 2) << 20 | static_cast<std::uint64_t>(run.size()) << 25;
  return key * 0x9e3779b97f4a7c15u >> (64 - kMarkBits);
}

void Slips::AddSlipsOf(const std::string& word) {
  const auto add = [&](const std::string& slip) {
    if (slip.size() < kFewest || wanted_.count(slip) != 0 || ordinary_.count(slip) != 0) return;
    // Of two words that it may be, the one that sorts first, whatever the order they come in.
    std::string& meant = meant_.try_emplace(slip, word).first->second;
    meant = std::min(meant, word);
    marks_.set(Mark(slip));
  };
  for (std::size_t at = 0; at < word.size(); ++at) {
    add(word.substr(0, at) + word.substr(at + 1));
    std::string swapped = word;
    if (at > 0) std::swap(swapped[at - 1], swapped[at]);
    add(swapped);
  }
}

std::string Slips::Mended(std::string_view run) const {
  if (run.size() < kFewest || run.size() > kMost || meant_.empty()) return {};
  if (marks_[Mark(run)]) {
    const auto found = meant_.find(std::string(run));
    if (found != meant_.end()) return found->second;
  }
  return run.size() < kFewestRunTogether ? std::string() : Parted(run);
}

// The fewest parts that make up the whole run, a wanted word among them.
std::string Slips::Parted(std::string_view run) const {
  struct Reached {
    std::uint8_t parts = 0;  // 0: not reached
    std::uint8_t from = 0;
    bool has_wanted = false;
  };
  std::array<Reached, kMost + 1> reached{};
  reached[0].parts = 1;
  for (std::size_t at = 0; at < run.size(); ++at) {
    if (reached[at].parts == 0) continue;
    parts_.ForWordsAt(run.substr(at), [&](std::size_t length) {
      Reached& there = reached[at + length];
      const auto parts = static_cast<std::uint8_t>(reached[at].parts + 1);
      if (there.parts != 0 && there.parts <= parts) return;
      const bool is_wanted = length >= kFewest && wanted_.count(std::string(run.substr(at, length))) != 0;
      there = {parts, static_cast<std::uint8_t>(at), reached[at].has_wanted || is_wanted};
    });
  }
  const Reached& whole = reached[run.size()];
  if (whole.parts < 3 || !whole.has_wanted || ordinary_.count(std::string(run)) != 0) return {};
  std::string parted;
  for (std::size_t end = run.size(); end > 0; end = reached[end].from) {
    const std::string_view part = run.substr(reached[end].from, end - reached[end].from);
    parted = std::string(part) + (parted.empty() ? "" : " ") + parted;
  }
  return parted;
}

}  // namespace listwarden
