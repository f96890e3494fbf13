// SPDX-License-Identifier: Apache-2.0
#include "message/header_fields.h"

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
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsFieldBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsFieldBlank(text.back())) text.remove_suffix(1);
  return text;
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
