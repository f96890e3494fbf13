// Which Latin letters a character can be taken for: Unicode's confusables (UTS #39, through ICU), characters
// named as a form of a Latin letter, and the digits and signs that stand for letters in "1d10t" and "$h1t".
// Threads: any.
// Errors: none.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace listwarden {

// A set of the letters a to z, bit 0 for a.
using LetterSet = std::uint32_t;

constexpr LetterSet kAnyLetter = (1u << 26) - 1;
constexpr LetterSet LetterBit(char letter) { return 1u << (letter - 'a'); }

// Empty when it looks like none. Of ASCII only digits and signs are answered.
LetterSet LooksLike(char32_t c);

}  // namespace listwarden
