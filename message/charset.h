// Bytes of any charset as valid UTF-8, without NUL, line ends as "\n" (ICU).
// Threads: any.
// Errors: none; what could not be decoded as declared is told.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace listwarden {

struct Utf8 {
  std::string text;
  bool is_guess = false;  // not readable as declared: UTF-8 or windows-1252 was taken
};

// `declared` may be empty. UTF-7 is read only when declared. A byte order mark wins over the declaration.
Utf8 ToUtf8(std::string_view bytes, std::string_view declared);

bool IsAscii(std::string_view bytes);
bool IsValidUtf8(std::string_view bytes);

}  // namespace listwarden
