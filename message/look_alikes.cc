// SPDX-License-Identifier: Apache-2.0
#include "message/look_alikes.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>

#include <array>
#include <string>
#include <string_view>

namespace listwarden {
namespace {

constexpr LetterSet Letters(std::string_view letters) {
  LetterSet set = 0;
  for (const char letter : letters) set |= LetterBit(letter);
  return set;
}

LetterSet OfAscii(char32_t c) {
  switch (c) {
    case '0':
      return Letters("o");
    case '1':
    case '!':
    case '|':
      return Letters("il");
    case '2':
      return Letters("z");
    case '3':
      return Letters("e");
    case '4':
      return Letters("a");
    case '5':
    case '$':
      return Letters("s");
    case '6':
      return Letters("bg");
    case '7':
    case '+':
      return Letters("t");
    case '8':
      return Letters("b");
    case '9':
      return Letters("g");
    case '@':
      return Letters("aou");
    default:
      return 0;
  }
}

LetterSet OfSign(char32_t c) {
  switch (c) {
    case 0xa1:
      return Letters("i");
    case 0xa2:
      return Letters("c");
    case 0xa3:
      return Letters("l");
    case 0xa5:
      return Letters("y");
    case 0x20ac:
      return Letters("e");
    default:
      return 0;
  }
}

// The prototype of UTS #39, when it is one Latin letter; its "l" stands for i and l alike.
LetterSet Skeleton(UChar32 c) {
  static const USpoofChecker* const checker = [] {
    UErrorCode error = U_ZERO_ERROR;
    return uspoof_open(&error);
  }();
  if (checker == nullptr) return 0;
  const icu::UnicodeString text(c);
  std::array<UChar, 8> out{};
  UErrorCode error = U_ZERO_ERROR;
  const int32_t length = uspoof_getSkeleton(checker, 0, text.getBuffer(), text.length(), out.data(),
                                            static_cast<int32_t>(out.size()), &error);
  if (U_FAILURE(error) || length != 1) return 0;
  const UChar32 letter = u_tolower(out[0]);
  if (letter < 'a' || letter > 'z') return 0;
  return letter == 'l' ? Letters("il") : LetterBit(static_cast<char>(letter));
}

// "LATIN LETTER SMALL CAPITAL D", "NEGATIVE SQUARED LATIN CAPITAL LETTER D", "LATIN SMALL LETTER D WITH
// STROKE".
LetterSet NamedAs(UChar32 c) {
  std::array<char, 128> buffer{};
  UErrorCode error = U_ZERO_ERROR;
  const int32_t length =
      u_charName(c, U_UNICODE_CHAR_NAME, buffer.data(), static_cast<int32_t>(buffer.size()), &error);
  std::string_view name(buffer.data(), U_SUCCESS(error) && length > 0 ? static_cast<std::size_t>(length) : 0);
  const auto latin = name.find("LATIN ");
  if (latin == std::string_view::npos) return 0;
  name = name.substr(0, name.find(" WITH "));
  if (name.size() < latin + 8 || name[name.size() - 2] != ' ') return 0;
  const char letter = name.back();
  return letter >= 'A' && letter <= 'Z' ? LetterBit(static_cast<char>(letter + 32)) : 0;
}

}  // namespace

LetterSet LooksLike(char32_t c) {
  if (c < 0x80) return OfAscii(c);
  struct Entry {
    char32_t c = 0;
    LetterSet letters = 0;
  };
  thread_local std::array<Entry, 1024> cache;
  Entry& entry = cache[c % cache.size()];
  if (entry.c == c) return entry.letters;
  const auto code = static_cast<UChar32>(c);
  // The text is folded: the capital, which may look otherwise, may have stood there.
  entry = {c, OfSign(c) | Skeleton(code) | Skeleton(u_toupper(code)) | NamedAs(code)};
  return entry.letters;
}

}  // namespace listwarden
