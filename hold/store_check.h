// Looks at a store without changing it: no schema step, no lock kept, no new file (but SQLite's index, where
// a log lacks it).
// Threads: any.
// Errors: StoreError when it cannot be opened.
// Limits: the texts of the newest 1,000 waiting messages are compared with their hashes.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "hold/records.h"

namespace listwarden {

struct StoreCheck {
  bool is_there = false;  // false: nothing was made yet
  int schema = 0, newest_schema = 0;
  bool is_paused = false;
  AuditTail tail;
  std::size_t texts = 0;            // compared
  std::vector<std::string> faults;  // in words
};

StoreCheck CheckStore(const std::string& place);

}  // namespace listwarden
