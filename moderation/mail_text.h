// How a letter of ours is written: header fields that nothing in mail can break out of, and the body's
// encoding.
// Threads: pure functions.
// Errors: none; what cannot be written is left out.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace listwarden {

// A header field "Name: body\r\n" of safe text: controls out, RFC 2047 where not ASCII, folded (RFC 5322
// section 2.1.1).
std::string HeaderLine(std::string_view name, std::string_view value);
// The same for "Display Name <address>": only the name is encoded (RFC 2047 section 5).
std::string MailboxLine(std::string_view name, std::string_view mailbox);

// RFC 2045 section 6.7. "{id}" and "{ref}", which the store fills in, stay in one piece.
std::string QuotedPrintable(std::string_view text);

// Without controls and broken UTF-8, cut to `most` bytes; OneLine has no line ends either.
std::string OneLine(std::string_view text, std::size_t most);
std::string Lines(std::string_view text, std::size_t most);

// Lines longer than `width` are broken at blanks; what follows keeps the line's indent.
std::string WrappedLines(std::string_view text, std::size_t width = 72);

// "a@b" of "Name <a@b>".
std::string AddressOf(std::string_view mailbox);

}  // namespace listwarden
