// Header field bodies (RFC 5322, 2045, 2047, 2231), bounded and tolerant.
// Threads: any.
// Errors: none; `over_limit` tells that the rest was not read.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "message/limits.h"
#include "message/message.h"

namespace listwarden {

std::string LowerAscii(std::string_view text);
std::string_view Trim(std::string_view text);
// At most so many bytes of its beginning, and no UTF-8 character cut in two.
std::string_view Shortened(std::string_view text, std::size_t most);
bool EqualsIgnoringCase(std::string_view a, std::string_view b);

// Line folds become what stood there without the line end.
std::string Unfold(std::string_view value);

// Encoded words decoded, as valid UTF-8 on one line.
std::string DecodeText(std::string_view value, const Limits& limits, bool* over_limit);

// "text/plain; charset=utf-8; name*0*=…": value lower case, comments gone, parameter names lower case and
// joined (RFC 2231), values as UTF-8. Many programs know no comments and end an unclosed quoted string at the
// next semicolon: what they read is among the parameters, too.
struct ParameterValue {
  std::string value;
  std::map<std::string, std::string> parameters;
  std::vector<std::pair<std::string, std::string>> repeated;  // names read twice, with the other value
  bool is_odd = false;                                        // programs differ on where the value ends
};
ParameterValue ParseParameters(std::string_view value, const Limits& limits, bool* over_limit);

// Mailboxes of From, To …; groups are opened.
std::vector<Mailbox> ParseMailboxes(std::string_view value, const Limits& limits, bool* over_limit);

}  // namespace listwarden
