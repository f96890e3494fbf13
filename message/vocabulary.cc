// SPDX-License-Identifier: Apache-2.0
#include "message/vocabulary.h"

#include <algorithm>
#include <bit>

namespace listwarden {

Vocabulary::Vocabulary(const std::vector<std::string>& words) : nodes_(1) {
  for (const std::string& word : words) {
    if (!std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; })) continue;
    std::uint32_t at = 0;
    for (const char c : word) {
      const auto letter = static_cast<std::size_t>(c - 'a');
      if (nodes_[at].next[letter] == 0) {
        nodes_[at].next[letter] = static_cast<std::uint32_t>(nodes_.size());
        nodes_[at].has_next |= LetterBit(c);
        nodes_.emplace_back();
      }
      at = nodes_[at].next[letter];
    }
    nodes_[at].is_word = at != 0;
  }
}

struct Vocabulary::Search {
  static constexpr int kSteps = 600;
  static constexpr std::size_t kFits = 24;

  const std::vector<Node>& nodes;
  const std::vector<MaskedLetter>& letters;
  std::vector<Fit> fits;
  std::string word;
  int steps = 0;

  void From(std::uint32_t node, std::size_t at, bool has_mask) {
    if (nodes[node].is_word && fits.size() < kFits) fits.push_back({word, at, has_mask});
    if (at == letters.size()) return;
    const MaskedLetter& place = letters[at];
    LetterSet rest = place.letters & nodes[node].has_next;
    while (rest != 0 && steps < kSteps) {
      const auto letter = static_cast<std::size_t>(std::countr_zero(rest));
      rest &= rest - 1;
      std::uint32_t next = node;
      for (std::uint8_t count = 1; count <= place.most && ++steps < kSteps; ++count) {
        next = nodes[next].next[letter];
        if (next == 0) break;
        word.append(count, static_cast<char>('a' + letter));
        From(next, at + 1, has_mask || !place.is_plain);
        word.resize(word.size() - count);
      }
    }
  }
};

std::vector<Vocabulary::Fit> Vocabulary::FitsAt(const std::vector<MaskedLetter>& letters,
                                                std::size_t at) const {
  Search search{nodes_, letters, {}, {}, 0};
  search.From(0, at, false);
  std::stable_sort(search.fits.begin(), search.fits.end(),
                   [](const Fit& a, const Fit& b) { return a.end > b.end; });
  return std::move(search.fits);
}

void Vocabulary::ForWordsAt(std::string_view letters, const std::function<void(std::size_t)>& take) const {
  std::uint32_t node = 0;
  for (std::size_t at = 0; at < letters.size(); ++at) {
    node = nodes_[node].next[static_cast<std::size_t>(letters[at] - 'a')];
    if (node == 0) return;
    if (nodes_[node].is_word) take(at + 1);
  }
}

}  // namespace listwarden
