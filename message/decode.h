// Content-Transfer-Encodings (RFC 2045 section 6), read as tolerantly as readers' programs do. Time and
// memory are linear.
// Threads: any.
// Errors: none; oddities are told through the flags.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace listwarden {

struct Decoded {
  std::string bytes;
  bool has_junk = false;             // characters outside the alphabet, or "=XX" that is no byte
  bool continues_after_end = false;  // base64: data after padding, which some readers stop at
  bool is_out_of_step = false;       // base64: a group of four goes on in the next line, as after a stray one

  bool IsOdd() const { return has_junk || continues_after_end || is_out_of_step; }
};

Decoded DecodeBase64(std::string_view text);
// Nothing but the alphabet, with padding at the end.
bool IsBase64(std::string_view text);
enum class Base64Alphabet {
  kMail,
  kUrl
};  // RFC 4648 sections 4 and 5: with that of URLs "-" and "_" are digits
// As the most forgiving programs do: padding is passed over.
std::string DecodeBase64Loosely(std::string_view text, Base64Alphabet alphabet);
// Each line by itself, so that a bad line spoils no other.
std::string DecodeBase64ByLines(std::string_view text);
Decoded DecodeQuotedPrintable(std::string_view text);
// The first uuencoded block ("begin 644 name" … "end"); empty when there is none.
Decoded DecodeUu(std::string_view text);

}  // namespace listwarden
