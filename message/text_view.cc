// SPDX-License-Identifier: Apache-2.0
#include "message/text_view.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>

namespace listwarden {
namespace {

bool IsAsciiLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Characters nobody sees. Some are ordinary (soft hyphens, emoji joiners), others only mask.
bool IsInvisible(UChar32 c) {
  return c == 0xad || c == 0x34f || c == 0x180e || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x2064) || (c >= 0x2066 && c <= 0x2069) ||
         (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff || (c >= 0xe0000 && c <= 0xe0fff);
}

bool IsMask(UChar32 c) {
  return c == 0x200b || (c >= 0x202a && c <= 0x202e) || c == 0x2060 || (c >= 0x2066 && c <= 0x2069) ||
         (c >= 0xe0000 && c <= 0xe0fff);
}

const char* Typographic(UChar32 c) {
  if ((c >= 0x2018 && c <= 0x201b) || c == 0x2bc || c == 0x2032) return "'";
  if ((c >= 0x201c && c <= 0x201f) || c == 0xab || c == 0xbb) return "\"";
  if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212) return "-";
  return nullptr;
}

// Forms of Latin letters that nobody writes words in by habit: mathematical, full-width, enclosed.
bool IsFancyForm(UChar32 c) {
  return (c >= 0x1d400 && c <= 0x1d7ff) || (c >= 0xff21 && c <= 0xff5a) || (c >= 0x249c && c <= 0x24e9) ||
         (c >= 0x1f110 && c <= 0x1f189);
}

// Case folded, compatibility forms undone, accents of Latin letters dropped.
std::string FoldCharacter(UChar32 c) {
  struct Entry {
    UChar32 c = -1;
    std::string folded;
  };
  thread_local std::array<Entry, 512> cache;
  Entry& entry = cache[static_cast<std::size_t>(c) % cache.size()];
  if (entry.c == c) return entry.folded;
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* fold = icu::Normalizer2::getNFKCCasefoldInstance(error);
  const icu::Normalizer2* split = icu::Normalizer2::getNFDInstance(error);
  icu::UnicodeString folded = fold->normalize(icu::UnicodeString(c), error);
  const icu::UnicodeString parts = split->normalize(folded, error);
  if (parts.length() > 1 && parts[0] < 0x80) {
    icu::UnicodeString base;
    for (int32_t i = 0; i < parts.length(); ++i) {
      if (u_charType(parts[i]) != U_NON_SPACING_MARK) base.append(parts[i]);
    }
    folded = base;
  }
  entry.c = c;
  entry.folded.clear();
  if (U_SUCCESS(error)) folded.toUTF8String(entry.folded);
  return entry.folded;
}

constexpr std::array<char, 256> MakeFold() {
  std::array<char, 256> fold{};
  for (std::size_t c = 0; c < 256; ++c) fold[c] = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  fold['\n'] = fold['\t'] = ' ';
  return fold;
}

constexpr auto kFold = MakeFold();

// Where a stretch ends that folds byte by byte: ASCII words with one blank between them.
std::size_t PlainEnd(std::string_view text, std::size_t at) {
  const auto is_word = [&](std::size_t i) { return i < text.size() && text[i] > ' ' && text[i] < 127; };
  if (!is_word(at)) return at;
  while (is_word(at) || ((text[at] == ' ' || text[at] == '\n' || text[at] == '\t') && is_word(at + 1))) {
    if (++at == text.size()) break;
  }
  return at;
}

}  // namespace

TextView::TextView(std::string original) : original_(std::move(original)) {
  const auto* text = reinterpret_cast<const std::uint8_t*>(original_.data());
  const auto size = static_cast<int32_t>(original_.size());
  folded_.reserve(original_.size());
  std::size_t line_ends = 0;
  bool in_blank = false, was_mark = false;
  std::int64_t shift = 0;  // original offset minus folded offset of what is appended next
  const auto place = [&](int32_t origin) {
    const auto now = static_cast<std::int64_t>(origin) - static_cast<std::int64_t>(folded_.size());
    if (now == shift && !(steps_.empty() && now != 0)) return;
    shift = now;
    steps_.push_back({static_cast<std::uint32_t>(folded_.size()), static_cast<std::uint32_t>(origin)});
  };
  for (int32_t at = 0; at < size;) {
    const int32_t start = at;
    if (const std::size_t end = PlainEnd(original_, static_cast<std::size_t>(at));
        static_cast<int32_t>(end) > at) {
      place(start);
      const std::size_t from = folded_.size();
      folded_.append(original_, static_cast<std::size_t>(at), end - static_cast<std::size_t>(at));
      for (std::size_t i = from; i < folded_.size(); ++i)
        folded_[i] = kFold[static_cast<unsigned char>(folded_[i])];
      at = static_cast<int32_t>(end);
      in_blank = was_mark = false;
      continue;
    }
    UChar32 c = text[at];
    if (c >= 0x80) {
      U8_NEXT(text, at, size, c);
    } else {
      ++at;
    }
    const bool is_blank =
        c == ' ' || (c >= 9 && c <= 13) || c == 0x2028 || c == 0x2029 || (c >= 0x80 && u_isUWhiteSpace(c));
    if (is_blank) {
      if (!in_blank) {
        place(start);
        folded_ += ' ';
        line_ends = 0;
      }
      line_ends += c == '\n' || c == 0x2029;
      if (line_ends == 2) folded_.back() = '\n';
      in_blank = true;
      continue;
    }
    in_blank = false;
    if (c >= 0 && c < 0x80) {  // a control character
      place(start);
      folded_ += static_cast<char>(c);
      continue;
    }
    if (c < 0) continue;
    const bool after_letter = !folded_.empty() && IsAsciiLetter(folded_.back());
    const auto disguise = [&] {
      if (after_letter) disguises_.push_back(static_cast<std::uint32_t>(folded_.size()) - 1);
    };
    if (IsInvisible(c)) {
      if (IsMask(c)) disguise();
      continue;
    }
    if (after_letter && u_charType(c) == U_NON_SPACING_MARK) {
      if (was_mark || (c >= 0x334 && c <= 0x338)) disguise();
      was_mark = true;
      continue;
    }
    was_mark = false;
    place(start);
    if (const char* plain = Typographic(c)) {
      folded_ += plain;
      continue;
    }
    if (IsFancyForm(c)) disguise();
    folded_ += FoldCharacter(c);
  }
}

std::pair<std::size_t, std::size_t> TextView::ToOriginal(std::size_t begin, std::size_t end) const {
  const auto origin = [&](std::size_t offset) {
    auto step = std::upper_bound(steps_.begin(), steps_.end(), offset,
                                 [](std::size_t wanted, const Step& one) { return wanted < one.folded; });
    if (step == steps_.begin()) return offset;
    --step;
    std::size_t place = step->origin + (offset - step->folded);
    if (step + 1 != steps_.end()) place = std::min<std::size_t>(place, (step + 1)->origin);
    return place;
  };
  std::size_t from = std::min(origin(std::min(begin, folded_.size())), original_.size());
  // The end is where the last byte's character ends.
  std::size_t to = from;
  if (end > begin) to = std::min(origin(std::min(end, folded_.size()) - 1) + 1, original_.size());
  while (from > 0 && from < original_.size() && (static_cast<unsigned char>(original_[from]) & 0xc0) == 0x80)
    --from;
  while (to < original_.size() && (static_cast<unsigned char>(original_[to]) & 0xc0) == 0x80) ++to;
  return {from, std::max(from, to)};
}

bool TextView::IsDisguised(std::size_t begin, std::size_t end) const {
  const auto first = std::lower_bound(disguises_.begin(), disguises_.end(), begin);
  // The last letter's own marks stand after the word.
  return first != disguises_.end() && *first + 1 < end;
}

std::string_view TextView::Quote(std::size_t begin, std::size_t end) const {
  const auto [from, to] = ToOriginal(begin, end);
  return std::string_view(original_).substr(from, to - from);
}

}  // namespace listwarden
