// Sentences of folded text: "\n" ends a paragraph; ". ", "! ", "? " end a sentence, but not after
// abbreviations.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string_view>
#include <utility>

namespace listwarden {

// The sentence around [begin, end); at most 400 bytes to either side.
std::pair<std::size_t, std::size_t> SentenceAround(std::string_view text, std::size_t begin, std::size_t end);

// Where the sentence that begins at `begin` ends, at most `longest` bytes on.
std::size_t SentenceEnd(std::string_view text, std::size_t begin,
                        std::size_t longest = std::string_view::npos);

}  // namespace listwarden
