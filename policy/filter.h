// A filter looks at a message and says what it found. It never acts, logs, reads settings, keeps state or
// knows another filter. Its rules stand in a file of its name; what only code can see (check digits,
// sentences) is here.
// Threads: Inspect is const and called from many threads.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "policy/list_policy.h"
#include "policy/rules.h"

namespace listwarden {

// What a filter may look at besides the message.
struct Inspection {
  const Message& message;
  const ListPolicy& list;
  const Poster& poster;
  std::span<const Hit> hits;  // of this filter's rules only
};

class Filter {
 public:
  virtual ~Filter() = default;
  virtual std::string_view name() const = 0;
  virtual std::vector<Finding> Inspect(const Inspection& inspection) const = 0;
};

}  // namespace listwarden
