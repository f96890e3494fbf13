// The words without which an RE2 pattern cannot match. `\b(?:poor|bad) (?:dose|plan)s?\b` needs "poor" or
// "bad", and " dose" or " plan". Words are as WordIndex sees a text: lower case, every digit a '0', blanks
// one ' ', and one at either end of the text; WordIndex::kBoundary stands for \b where a word begins or ends.
// What the reader does not understand asks for nothing, so that the pattern runs everywhere.
// Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

using AnyOf = std::vector<std::string>;  // one of these words must stand in the text

// What \b says of the text that is searched for words: nothing when the pattern runs on another form of it.
enum class Boundaries { kCount, kIgnored };

// All of these must hold; a few of the rarest only. `pattern` is valid RE2 syntax.
std::vector<AnyOf> RequiredWords(std::string_view pattern, Boundaries boundaries = Boundaries::kCount);

}  // namespace listwarden
