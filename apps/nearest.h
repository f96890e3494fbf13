// "Did you mean …?" for commands, keys and addresses.
// Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

// The known word that a slip of the hand makes into this one; empty when none is near (a third of its
// length).
std::string Nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace listwarden
