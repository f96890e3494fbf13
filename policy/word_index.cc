// SPDX-License-Identifier: Apache-2.0
#include "policy/word_index.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace listwarden {
namespace {

std::uint64_t With(std::uint64_t gram, char c) { return gram << 8 | static_cast<unsigned char>(c); }

constexpr std::array<char, 256> kSeen = [] {
  std::array<char, 256> seen{};
  for (std::size_t c = 0; c < seen.size(); ++c) seen[c] = WordIndex::Seen(static_cast<char>(c));
  return seen;
}();

std::string SeenAs(std::string_view text) {
  std::string seen(text);
  for (char& c : seen) c = kSeen[static_cast<unsigned char>(c)];
  return seen;
}

}  // namespace

double WordIndex::ChanceOf(std::string_view word) {
  static const std::array<double, 256> kChances = [] {
    constexpr std::string_view kByFrequency = " etaoinsrhdlucmfwygpbvkxqjz";
    std::array<double, 256> chances{};
    chances.fill(0.01);
    chances['0'] = 0.05;
    for (std::size_t rank = 0; rank < kByFrequency.size(); ++rank)
      chances[static_cast<unsigned char>(kByFrequency[rank])] = 0.16 * std::pow(0.88, rank);
    return chances;
  }();
  double chance = 1;
  for (const char c : word) chance *= kChances[static_cast<unsigned char>(c)];
  return chance;
}

WordIndex::WordIndex(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    words_.push_back(SeenAs(word));
    const std::string_view seen = words_.back();
    if (seen.empty()) continue;
    const auto kind = static_cast<std::size_t>(std::upper_bound(kGrams.begin(), kGrams.end(), seen.size()) -
                                               kGrams.begin() - 1);
    const std::size_t size = kGrams[kind];
    std::size_t rarest = 0;
    for (std::size_t at = 1; at + size <= seen.size(); ++at) {
      if (ChanceOf(seen.substr(at, size)) < ChanceOf(seen.substr(rarest, size))) rarest = at;
    }
    Entry entry{0, static_cast<std::uint32_t>(words_.size() - 1), static_cast<std::uint32_t>(rarest + size)};
    for (const char c : seen.substr(rarest, size)) entry.gram = With(entry.gram, c);
    entries_.push_back(entry);
    marks_.set(Hash(entry.gram));
  }
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.gram < b.gram; });
  slots_.resize(std::bit_ceil(2 * entries_.size() + 1));
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    std::uint32_t& slot = slots_[SlotOf(entries_[i].gram)];
    if (slot == 0) slot = static_cast<std::uint32_t>(i + 1);
  }
}

std::size_t WordIndex::SlotOf(std::uint64_t gram) const {
  std::size_t slot = Hash(gram) & (slots_.size() - 1);
  while (slots_[slot] != 0 && entries_[slots_[slot] - 1].gram != gram)
    slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

std::vector<WordIndex::Place> WordIndex::Find(std::string_view text) const {
  const std::string seen = " " + SeenAs(text) + " ";
  std::vector<Place> places;
  const auto add = [&](const Entry& entry, std::size_t gram_end) {
    const std::string& word = words_[entry.id];
    if (gram_end < entry.before || seen.compare(gram_end - entry.before, word.size(), word) != 0) return;
    const std::size_t end = std::min(gram_end - entry.before + word.size() - 1, text.size());
    const auto comes_before = [&](const Place& other) {
      if (other.end != end) return other.end < end;
      const std::size_t size = words_[other.id].size();
      return size != word.size() ? size > word.size() : other.id > entry.id;
    };
    auto at = places.end();
    while (at != places.begin() && !comes_before(*(at - 1))) --at;
    places.insert(at, {end, entry.id});
  };
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    last = With(last, seen[i]);
#pragma GCC unroll 5
    for (std::size_t kind = 0; kind < kGrams.size(); ++kind) {
      const std::uint64_t gram = last & (~std::uint64_t{0} >> (64 - 8 * kGrams[kind]));
      if (!marks_[Hash(gram)] || kGrams[kind] > i + 1) continue;
      const std::uint32_t first = slots_[SlotOf(gram)];
      if (first == 0) continue;
      for (std::size_t e = first - 1; e < entries_.size() && entries_[e].gram == gram; ++e)
        add(entries_[e], i + 1);
    }
  }
  return places;
}

}  // namespace listwarden
