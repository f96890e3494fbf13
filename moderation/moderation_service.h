// What people and the clock decide about held mail: the same code for the command line, letters and pages.
// Threads: any.
// Errors: StoreError passes through; a lost race is a result, not an error.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "hold/hold_store.h"
#include "moderation/notices.h"
#include "policy/policy.h"

namespace listwarden {

// Who decides where no person does: a correction in which nothing is found any more. See kExpiryActor.
inline constexpr std::string_view kCorrectionActor = "correction";

// What somebody wants done with a held message.
struct Choice {
  HoldState to = HoldState::kApproved;  // approved, rejected, discarded; withdrawn by the author
  std::string actor{};
  std::string why{};                       // goes to the poster when rejected
  std::optional<std::int64_t> revision{};  // the one the actor saw; nothing decides on whatever is there now
  std::string letter{};                    // the whole text for the poster; empty takes the template
  std::chrono::seconds undo{0};            // nothing leaves before
  std::optional<Time> trust_until{};       // with a release: later posts of the author pass unheld
  std::string spent_link{};                // hash of the link that brought the actor here
  std::vector<OutboxRow> also{};           // letters to leave with the decision
};

struct DecisionReply {
  DecisionResult result = DecisionResult::kDone;
  std::string text;  // "released by ann at …", for the one who was second too
};

class ModerationService {
 public:
  ModerationService(HoldStore& store, const Notices& notices, const Clock& clock);

  DecisionReply Decide(std::string_view id, const Choice& choice);
  // Carries out what each list wants with mail that nobody decided in time; returns how many. Mail of which
  // nobody was reminded waits for that (moderation/reminders.h).
  // Refuses (and logs) when more than a tenth of the queue (at least 20) would expire in one turn.
  int ExpireDue(const Policy& policy);

 private:
  bool WasWarned(const HeldSummary& held, const ListPolicy* list) const;

  HoldStore& store_;
  const Notices& notices_;
  const Clock& clock_;
};

}  // namespace listwarden
