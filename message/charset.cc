// SPDX-License-Identifier: Apache-2.0
#include "message/charset.h"

#include <unicode/ucnv.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

namespace listwarden {
namespace {

std::string CleanLineEnds(std::string text) {
  if (text.find('\0') != std::string::npos) std::replace(text.begin(), text.end(), '\0', ' ');
  std::size_t to = text.find('\r');
  if (to == std::string::npos) return text;
  for (std::size_t from = to; from < text.size();) {
    // text[from] is CR.
    if (from + 1 == text.size() || text[from + 1] != '\n') text[to++] = '\n';
    const std::size_t end = std::min(text.find('\r', from + 1), text.size());
    std::memmove(text.data() + to, text.data() + from + 1, end - from - 1);
    to += end - from - 1;
    from = end;
  }
  text.resize(to);
  return text;
}

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};

// Empty when the charset is unknown; *bad is set when bytes had to be replaced.
std::string Convert(std::string_view bytes, const std::string& charset, bool* bad) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, CloseConverter> from(ucnv_open(charset.c_str(), &error));
  if (U_FAILURE(error)) return {};
  std::string out;
  std::vector<UChar> wide(4096);
  const char* source = bytes.data();
  const char* const end = source + bytes.size();
  std::vector<char> narrow(wide.size() * 3 + 1);
  do {
    error = U_ZERO_ERROR;
    UChar* target = wide.data();
    ucnv_toUnicode(from.get(), &target, wide.data() + wide.size(), &source, end, nullptr, true, &error);
    if (U_FAILURE(error) && error != U_BUFFER_OVERFLOW_ERROR) return {};
    const auto count = static_cast<int32_t>(target - wide.data());
    *bad = *bad || std::find(wide.data(), wide.data() + count, UChar(0xfffd)) != wide.data() + count;
    UErrorCode narrowing = U_ZERO_ERROR;
    int32_t length = 0;
    u_strToUTF8WithSub(narrow.data(), static_cast<int32_t>(narrow.size()), &length, wide.data(), count,
                       0xfffd, nullptr, &narrowing);
    if (U_FAILURE(narrowing)) return {};
    out.append(narrow.data(), static_cast<std::size_t>(length));
  } while (error == U_BUFFER_OVERFLOW_ERROR);
  return out;
}

std::string_view ByteOrderMark(std::string_view bytes) {
  if (bytes.substr(0, 3) == "\xef\xbb\xbf") return "UTF-8";
  if (bytes.substr(0, 2) == "\xff\xfe") return "UTF-16LE";
  if (bytes.substr(0, 2) == "\xfe\xff") return "UTF-16BE";
  return {};
}

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

}  // namespace

bool IsAscii(std::string_view bytes) {
  std::uint64_t seen = 0;
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    seen |= word;
  }
  for (; at < bytes.size(); ++at) seen |= static_cast<unsigned char>(bytes[at]);
  return (seen & 0x8080808080808080) == 0;
}

bool IsValidUtf8(std::string_view bytes) {
  const auto* text = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const auto size = static_cast<int64_t>(bytes.size());
  for (int64_t i = 0; i < size;) {
    UChar32 c = text[i];
    if (c < 0x80) {
      ++i;
      continue;
    }
    U8_NEXT(text, i, size, c);
    if (c < 0) return false;
  }
  return true;
}

Utf8 ToUtf8(std::string_view bytes, std::string_view declared) {
  std::string charset = Lower(declared);
  if (const auto mark = ByteOrderMark(bytes); !mark.empty()) {
    charset = mark;
    bytes.remove_prefix(mark == "UTF-8" ? 3 : 2);
  }
  const bool is_plain = charset.empty() || charset == "us-ascii" || charset == "ascii" ||
                        charset == "utf-8" || charset == "UTF-8";
  const bool is_ascii_superset =
      is_plain || charset.rfind("iso-8859", 0) == 0 || charset.rfind("windows-125", 0) == 0;
  if (is_ascii_superset && IsAscii(bytes)) return {CleanLineEnds(std::string(bytes)), false};
  if (is_plain) {
    if (IsValidUtf8(bytes))
      return {CleanLineEnds(std::string(bytes)), charset.find("ascii") != std::string::npos};
  } else {
    // What says ISO-8859-1 is windows-1252 on the web and in most mail (WHATWG Encoding).
    if (charset == "iso-8859-1" || charset == "latin1") charset = "windows-1252";
    bool bad = false;
    std::string text = Convert(bytes, charset, &bad);
    if (!text.empty() || bytes.empty()) return {CleanLineEnds(std::move(text)), bad};
    if (IsValidUtf8(bytes)) return {CleanLineEnds(std::string(bytes)), true};
  }
  bool bad = false;
  return {CleanLineEnds(Convert(bytes, "windows-1252", &bad)), true};
}

}  // namespace listwarden
