// SPDX-License-Identifier: Apache-2.0
#include "message/header_fields.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "message/header_tokens.h"

namespace listwarden {

std::size_t SkipComment(std::string_view text, std::size_t at, std::size_t max_depth, bool* over_limit) {
  std::size_t depth = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '(') {
      if (++depth > max_depth) {
        *over_limit = true;
        return text.size();
      }
    } else if (text[at] == ')' && --depth == 0) {
      return at + 1;
    }
  }
  return text.size();
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > 32 && c < 127 && std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
  });
}

std::string QuotedString(std::string_view text, std::size_t* at) {
  std::string out;
  for (++*at; *at < text.size() && text[*at] != '"'; ++*at) {
    if (text[*at] == '\\' && *at + 1 < text.size()) ++*at;
    out += text[*at];
  }
  ++*at;
  return out;
}

std::string LowerAscii(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHigh = 0x80 * kOnes;
  std::string out(text);
  std::size_t at = 0;
  // Eight bytes at a time: capitals are those from 'A' on that are not past 'Z'.
  for (; at + 8 <= out.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, out.data() + at, 8);
    const std::uint64_t low = word & ~kHigh;
    const std::uint64_t past_z = low + (0x7f - 'Z') * kOnes, from_a = low + (0x80 - 'A') * kOnes;
    word |= (from_a & ~past_z & ~word & kHigh) >> 2;
    std::memcpy(out.data() + at, &word, 8);
  }
  for (; at < out.size(); ++at) {
    if (out[at] >= 'A' && out[at] <= 'Z') out[at] = static_cast<char>(out[at] + 32);
  }
  return out;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsFieldBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsFieldBlank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view Shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && LowerAscii(a) == LowerAscii(b);
}

std::string Unfold(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (const char c : value) {
    if (c != '\r' && c != '\n') out += c == '\0' ? ' ' : c;
  }
  return out;
}

}  // namespace listwarden
