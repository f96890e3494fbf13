// The words without which an RE2 pattern cannot match. `\b(?:poor|bad) (?:dose|plan)s?\b` needs "poor" or
// "bad", and " dose" or " plan". Words are as WordIndex sees a text: lower case, every digit a '0', every
// blank a ' '. What the reader does not understand asks for nothing, so that the pattern runs everywhere.
// Threads: pure. SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

using AnyOf = std::vector<std::string>;  // one of these words must stand in the text

// All of these must hold; a few of the rarest only. `pattern` is valid RE2 syntax. A raw pattern runs on the
// original, whose blanks the folded text does not keep: its words hold none.
std::vector<AnyOf> RequiredWords(std::string_view pattern, bool is_raw);

}  // namespace listwarden
