// What the desk does because time goes by: reminds, lets posts expire, purges what lists keep no longer, signs the
// audit. While the wall clock cannot be believed only the last is done, so that a jump forth and back expires
// nothing, purges nothing and writes to nobody.
// Threads: one at a time.
// Errors: StoreError; the next turn goes on.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/clock_watch.h"
#include "moderation/audit_signer.h"
#include "moderation/moderation_service.h"
#include "moderation/reminders.h"

namespace listwarden {

class Housekeeping {
 public:
  struct House {
    HoldStore& store;
    Records& records;
    AccountStore& accounts;
    const Notices& notices;
    const Clock& clock;
    ClockWatch& watch;  // outlives a reload, which must not make a clock that jumped a believed one
  };
  Housekeeping(const House& house, AuditKey key, ClockWatch::Count count = ClockWatch::SinceBoot);

  // Does something every five minutes, by the machine's own count.
  void Turn(const Policy& policy);
  void Stop() { signer_.SignNow(); }

 private:
  House house_;
  ClockWatch::Count count_;
  ModerationService service_;
  Reminders reminders_;
  AuditSigner signer_;
  std::chrono::seconds next_{0}, next_purge_;
};

}  // namespace listwarden
