// What people and the clock decide about held mail: the same code for the command line, letters and pages.
// Threads: any. Errors: StoreError passes through; a lost race is a result, not an error.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "base/clock.h"
#include "hold/hold_store.h"
#include "moderation/notices.h"
#include "policy/policy.h"

namespace listwarden {

struct DecisionReply {
  DecisionResult result = DecisionResult::kDone;
  std::string text;  // "released by ann at …", for the one who was second too
};

class ModerationService {
 public:
  ModerationService(HoldStore& store, const Notices& notices, const Clock& clock);

  DecisionReply Release(std::string_view id, std::string_view actor, std::string_view why);
  DecisionReply Reject(std::string_view id, std::string_view actor, std::string_view why);
  DecisionReply Discard(std::string_view id, std::string_view actor, std::string_view why);
  // Carries out what each list wants with mail that nobody decided in time; returns how many.
  // Refuses (and logs) when more than a tenth of the queue (at least 20) would expire in one turn.
  int ExpireDue(const Policy& policy);

 private:
  DecisionReply Decide(std::string_view id, HoldState to, std::string_view event, std::string_view actor,
                       std::string_view why);

  HoldStore& store_;
  const Notices& notices_;
  const Clock& clock_;
};

}  // namespace listwarden
