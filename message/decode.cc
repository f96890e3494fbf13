// SPDX-License-Identifier: Apache-2.0
#include "message/decode.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace listwarden {
namespace {

constexpr std::uint8_t kJunk = 255, kPad = 254, kBlank = 253;

constexpr std::array<std::uint8_t, 256> MakeTable() {
  std::array<std::uint8_t, 256> table{};
  for (auto &entry : table) entry = kJunk;
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  table['='] = kPad;
  for (const char c : {' ', '\t', '\r', '\n'}) table[static_cast<unsigned char>(c)] = kBlank;
  return table;
}

constexpr auto kTable = MakeTable();

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

Decoded DecodeBase64(std::string_view text) {
  Decoded out;
  out.bytes.resize(text.size() / 4 * 3 + 6);
  char *to = out.bytes.data();
  std::uint32_t group = 0;
  int digits = 0;
  bool has_ended = false, is_cut_by_line_end = false;
  const auto put = [&](int shift) { *to++ = static_cast<char>(group >> shift & 0xff); };
  const auto flush = [&] {
    if (digits >= 2) *to++ = static_cast<char>(group >> (6 * digits - 8) & 0xff);
    if (digits == 3) put(2);
    group = 0;
    digits = 0;
  };
  const auto value_at = [&](std::size_t i) { return kTable[static_cast<unsigned char>(text[i])]; };
  for (std::size_t at = 0; at < text.size();) {
    if (digits == 0 && !has_ended) {
      for (; at + 4 <= text.size(); at += 4) {
        const std::uint32_t a = value_at(at), b = value_at(at + 1), c = value_at(at + 2),
                            d = value_at(at + 3);
        if ((a | b | c | d) >= 64) break;
        group = a << 18 | b << 12 | c << 6 | d;
        put(16);
        put(8);
        put(0);
      }
      group = 0;
      if (at == text.size()) break;
    }
    const std::uint8_t value = value_at(at++);
    if (value < 64) {
      if (has_ended) out.continues_after_end = true;
      if (is_cut_by_line_end) out.is_out_of_step = true;
      is_cut_by_line_end = false;
      group = group << 6 | value;
      if (++digits == 4) {
        put(16);
        put(8);
        put(0);
        group = 0;
        digits = 0;
      }
    } else if (value == kPad) {
      flush();
      has_ended = true;
    } else if (text[at - 1] == '\n') {
      is_cut_by_line_end = digits != 0;
    } else if (value == kJunk || (text[at - 1] == ' ' && at < text.size() && value_at(at) < 64)) {
      out.has_junk = true;
    }
  }
  flush();
  out.bytes.resize(static_cast<std::size_t>(to - out.bytes.data()));
  return out;
}

bool IsBase64(std::string_view text) {
  for (int pads = 0; pads < 2 && !text.empty() && text.back() == '='; ++pads) text.remove_suffix(1);
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return kTable[static_cast<unsigned char>(c)] < 64; });
}

std::string DecodeBase64Loosely(std::string_view text, Base64Alphabet alphabet) {
  std::string digits;
  digits.reserve(text.size());
  const bool is_url = alphabet == Base64Alphabet::kUrl;
  for (const char c : text) {
    const char digit = is_url && c == '-' ? '+' : is_url && c == '_' ? '/' : c;
    if (kTable[static_cast<unsigned char>(digit)] < 64) digits += digit;
  }
  return DecodeBase64(digits).bytes;
}

std::string DecodeBase64ByLines(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += DecodeBase64(text.substr(at, end - at)).bytes;
    at = end + 1;
  }
  return out;
}

Decoded DecodeQuotedPrintable(std::string_view text) {
  Decoded out;
  out.bytes.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    const bool has_end = end < text.size();
    at = end + 1;
    // RFC 2045 section 6.7 (3): blanks at a line's end were added in transport.
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
      line.remove_suffix(1);
    bool is_soft = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] != '=') {
        const std::size_t sign = std::min(line.find('=', i), line.size());
        out.bytes += line.substr(i, sign - i);
        i = sign - 1;
      } else if (i + 1 == line.size()) {
        is_soft = true;
      } else if (i + 2 < line.size() && HexDigit(line[i + 1]) >= 0 && HexDigit(line[i + 2]) >= 0) {
        out.bytes += static_cast<char>(HexDigit(line[i + 1]) << 4 | HexDigit(line[i + 2]));
        i += 2;
      } else {
        out.has_junk = true;
        out.bytes += '=';
      }
    }
    if (has_end && !is_soft) out.bytes += '\n';
  }
  return out;
}

Decoded DecodeUu(std::string_view text) {
  Decoded out;
  std::size_t at = text.find("begin ");
  if (at == std::string_view::npos || (at > 0 && text[at - 1] != '\n')) return out;
  at = text.find('\n', at);
  while (at != std::string_view::npos && at + 1 < text.size()) {
    const std::size_t end = std::min(text.find('\n', ++at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (line.substr(0, 3) == "end" || line.empty() || line[0] == '`' || line[0] == '\r') break;
    const auto digit = [&](std::size_t i) {
      return i < line.size() ? static_cast<std::uint32_t>(line[i] - 32) & 63u : 0u;
    };
    std::size_t wanted = digit(0);
    if (wanted > (line.size() - 1) / 4 * 3 + 3) out.has_junk = true;
    for (std::size_t i = 1; wanted > 0 && i < line.size(); i += 4) {
      const std::uint32_t group = digit(i) << 18 | digit(i + 1) << 12 | digit(i + 2) << 6 | digit(i + 3);
      for (int shift = 16; shift >= 0 && wanted > 0; shift -= 8, --wanted) {
        out.bytes += static_cast<char>(group >> shift & 0xff);
      }
    }
    at = end < text.size() ? end : std::string_view::npos;
  }
  return out;
}

}  // namespace listwarden
