// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "message/charset.h"
#include "message/decode.h"
#include "message/header_fields.h"
#include "message/header_tokens.h"

namespace listwarden {
namespace {

// "=?charset?B?text?=" at the front; returns its length or 0.
std::size_t EncodedWord(std::string_view text, std::string_view* charset, char* encoding,
                        std::string_view* payload) {
  if (text.substr(0, 2) != "=?") return 0;
  const auto first = text.find('?', 2);
  if (first == std::string_view::npos || first + 2 >= text.size() || text[first + 2] != '?') return 0;
  const auto end = text.find("?=", first + 3);
  if (end == std::string_view::npos) return 0;
  *charset = text.substr(2, first - 2);
  *charset = charset->substr(0, charset->find('*'));  // RFC 2231 section 5: language
  *encoding = text[first + 1];
  *payload = text.substr(first + 3, end - first - 3);
  if (payload->size() > 2000 || payload->find('\n') != std::string_view::npos) return 0;
  return end + 2;
}

std::string DecodePayload(char encoding, std::string_view payload) {
  if (encoding == 'B' || encoding == 'b') return DecodeBase64(payload).bytes;
  std::string text(payload);
  std::replace(text.begin(), text.end(), '_', ' ');
  // A blank at the end would be taken for transport padding.
  text += '=';
  std::string bytes = DecodeQuotedPrintable(text).bytes;
  return bytes;
}

}  // namespace

std::string DecodeText(std::string_view value, const Limits& limits, bool* over_limit) {
  const std::string text = Unfold(value);
  std::string_view rest = text;
  std::string plain, out, pending_bytes, pending_charset;
  std::size_t words = 0;
  const auto flush_plain = [&] {
    out += ToUtf8(plain, "").text;
    plain.clear();
  };
  const auto flush_words = [&] {
    if (!pending_bytes.empty()) out += ToUtf8(pending_bytes, pending_charset).text;
    pending_bytes.clear();
  };
  bool after_word = false;
  while (!rest.empty()) {
    std::string_view charset, payload;
    char encoding = 0;
    const std::size_t length =
        words < limits.encoded_words ? EncodedWord(rest, &charset, &encoding, &payload) : 0;
    if (length > 0) {
      // RFC 2047 section 6.2: blanks between encoded words are not shown; halves of one character may touch.
      if (!(after_word && Trim(plain).empty())) {
        flush_words();
        flush_plain();
      }
      plain.clear();
      if (!EqualsIgnoringCase(charset, pending_charset)) flush_words();
      pending_charset = std::string(charset);
      pending_bytes += DecodePayload(encoding, payload);
      rest.remove_prefix(length);
      after_word = true;
      if (++words == limits.encoded_words && rest.find("=?") != std::string_view::npos) *over_limit = true;
      continue;
    }
    if (after_word && !IsFieldBlank(rest.front())) {
      flush_words();
      after_word = false;
    }
    plain += rest.front();
    rest.remove_prefix(1);
  }
  flush_words();
  flush_plain();
  std::replace(out.begin(), out.end(), '\n', ' ');
  return std::string(Trim(out));
}

}  // namespace listwarden
