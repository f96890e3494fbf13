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

std::uint64_t LastOf(std::uint64_t letters, std::size_t count) {
  return letters & ~std::uint64_t{0} >> (64 - 8 * count);
}

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
    chances[static_cast<unsigned char>(kBoundary)] = 0.3;
    for (std::size_t rank = 0; rank < kByFrequency.size(); ++rank)
      chances[static_cast<unsigned char>(kByFrequency[rank])] = 0.16 * std::pow(0.88, rank);
    return chances;
  }();
  double chance = 1;
  for (const char c : word) chance *= kChances[static_cast<unsigned char>(c)];
  return chance;
}

WordIndex::WordIndex(const std::vector<std::string>& words) {
  for (const std::string& marked : words) {
    std::string_view word = marked;
    Entry entry;
    entry.starts_word = word.starts_with(kBoundary);
    if (entry.starts_word) word.remove_prefix(1);
    entry.ends_word = word.ends_with(kBoundary);
    if (entry.ends_word) word.remove_suffix(1);
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
    entry.id = static_cast<std::uint32_t>(words_.size() - 1);
    entry.before = static_cast<std::uint32_t>(rarest + size);
    entry.seen_before = static_cast<std::uint8_t>(std::min<std::size_t>(entry.before, sizeof entry.letters));
    for (const char c : seen.substr(entry.before - entry.seen_before, entry.seen_before))
      entry.letters = With(entry.letters, c);
    for (const char c : seen.substr(rarest, size)) entry.gram = With(entry.gram, c);
    entries_.push_back(entry);
    marks_.set(Hash(entry.gram));
    const auto bit = static_cast<std::uint8_t>(1u << kind);
    if (size == 1) {
      for (std::size_t before = 0; before < 256; ++before) by_two_[entry.gram | before << 8] |= bit;
    } else if (size == 2) {
      by_two_[entry.gram] |= bit;
    } else {
      by_three_[HashOfThree(entry.gram)] |= bit;
    }
  }
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.gram < b.gram; });
  slots_.resize(std::bit_ceil(2 * entries_.size() + 1));
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    Slot& slot = slots_[SlotOf(entries_[i].gram)];
    if (slot.first == 0) slot = {entries_[i].gram, static_cast<std::uint32_t>(i + 1)};
  }
}

std::size_t WordIndex::SlotOf(std::uint64_t gram) const {
  std::size_t slot = Hash(gram) & (slots_.size() - 1);
  while (slots_[slot].first != 0 && slots_[slot].gram != gram) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

std::vector<WordIndex::Place> WordIndex::Find(std::string_view text) const {
  const std::string seen = " " + SeenAs(text) + " ";
  std::vector<Place> places;
  const auto add = [&](const Entry& entry, std::size_t gram_end) {
    const std::string& word = words_[entry.id];
    if (gram_end < entry.before) return;
    const std::size_t begin = gram_end - entry.before, after = begin + word.size();
    if (seen.compare(begin, word.size(), word) != 0) return;
    if (entry.starts_word && begin > 0 && IsWordByte(seen[begin - 1])) return;
    if (entry.ends_word && after < seen.size() && IsWordByte(seen[after])) return;
    const std::size_t end = std::min(after - 1, text.size());
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
    unsigned kinds = by_two_[last & 0xffff] | by_three_[HashOfThree(last)];
    for (; kinds != 0; kinds &= kinds - 1) {
      const std::size_t size = kGrams[static_cast<std::size_t>(std::countr_zero(kinds))];
      const std::uint64_t gram = LastOf(last, size);
      if (!marks_[Hash(gram)]) continue;
      const std::uint32_t first = slots_[SlotOf(gram)].first;
      if (first == 0) continue;
      for (std::size_t e = first - 1; e < entries_.size() && entries_[e].gram == gram; ++e) {
        if (LastOf(last, entries_[e].seen_before) == entries_[e].letters) add(entries_[e], i + 1);
      }
    }
  }
  return places;
}

}  // namespace listwarden
