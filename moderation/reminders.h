// What moderators are written because time goes by: each morning what waits, a reminder before a hold ends,
// and word to somebody else when nobody acts. Once each, also across restarts and several desks: a letter and
// the record that it was written are one transaction.
// Threads: one at a time.
// Errors: StoreError passes through; the next turn goes on.
// Limits: a letter shows twenty posts of a list and counts the others; one digest a day for a moderator (one a
// language for a moderator without an account whose lists have two), one escalation a day for a list.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "hold/account_store.h"
#include "hold/hold_store.h"
#include "moderation/notices.h"
#include "policy/policy.h"

namespace listwarden {

class Reminders {
 public:
  Reminders(HoldStore& store, AccountStore& accounts, const Notices& notices, const Clock& clock);

  // Writes what is due now into the outbox.
  void SendDue(const Policy& policy);

 private:
  void SendDigests(const Policy& policy);
  void Remind(const Policy& policy, const ListPolicy& list);
  void Escalate(const Policy& policy, const ListPolicy& list);
  bool IsOnRecord(const HeldSummary& held, std::string_view action);
  // The letters, and that these posts were spoken of.
  void Write(const ListPolicy& list, const std::vector<HeldSummary>& posts, std::string_view action,
             std::vector<OutboxRow> letters);

  HoldStore& store_;
  AccountStore& accounts_;
  const Notices& notices_;
  const Clock& clock_;
  std::set<std::string> on_record_;  // seen there by this process, so that it is not asked again
};

// When moderators were reminded of the present end of its wait.
std::optional<Time> RemindedAt(HoldStore& store, const HeldSummary& held);

// When the present wait of a post began: it came, or its author appealed.
Time WaitsSince(const HeldSummary& held, const ListPolicy& list);

}  // namespace listwarden
