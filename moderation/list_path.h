// Which list a forward-path (RFC 5321) leads to.
// Threads: pure functions.
// Errors: none.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include "policy/policy.h"

namespace listwarden {

// The list that mail to this forward-path reaches, or nullptr: also where the MTA would rewrite the path
// before delivery (source route, quoted local part, "list%domain", "domain!list", "list+extension", final
// dot), so that no spelling goes round the policy.
const ListPolicy* ListFor(const Policy& policy, std::string_view forward_path);

// The list whose drafts are checked at this forward-path ("LIST-check@domain"), or nullptr: there is none, or
// it does not check anybody's, or a list has that very name.
const ListPolicy* DraftListFor(const Policy& policy, std::string_view forward_path);

}  // namespace listwarden
