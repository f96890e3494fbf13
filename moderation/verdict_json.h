// The JSON of `listwarden check --json`, also kept with every held message. Field names are a contract for
// scripts.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "policy/finding.h"

namespace listwarden {

// One line; broken UTF-8 is replaced.
std::string VerdictJson(const Message& message, std::string_view source, const Verdict& verdict,
                        long long microseconds);

}  // namespace listwarden
