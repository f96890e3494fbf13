// format=flowed (RFC 3676).
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace listwarden {

// Joins flowed lines (quote depth kept as ">" marks); with delsp the last blank goes.
std::string Unflow(std::string_view text, bool delsp);

}  // namespace listwarden
