// How long decided posts stay: each list says for texts and letters, and for who wrote about what. Posts of lists
// that are no longer known go by the default list's periods; a legal hold keeps everything.
// Threads: any.
// Errors: StoreError; the next run goes on.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>

#include "base/clock.h"
#include "hold/records.h"
#include "policy/policy.h"

namespace listwarden {

// Returns how many messages lost something.
std::size_t PurgeDue(Records& records, const Policy& policy, const Clock& clock);

}  // namespace listwarden
