// The plain words that stand in RE2 patterns: what a masked word is held against.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

// Runs of letters outside escapes and brackets, an optional letter ("colou?r") both ways.
void AppendPatternWords(std::string_view pattern, std::vector<std::string>* words);

}  // namespace listwarden
