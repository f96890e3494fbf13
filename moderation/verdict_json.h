// How a verdict is kept with a held message: the JSON of `listwarden check --json`, whose field names are a
// contract for scripts, and its findings in columns.
// Threads: pure functions.
// Errors: none.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "hold/held_message.h"
#include "policy/finding.h"

namespace listwarden {

// One line; broken UTF-8 is replaced.
std::string VerdictJson(const Message& message, std::string_view source, const Verdict& verdict,
                        long long microseconds);

// What could not be read is one of them.
std::vector<FindingRow> FindingRows(const Verdict& verdict);

}  // namespace listwarden
