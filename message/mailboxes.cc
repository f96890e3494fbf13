// SPDX-License-Identifier: Apache-2.0
#include "message/charset.h"
#include "message/header_fields.h"
#include "message/header_tokens.h"

namespace listwarden {

std::vector<Mailbox> ParseMailboxes(std::string_view value, const Limits& limits, bool* over_limit) {
  std::vector<Mailbox> found;
  const std::string text = Unfold(value.substr(0, limits.header_field_bytes));
  std::string words, address, comment;
  bool in_angle = false, has_angle = false;
  const auto finish = [&] {
    std::string_view spec = Trim(has_angle ? address : words);
    const auto at_sign = spec.rfind('@');
    if (at_sign != std::string_view::npos || has_angle) {
      Mailbox mailbox;
      const std::string shown = has_angle ? words : comment;
      bool too_many = false;
      mailbox.display_name = DecodeText(shown, limits, &too_many);
      mailbox.address = ToUtf8(spec.substr(0, at_sign), "").text;
      if (at_sign != std::string_view::npos)
        mailbox.address += LowerAscii(ToUtf8(spec.substr(at_sign), "").text);
      if (!mailbox.address.empty()) found.push_back(std::move(mailbox));
    }
    words.clear();
    address.clear();
    comment.clear();
    has_angle = false;
  };
  for (std::size_t at = 0; at < text.size();) {
    if (found.size() >= limits.addresses) {
      *over_limit = true;
      break;
    }
    const char c = text[at];
    if (c == '(') {
      const std::size_t end = SkipComment(text, at, limits.comment_depth, over_limit);
      if (end > at + 2) comment = text.substr(at + 1, end - at - 2);
      at = end;
    } else if (c == '"') {
      std::string quoted = QuotedString(text, &at);
      if (at < text.size() && text[at] == '@' && !in_angle) quoted = '"' + quoted + '"';
      (in_angle ? address : words) += quoted;
    } else {
      ++at;
      if (c == '<') {
        in_angle = has_angle = true;
        address.clear();
      } else if (c == '>') {
        in_angle = false;
      } else if (c == ',' || c == ';') {
        in_angle = false;
        finish();
      } else if (c == ':' && !in_angle && words.find('@') == std::string::npos) {
        words.clear();
      } else {
        (in_angle ? address : words) += c;
      }
    }
  }
  finish();
  return found;
}

}  // namespace listwarden
