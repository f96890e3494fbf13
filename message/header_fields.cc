// SPDX-License-Identifier: Apache-2.0
#include "message/header_fields.h"

#include <algorithm>

#include "message/charset.h"
#include "message/decode.h"

namespace listwarden {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

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

// Percent-decoding of RFC 2231 values.
std::string PercentDecoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const std::string hex(text.substr(i + 1, 2));
      char* end = nullptr;
      const long byte = std::strtol(hex.c_str(), &end, 16);
      if (end == hex.c_str() + 2) {
        out += static_cast<char>(byte);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

// Skips a comment that starts at `at`; returns the place after it.
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

struct Piece {
  int number;
  bool is_encoded;
  std::string value;
};

struct RawParameter {
  std::string name, value;
};

std::vector<RawParameter> RawParameters(std::string_view text, std::size_t at, const Limits& limits,
                                        bool* over_limit) {
  std::vector<RawParameter> found;
  while (at < text.size()) {
    if (text[at] == ';' || IsBlank(text[at])) {
      ++at;
      continue;
    }
    if (text[at] == '(') {
      at = SkipComment(text, at, limits.comment_depth, over_limit);
      continue;
    }
    const std::size_t start = at;
    while (at < text.size() && text[at] != '=' && text[at] != ';') ++at;
    RawParameter parameter{LowerAscii(Trim(text.substr(start, at - start))), ""};
    if (at < text.size() && text[at] == '=') {
      ++at;
      while (at < text.size() && IsBlank(text[at])) ++at;
      if (at < text.size() && text[at] == '"') {
        parameter.value = QuotedString(text, &at);
        while (at < text.size() && text[at] != ';' && text[at] != '(') ++at;
      } else {
        const std::size_t from = at;
        while (at < text.size() && text[at] != ';' && text[at] != '(') ++at;
        parameter.value = std::string(Trim(text.substr(from, at - from)));
      }
    }
    if (found.size() == limits.parameters) {
      *over_limit = true;
      break;
    }
    if (!parameter.name.empty()) found.push_back(std::move(parameter));
  }
  return found;
}

std::string JoinPieces(std::vector<Piece> pieces) {
  std::stable_sort(pieces.begin(), pieces.end(),
                   [](const Piece& a, const Piece& b) { return a.number < b.number; });
  std::string charset, bytes;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    std::string_view value = pieces[i].value;
    if (i == 0 && pieces[i].is_encoded) {
      const auto first = value.find('\'');
      const auto second = first == std::string_view::npos ? first : value.find('\'', first + 1);
      if (second != std::string_view::npos) {
        charset = std::string(value.substr(0, first));
        value.remove_prefix(second + 1);
      }
    }
    bytes += pieces[i].is_encoded ? PercentDecoded(value) : std::string(value);
  }
  return ToUtf8(bytes, charset).text;
}

}  // namespace

std::string LowerAscii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
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
    if (after_word && !IsBlank(rest.front())) {
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

ParameterValue ParseParameters(std::string_view value, const Limits& limits, bool* over_limit) {
  const std::string text = Unfold(value.substr(0, limits.part_header_bytes));
  if (value.size() > limits.part_header_bytes) *over_limit = true;
  ParameterValue out;
  std::size_t at = 0;
  while (at < text.size() && text[at] != ';') {
    if (text[at] == '(') {
      at = SkipComment(text, at, limits.comment_depth, over_limit);
    } else if (text[at] == '"') {
      out.value += QuotedString(text, &at);
    } else {
      if (!IsBlank(text[at])) out.value += text[at];
      ++at;
    }
  }
  out.value = LowerAscii(out.value);
  std::map<std::string, std::vector<Piece>> pieces;
  for (RawParameter& raw : RawParameters(text, at, limits, over_limit)) {
    const auto star = raw.name.find('*');
    if (star == std::string::npos) {
      bool too_many = false;
      std::string shown = DecodeText(raw.value, limits, &too_many);
      const auto [place, is_new] = out.parameters.try_emplace(raw.name, shown);
      if (!is_new && place->second != shown) out.repeated.push_back(raw.name);
      continue;
    }
    const bool is_encoded = raw.name.back() == '*';
    const int number = std::atoi(raw.name.c_str() + star + 1);
    pieces[raw.name.substr(0, star)].push_back({number, is_encoded, std::move(raw.value)});
  }
  for (auto& [name, parts] : pieces) out.parameters[name] = JoinPieces(std::move(parts));
  return out;
}

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
