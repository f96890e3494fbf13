// SPDX-License-Identifier: Apache-2.0
#include "policy/word_index.h"

#include <algorithm>
#include <bit>

#include "policy/word_chance.h"

namespace listwarden {
namespace {

std::uint64_t With(std::uint64_t gram, char c) { return gram << 8 | static_cast<unsigned char>(c); }

constexpr std::array<char, 256> kSeen = [] {
  std::array<char, 256> seen{};
  for (std::size_t c = 0; c < seen.size(); ++c) seen[c] = WordIndex::Seen(static_cast<char>(c));
  return seen;
}();

std::uint64_t LastOf(std::uint64_t letters, std::size_t count) {
  return count >= sizeof letters ? letters : letters & ~std::uint64_t{0} >> (64 - 8 * count);
}

std::string SeenAs(std::string_view text) {
  std::string seen(text);
  for (char& c : seen) c = kSeen[static_cast<unsigned char>(c)];
  return seen;
}

}  // namespace

WordIndex::WordIndex(const std::vector<std::string>& words) {
  for (const std::string& marked : words) {
    std::string_view word = marked;
    Entry entry;
    entry.starts_word = word.starts_with(kBoundary);
    if (entry.starts_word) word.remove_prefix(1);
    entry.ends_word = word.ends_with(kBoundary);
    if (entry.ends_word) word.remove_suffix(1);
    const std::string seen = SeenAs(word);
    entry.id = static_cast<std::uint32_t>(sizes_.size());
    entry.at = static_cast<std::uint32_t>(letters_.size());
    entry.size = static_cast<std::uint16_t>(seen.size());
    sizes_.push_back(static_cast<std::uint32_t>(seen.size()));
    if (seen.empty() || seen.size() > 0xffff) continue;
    letters_ += seen;
    const auto kind = static_cast<std::size_t>(std::upper_bound(kGrams.begin(), kGrams.end(), seen.size()) -
                                               kGrams.begin() - 1);
    const std::size_t size = kGrams[kind];
    const std::string_view all = seen;
    std::size_t rarest = 0;
    for (std::size_t at = 1; at + size <= all.size(); ++at) {
      if (ChanceOf(all.substr(at, size)) < ChanceOf(all.substr(rarest, size))) rarest = at;
    }
    entry.before = static_cast<std::uint32_t>(rarest + size);
    for (const char c : all.substr(0, entry.before)) entry.letters = With(entry.letters, c);
    for (const char c : all.substr(rarest, size)) entry.gram = With(entry.gram, c);
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
    std::uint32_t& slot = slots_[SlotOf(entries_[i].gram)];
    if (slot == 0) slot = static_cast<std::uint32_t>(i + 1);
  }
}

std::size_t WordIndex::SlotOf(std::uint64_t gram) const {
  std::size_t slot = FirstSlotOf(gram);
  while (slots_[slot] != 0 && entries_[slots_[slot] - 1].gram != gram)
    slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

bool WordIndex::Stands(const Entry& entry, std::string_view seen, std::size_t begin) const {
  const std::size_t after = begin + entry.size;
  if (entry.starts_word && begin > 0 && IsWordByte(seen[begin - 1])) return false;
  if (entry.ends_word && after < seen.size() && IsWordByte(seen[after])) return false;
  const bool is_known = entry.before == entry.size && entry.size <= sizeof entry.letters;
  return is_known || seen.compare(begin, entry.size, WordOf(entry)) == 0;
}

void WordIndex::Insert(Place place, std::vector<Place>* places) const {
  const std::size_t size = sizes_[place.id];
  const auto comes_before = [&](const Place& other) {
    if (other.end != place.end) return other.end < place.end;
    return sizes_[other.id] != size ? sizes_[other.id] > size : other.id > place.id;
  };
  auto at = places->end();
  while (at != places->begin() && !comes_before(*(at - 1))) --at;
  places->insert(at, place);
}

// The tables are larger than a processor's nearest memory: several lines are fetched before one is read.
void WordIndex::Compare(std::string_view seen, const std::vector<Met>& met,
                        std::vector<Place>* places) const {
  for (const Met& one : met) {
    const std::uint32_t first = slots_[FirstSlotOf(one.gram)];
    if (first != 0) __builtin_prefetch(&entries_[first - 1]);
  }
  for (const Met& one : met) {
    const std::uint32_t first = slots_[SlotOf(one.gram)];
    if (first == 0) continue;
    for (std::size_t e = first - 1; e < entries_.size() && entries_[e].gram == one.gram; ++e) {
      const Entry& entry = entries_[e];
      if (one.end < entry.before || LastOf(one.letters, entry.before) != entry.letters) continue;
      const std::size_t begin = one.end - entry.before;
      if (Stands(entry, seen, begin))
        Insert({std::min(begin + entry.size - 1, seen.size() - 2), entry.id}, places);
    }
  }
}

std::vector<WordIndex::Place> WordIndex::Find(std::string_view text) const {
  constexpr std::size_t kMetAtOnce = 32;
  std::string seen;
  seen.reserve(text.size() + 2);
  seen += ' ';
  for (const char c : text) seen += kSeen[static_cast<unsigned char>(c)];
  seen += ' ';
  std::vector<Place> places;
  std::vector<Met> met;
  met.reserve(kMetAtOnce + kGrams.size());
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    last = With(last, seen[i]);
    unsigned kinds = by_two_[last & 0xffff] | by_three_[HashOfThree(last)];
    for (; kinds != 0; kinds &= kinds - 1) {
      const std::uint64_t gram = LastOf(last, kGrams[static_cast<std::size_t>(std::countr_zero(kinds))]);
      if (!marks_[Hash(gram)]) continue;
      __builtin_prefetch(&slots_[FirstSlotOf(gram)]);
      met.push_back({gram, last, i + 1});
    }
    if (met.size() < kMetAtOnce && i + 1 < seen.size()) continue;
    Compare(seen, met, &places);
    met.clear();
  }
  return places;
}

}  // namespace listwarden
