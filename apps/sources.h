// Messages from where people keep them: .eml files, folders of them (walked in order), mbox files, standard
// input.
// Errors: a path that cannot be read is reported through the result, and the others are still read.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

// Calls `take(source, raw)` for each message; `source` is the path, "-" or "mbox#n". Returns "path: why" for
// what could not be read. `total` is called once with the number of files before the first message.
std::vector<std::string> ForEachMessage(
    const std::vector<std::string>& paths, const std::function<void(std::size_t total)>& total,
    const std::function<void(const std::string&, std::string_view)>& take);

// The messages of an mbox (RFC 4155; ">From " unquoted), or nothing when it is not one with two or more
// messages.
std::vector<std::string> SplitMbox(std::string_view text);

}  // namespace listwarden
