// What the readers of structured fields share (RFC 5322 section 3.2, RFC 2045 section 5.1).
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace listwarden {

inline bool IsFieldBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// What a media type, charset or encoding may be.
bool IsToken(std::string_view text);

// Skips a comment that starts at `at`; returns the place after it. `over_limit` when it nests too deep.
std::size_t SkipComment(std::string_view text, std::size_t at, std::size_t max_depth, bool* over_limit);

// The words of a quoted string that starts at `*at`, which then stands after it.
std::string QuotedString(std::string_view text, std::size_t* at);

}  // namespace listwarden
