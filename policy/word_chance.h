// How often a word or phrase stands in English mail by chance, roughly: what is worth looking for is rare.
// Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace listwarden {

// At one place of a text. `words` are as WordIndex takes them: lower case, every digit a '0', single blanks,
// WordIndex::kBoundary where one begins or ends.
double ChanceOf(std::string_view words);

}  // namespace listwarden
