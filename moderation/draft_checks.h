// Drafts mailed to LIST-check@: judged as the list would judge them, answered by letter, kept nowhere.
// Threads: any.
// Errors: StoreError passes through: the caller puts the mail off.
// Limits: twenty a day for a sender and a list, of senders who are verified only.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "base/clock.h"
#include "hold/hold_store.h"
#include "moderation/notices.h"
#include "policy/policy.h"

namespace listwarden {

class DraftChecks {
 public:
  static constexpr std::string_view kRefusal =
      "A draft is checked only for a sender who is verified, and twenty times a day";

  DraftChecks(HoldStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  // `list` is DraftListFor(policy, path). False when it is not checked: see kRefusal.
  bool Take(const Policy& policy, const Notices& notices, const Message& draft, const ListPolicy& list,
            const std::string& path);

 private:
  HoldStore& store_;
  const Clock& clock_;
};

}  // namespace listwarden
