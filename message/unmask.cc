// SPDX-License-Identifier: Apache-2.0
#include "message/unmask.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <array>

namespace listwarden {
namespace {

constexpr std::size_t kLongestWord = 64;  // bytes; longer runs are no words
constexpr std::size_t kReadings = 24;
constexpr std::size_t kContext = 200;

enum Class : std::uint8_t {
  kLetter = 1,
  kDigit = 2,
  kSign = 4,  // may stand for a letter
  kDot = 8,   // may stand between letters
  kHigh = 16,
  kEdge = 32,  // ends a word
  kBlank = 64,
  kDrawnOut = 128,  // three times the same letter
};

constexpr std::array<std::uint8_t, 256> MakeClasses() {
  std::array<std::uint8_t, 256> classes{};
  for (auto& one : classes) one = kEdge;
  for (std::size_t c = 'a'; c <= 'z'; ++c) classes[c] = kLetter;
  for (std::size_t c = '0'; c <= '9'; ++c) classes[c] = kDigit;
  for (const char c : {'@', '$', '!', '|', '+', '*', '#', '%', '&', '^'})
    classes[static_cast<unsigned char>(c)] = kSign;
  for (const char c : {'.', '_', '-', '~'}) classes[static_cast<unsigned char>(c)] = kDot;
  for (std::size_t c = 0x80; c < 0x100; ++c) classes[c] = kHigh;
  classes[' '] = classes['\n'] = kBlank;
  return classes;
}

constexpr auto kClasses = MakeClasses();

std::uint8_t ClassOf(char c) { return kClasses[static_cast<unsigned char>(c)]; }

// One character of a masked word.
struct Place {
  std::size_t begin, end;  // of the folded text
  MaskedLetter letter;
  Class kind;           // letter, digit, sign, dot; high: a look-alike
  bool is_any = false;  // blotted out
  bool is_drawn_out = false;
  char sign = 0;
};
using Places = std::vector<Place>;

bool IsPictograph(UChar32 c) { return (c >= 0x2190 && c < 0x2c00) || (c >= 0x1f000 && c < 0x1fb00); }
bool IsMiddleDot(UChar32 c) { return c == 0xb7 || (c >= 0x2022 && c <= 0x2027); }

// False when a character is neither a letter nor a mask.
bool ReadPlaces(std::string_view folded, std::size_t begin, std::size_t end, Places* places) {
  places->clear();
  for (std::size_t at = begin; at < end;) {
    Place place{at, at + 1, {}, static_cast<Class>(ClassOf(folded[at]))};
    if (place.kind == kLetter) {
      place.letter = {LetterBit(folded[at]), 1, true};
      const std::size_t run_end = std::min(folded.find_first_not_of(folded[at], at), end);
      if (run_end - at >= 3) {
        place.letter = {LetterBit(folded[at]), 2, false};
        place.is_drawn_out = true;
        place.end = run_end;
      }
    } else if (place.kind == kHigh) {
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(folded.data());
      UChar32 c = 0;
      auto next = static_cast<int64_t>(at);
      U8_NEXT(bytes, next, static_cast<int64_t>(end), c);
      place.end = static_cast<std::size_t>(next);
      place.letter.letters = c < 0 ? 0 : LooksLike(static_cast<char32_t>(c));
      if (place.letter.letters == 0 && IsPictograph(c)) place.is_any = true;
      if (IsMiddleDot(c)) place.kind = kDot;
    } else if (place.kind == kDigit || place.kind == kSign) {
      place.sign = place.kind == kSign ? folded[at] : '\0';
      place.letter.letters = LooksLike(static_cast<unsigned char>(folded[at]));
      place.is_any = place.letter.letters == 0;
    }
    if (place.letter.letters == 0 && !place.is_any && place.kind != kDot) return false;
    at = place.end;
    places->push_back(place);
  }
  // "f@#k": signs of several kinds side by side stand for anything.
  for (std::size_t i = 1; i < places->size(); ++i) {
    Place &a = (*places)[i - 1], &b = (*places)[i];
    if (a.kind == kSign && b.kind == kSign && a.sign != b.sign) a.is_any = b.is_any = true;
  }
  return true;
}

std::vector<MaskedLetter> LettersOf(const Places& places) {
  std::vector<MaskedLetter> letters;
  letters.reserve(places.size());
  for (const Place& place : places) {
    letters.push_back(place.letter);
    if (place.is_any || place.kind == kDot) letters.back() = {kAnyLetter, 1, false};
  }
  return letters;
}

char LetterOf(const Place& place, std::string_view folded) {
  return place.kind == kLetter ? folded[place.begin] : '\0';
}

bool IsHexNumber(std::string_view word) {
  return word.size() >= 7 && word.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// "name@host.example", "http://…": left alone.
bool IsAddress(std::string_view chunk) {
  const auto at_sign = chunk.find('@', 1);
  if (at_sign != std::string_view::npos) {
    const auto dot = chunk.find('.', at_sign);
    if (dot != std::string_view::npos && dot + 2 < chunk.size() && ClassOf(chunk[dot + 1]) == kLetter)
      return true;
  }
  return chunk.find("://") != std::string_view::npos || chunk.find("www.") != std::string_view::npos;
}

}  // namespace

class UnmaskedText::Finder {
 public:
  Finder(std::string_view folded, const Vocabulary& vocabulary, const Slips& slips)
      : folded_(folded), vocabulary_(vocabulary), slips_(slips) {}

  std::vector<Masked> Find() {
    std::size_t start = 0;
    std::uint8_t seen = 0;
    char last = 0, before = 0;
    for (std::size_t at = 0; at < folded_.size(); ++at) {
      const char c = folded_[at];
      const std::uint8_t kind = ClassOf(c);
      if (kind != kBlank) {
        seen |= kind;
        if (c == last && c == before && kind == kLetter) seen |= kDrawnOut;
        before = last;
        last = c;
        continue;
      }
      Chunk(start, at, seen);
      if (c == '\n') EndSpaced();
      start = at + 1;
      seen = 0;
      last = before = 0;
    }
    Chunk(start, folded_.size(), seen);
    EndSpaced();
    return std::move(found_);
  }

 private:
  // What stands between two blanks.
  void Chunk(std::size_t begin, std::size_t end, std::uint8_t seen) {
    if (begin == end) return;
    if (end - begin <= 5 && IsSingle(begin, end)) return;
    EndSpaced();
    if (Slip(begin, end)) return;
    constexpr std::uint8_t kMasks = kDigit | kSign | kDot | kHigh | kDrawnOut;
    if ((seen & kMasks) == 0 || (seen & (kLetter | kHigh)) == 0) return;
    if (IsAddress(folded_.substr(begin, end - begin))) return;
    for (std::size_t at = begin; at < end;) {
      const std::size_t from = at;
      std::uint8_t kinds = 0;
      for (; at < end && ClassOf(folded_[at]) != kEdge; ++at) kinds |= ClassOf(folded_[at]);
      const bool may_be_masked =
          (kinds & (kLetter | kHigh)) != 0 && ((kinds & ~kLetter) != 0 || (seen & kDrawnOut) != 0);
      if (may_be_masked) Word(from, at, (seen & kDrawnOut) != 0);
      ++at;
    }
  }

  // Letters, with what belongs to the sentence before and behind them.
  bool Slip(std::size_t begin, std::size_t end) {
    while (begin < end && (ClassOf(folded_[begin]) & (kEdge | kDot)) != 0) ++begin;
    std::size_t stop = begin;
    while (stop < end && ClassOf(folded_[stop]) == kLetter) ++stop;
    const bool is_sign_inside =
        stop + 1 < end && ClassOf(folded_[stop]) == kSign && ClassOf(folded_[stop + 1]) != kSign;
    if (is_sign_inside || (stop < end && (ClassOf(folded_[stop]) & (kDigit | kHigh)) != 0)) return false;
    std::string mended = slips_.Mended(folded_.substr(begin, stop - begin));
    if (mended.empty()) return false;
    found_.push_back({begin, stop, {std::move(mended)}, Change::kSlip});
    return true;
  }

  // One letter (or what stands for one) between blanks: perhaps a word spaced out.
  bool IsSingle(std::size_t begin, std::size_t end) {
    while (end > begin + 1 && (ClassOf(folded_[end - 1]) & (kEdge | kDot)) != 0) --end;
    if (end - begin > 1 && ClassOf(folded_[begin]) != kHigh) return false;
    if (!ReadPlaces(folded_, begin, end, &places_) || places_.size() != 1) return false;
    if (places_[0].kind == kDot) return false;
    spaced_.push_back(places_[0]);
    return true;
  }

  void EndSpaced() {
    if (spaced_.size() >= 4) Spaced(spaced_);
    spaced_.clear();
  }

  // Single letters in a row: all words of the vocabulary among them, when one has four letters or more.
  bool Spaced(const Places& places) {
    const auto plain =
        std::count_if(places.begin(), places.end(), [](const Place& place) { return place.kind == kLetter; });
    if (plain < 2) return false;
    std::vector<MaskedLetter> letters = LettersOf(places);
    for (MaskedLetter& letter : letters) letter.is_plain = false;
    std::string words;
    bool has_long = false;
    for (std::size_t at = 0; at < places.size();) {
      const std::vector<Vocabulary::Fit> fits = vocabulary_.FitsAt(letters, at);
      if (!words.empty()) words += ' ';
      if (!fits.empty() && fits.front().word.size() > 1) {
        words += fits.front().word;
        has_long |= fits.front().word.size() >= 4;
        at = fits.front().end;
      } else {
        words += folded_.substr(places[at].begin, places[at].end - places[at].begin);
        ++at;
      }
    }
    if (has_long) Add(places.front().begin, places.back().end, {words});
    return has_long;
  }

  void Word(std::size_t begin, std::size_t end, bool has_drawn_out) {
    Strip(&begin, &end);
    if (!has_drawn_out && IsPlain(begin, end)) return;
    if (end - begin > kLongestWord || end - begin < 3 || IsHexNumber(folded_.substr(begin, end - begin)))
      return;
    if (!ReadPlaces(folded_, begin, end, &places_)) return;
    if (Whole(places_)) return;
    const bool has_dots = std::any_of(places_.begin(), places_.end(), IsBetween);
    if (!has_dots || Joined()) return;
    const Places all = places_;
    for (auto from = all.begin(); from != all.end();) {
      const auto to = std::find_if(from, all.end(), IsBetween);
      if (to - from >= 3) Whole(Places(from, to));
      from = to == all.end() ? to : to + 1;
    }
  }

  bool IsPlain(std::size_t begin, std::size_t end) const {
    while (begin < end && ClassOf(folded_[begin]) == kLetter) ++begin;
    return begin == end;
  }

  static bool IsBetween(const Place& place) { return place.kind == kDot || place.sign == '*'; }

  // Marks at a word's edges belong to the sentence, except "@ss", "a$$" and "f***".
  void Strip(std::size_t* begin, std::size_t* end) const {
    const auto is_mark = [&](std::size_t at) {
      const char c = folded_[at];
      return (ClassOf(c) & (kSign | kDot)) != 0 && c != '@' && c != '$';
    };
    const bool starts_with_star = *begin < *end && folded_[*begin] == '*';
    while (*begin < *end && is_mark(*begin)) ++*begin;
    while (*end > *begin && is_mark(*end - 1) && folded_[*end - 1] != '*') --*end;
    const bool is_blotted = !starts_with_star && *end - *begin >= 4 && folded_.substr(*end - 2, 2) == "**";
    while (!is_blotted && *end > *begin && is_mark(*end - 1)) --*end;
  }

  // One word, letter by letter, perhaps with an ending in plain letters.
  bool Whole(const Places& places) {
    std::size_t plain = 0, any = 0, signs = 0, high = 0, dots = 0, digits = 0;
    for (const Place& place : places) {
      plain += place.kind == kLetter;
      any += place.is_any || place.kind == kDot;
      dots += place.kind == kDot;
      digits += place.kind == kDigit;
      signs += place.kind == kSign;
      high += place.kind == kHigh;
    }
    if (any > 0) {
      const bool shows_enough = plain >= 2 || (plain == 1 && places.size() == 4);
      if (!shows_enough || places.front().kind != kLetter) return false;
      if (dots > 0 && (places.size() > 6 || digits > 0)) return false;  // "p4.1": a number or name
    }
    if (plain == 0 && (high != places.size() || high < 4 || HasForeignText())) return false;
    const std::size_t shortest = any == 0 && (signs > 0 || high > 0) ? 3 : 4;
    std::vector<std::string> readings;
    for (const Vocabulary::Fit& fit : vocabulary_.FitsAt(LettersOf(places), 0)) {
      if (!fit.has_mask || fit.word.size() < shortest || places.size() - fit.end > 4) continue;
      std::string word = fit.word;
      bool ends_plainly = true;
      for (std::size_t i = fit.end; i < places.size(); ++i) {
        ends_plainly &= places[i].letter.is_plain;
        word += LetterOf(places[i], folded_);
      }
      if (ends_plainly && readings.size() < kReadings) readings.push_back(std::move(word));
    }
    if (readings.empty()) return false;
    Add(places.front().begin, places.back().end, std::move(readings));
    return true;
  }

  // "i.d.i.o.t", "id.iot": with what stands between left out.
  bool Joined() {
    Places joined;
    bool are_singles = true, has_hyphen = false;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (!IsBetween(places_[i])) {
        joined.push_back(places_[i]);
        are_singles &= i + 1 == places_.size() || IsBetween(places_[i + 1]);
      } else {
        has_hyphen |= folded_[places_[i].begin] == '-';
      }
    }
    if (are_singles) return joined.size() >= 4 && Spaced(joined);
    if (has_hyphen) return false;
    std::vector<MaskedLetter> letters = LettersOf(joined);
    for (MaskedLetter& letter : letters) letter.is_plain = false;
    for (const Vocabulary::Fit& fit : vocabulary_.FitsAt(letters, 0)) {
      if (fit.end != joined.size() || fit.word.size() < 5) continue;
      Add(joined.front().begin, joined.back().end, {fit.word});
      return true;
    }
    return false;
  }

  // True when the text has words of another script: then those that look like Latin ones are meant so.
  bool HasForeignText() {
    if (foreign_ >= 0) return foreign_ != 0;
    foreign_ = 0;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(folded_.data());
    const auto size = static_cast<int64_t>(folded_.size());
    for (int64_t at = 0; at < size && foreign_ == 0;) {
      UChar32 c = 0;
      U8_NEXT(bytes, at, size, c);
      if (c >= 0x370 && c < 0x1e00 && LooksLike(static_cast<char32_t>(c)) == 0) foreign_ = 1;
    }
    return foreign_ != 0;
  }

  void Add(std::size_t begin, std::size_t end, std::vector<std::string> readings) {
    found_.push_back({begin, end, std::move(readings), Change::kMask});
  }

  std::string_view folded_;
  const Vocabulary& vocabulary_;
  const Slips& slips_;
  std::vector<Masked> found_;
  Places places_, spaced_;
  int foreign_ = -1;
};

UnmaskedText::UnmaskedText(std::string_view folded, const Vocabulary& vocabulary, const Slips& slips) {
  const std::vector<Masked> masked = Finder(folded, vocabulary, slips).Find();
  std::size_t most = 0;
  for (const Masked& one : masked) most = std::max(most, one.readings.size());
  const std::size_t room = 4 * folded.size() + 65536;
  for (std::size_t reading = 0; reading < most && text_.size() < room; ++reading)
    AddReading(folded, masked, reading);
}

void UnmaskedText::AddReading(std::string_view folded, const std::vector<Masked>& masked,
                              std::size_t reading) {
  for (std::size_t i = 0; i < masked.size();) {
    if (masked[i].readings.size() <= reading) {
      ++i;
      continue;
    }
    std::size_t last = i;
    while (last + 1 < masked.size() && masked[last + 1].begin < masked[last].end + kContext) ++last;
    AddExcerpt(folded, masked, i, last, reading);
    i = last + 1;
  }
}

void UnmaskedText::AddExcerpt(std::string_view folded, const std::vector<Masked>& masked, std::size_t first,
                              std::size_t last, std::size_t reading) {
  std::size_t from = masked[first].begin > kContext ? masked[first].begin - kContext : 0;
  std::size_t to = std::min(masked[last].end + kContext, folded.size());
  const auto is_break = [&](std::size_t at) { return ClassOf(folded[at]) == kBlank; };
  while (from > 0 && from < masked[first].begin && !is_break(from - 1)) ++from;
  while (to < folded.size() && to > masked[last].end && !is_break(to)) --to;
  const auto copy = [&](std::size_t begin, std::size_t end) {
    if (begin == end) return;
    pieces_.push_back({text_.size(), begin, end, Change::kNone});
    text_ += folded.substr(begin, end - begin);
  };
  for (std::size_t i = first; i <= last; ++i) {
    const Masked& one = masked[i];
    copy(from, one.begin);
    pieces_.push_back({text_.size(), one.begin, one.end, one.change});
    text_ += one.readings[std::min(reading, one.readings.size() - 1)];
    from = one.end;
  }
  copy(from, to);
  pieces_.push_back({text_.size(), to, to, Change::kNone});
  text_ += "\n\n";
}

std::vector<UnmaskedText::Piece>::const_iterator UnmaskedText::PieceAt(std::size_t offset) const {
  const auto after =
      std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                       [](std::size_t wanted, const Piece& piece) { return wanted < piece.begin; });
  return after == pieces_.begin() ? after : after - 1;
}

UnmaskedText::Change UnmaskedText::ChangeIn(std::size_t begin, std::size_t end) const {
  Change gravest = Change::kNone;
  for (auto piece = PieceAt(begin); piece != pieces_.end() && piece->begin < end; ++piece)
    gravest = std::max(gravest, piece->change);
  return gravest;
}

std::pair<std::size_t, std::size_t> UnmaskedText::ToFolded(std::size_t begin, std::size_t end) const {
  if (pieces_.empty() || end <= begin) return {0, 0};
  const auto first = PieceAt(begin), last = PieceAt(end - 1);
  const std::size_t from = first->change != Change::kNone
                               ? first->folded_begin
                               : std::min(first->folded_begin + begin - first->begin, first->folded_end);
  const std::size_t to = last->change != Change::kNone
                             ? last->folded_end
                             : std::min(last->folded_begin + end - last->begin, last->folded_end);
  return {from, std::max(from, to)};
}

}  // namespace listwarden
