// SPDX-License-Identifier: Apache-2.0
#include "moderation/mail_text.h"

#include <sodium.h>

#include <algorithm>

namespace listwarden {
namespace {

constexpr std::size_t kLongestValue = 900;
constexpr std::size_t kLineWidth = 76;
constexpr std::size_t kEncodedBytes = 36;  // as base64 with its frame well below 75 (RFC 2047 section 2)

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Bytes of the well-formed UTF-8 character at `at`; 0 when there is none.
std::size_t CharacterAt(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text[at + i])) return 0;
  }
  const auto second = length > 1 ? static_cast<unsigned char>(text[at + 1]) : 0;
  const bool is_overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool is_outside = (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
  return is_overlong || is_outside ? 0 : length;
}

// Characters that end a line or turn the text's direction for some reader: C0, C1, U+2028-202E, U+2066-2069.
bool IsControl(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7f;
  if (character.size() == 2) return byte(0) == 0xc2 && byte(1) < 0xa0;
  if (character.size() != 3 || byte(0) != 0xe2) return false;
  return (byte(1) == 0x80 && byte(2) >= 0xa8 && byte(2) <= 0xae) ||
         (byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9);
}

std::string Clean(std::string_view text, std::size_t most, bool keeps_lines) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = CharacterAt(text, at);
    const std::string_view character = text.substr(at, std::max<std::size_t>(length, 1));
    if (out.size() + character.size() > most) break;
    if (keeps_lines && character == "\n")
      out += '\n';
    else if (keeps_lines && character == "\r")
      ;
    else if (length == 0)
      out += '?';
    else
      out += IsControl(character) ? std::string_view(" ") : character;
    at += character.size();
  }
  return out;
}

std::string Base64(std::string_view bytes) {
  std::string out(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();
  return out;
}

std::string EncodedWords(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(at + kEncodedBytes, text.size());
    while (end < text.size() && IsContinuation(text[end])) --end;
    out += (at == 0 ? "=?utf-8?B?" : "\r\n =?utf-8?B?") + Base64(text.substr(at, end - at)) + "?=";
    at = end;
  }
  return out;
}

std::string Folded(std::string_view name, std::string_view value) {
  std::string line = std::string(name) + ":";
  std::size_t column = line.size();
  bool is_first = true;
  for (std::size_t at = 0; at <= value.size();) {
    const std::size_t end = std::min(value.find(' ', at), value.size());
    if (!is_first && end > at && column + 1 + (end - at) > kLineWidth) {
      line += "\r\n";
      column = 0;
    }
    line += " ";
    line += value.substr(at, end - at);
    column += end - at + 1;
    is_first = is_first && end == at;
    at = end + 1;
  }
  return line + "\r\n";
}

}  // namespace

std::string OneLine(std::string_view text, std::size_t most) { return Clean(text, most, false); }
std::string Lines(std::string_view text, std::size_t most) { return Clean(text, most, true); }

std::string HeaderLine(std::string_view name, std::string_view value) {
  const std::string clean = OneLine(value, kLongestValue);
  // What looks like an encoded word is encoded, or a reader would see something else than was meant.
  if (IsAscii(clean) && clean.find("=?") == std::string::npos) return Folded(name, clean);
  return std::string(name) + ": " + EncodedWords(clean) + "\r\n";
}

std::string MailboxLine(std::string_view name, std::string_view mailbox) {
  const std::string clean = OneLine(mailbox, kLongestValue);
  const auto open = clean.rfind('<');
  const std::string display = clean.substr(0, std::min(open, clean.size()));
  if (open == std::string::npos || IsAscii(display)) return HeaderLine(name, clean);
  const std::string trimmed = display.substr(0, display.find_last_not_of(' ') + 1);
  return std::string(name) + ": " + EncodedWords(trimmed) + "\r\n " + clean.substr(open) + "\r\n";
}

std::string QuotedPrintable(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool is_last = i + 1 == text.size() || text[i + 1] == '\n';
    const bool is_plain = (c > 32 && c < 127 && c != '=') || (c == ' ' && !is_last);
    if (column > 71 || (c == '{' && column > 55)) {
      out += "=\r\n";
      column = 0;
    }
    // A line that is a dot, or begins with "From ", is changed by some on the way.
    const bool is_risky = column == 0 && (c == '.' || text.substr(i, 5) == "From ");
    if (is_plain && !is_risky) {
      out += static_cast<char>(c);
      ++column;
    } else {
      out += {'=', kHex[c >> 4], kHex[c & 15]};
      column += 3;
    }
  }
  return out;
}

std::string WrappedLines(std::string_view text, std::size_t width) {
  const auto characters = [](std::string_view piece) {
    return static_cast<std::size_t>(
        std::count_if(piece.begin(), piece.end(), [](char c) { return !IsContinuation(c); }));
  };
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    const std::string indent(std::min(line.find_first_not_of(' '), line.size()), ' ');
    std::string current = indent;
    for (std::size_t word = indent.size(); word < line.size();) {
      const std::size_t stop = std::min(line.find(' ', word), line.size());
      const std::string_view next = line.substr(word, stop - word);
      if (current.size() > indent.size() && characters(current) + 1 + characters(next) > width) {
        out += current + '\n';
        current = indent;
      }
      if (current.size() > indent.size()) current += ' ';
      current += next;
      word = stop + 1;
    }
    out += (current == indent ? "" : current);
    if (end < text.size()) out += '\n';
    at = end + 1;
  }
  return out;
}

std::string AddressOf(std::string_view mailbox) {
  const auto open = mailbox.rfind('<');
  if (open == std::string_view::npos) return std::string(mailbox);
  return std::string(mailbox.substr(open + 1, mailbox.find('>', open) - open - 1));
}

}  // namespace listwarden
