// SPDX-License-Identifier: Apache-2.0
#include "moderation/moderation_service.h"

#include <algorithm>

#include "base/log.h"

namespace listwarden {
namespace {

constexpr std::size_t kMostInOneTurn = 1000;
constexpr std::size_t kAlwaysAllowed = 20;

std::string WhoAndWhen(const HeldSummary& held) {
  if (held.decided_by.empty()) return "is " + std::string(HoldStateName(held.state));
  const std::string when = held.decided ? " at " + IsoTime(*held.decided) : "";
  return "was decided already by " + held.decided_by + when + "; it is " +
         std::string(HoldStateName(held.state)) +
         (held.state == HoldState::kReleased || held.state == HoldState::kApproved ||
                  held.state == HoldState::kSending
              ? " (released)"
              : "");
}

OutboxRow ReleaseRow(const HeldSummary& held) {
  OutboxRow row;
  row.key = "release:" + held.id + ":" + std::to_string(held.revision);
  row.kind = OutboxKind::kRelease;
  row.reverse_path = held.reverse_path;
  row.forward_paths = held.forward_paths;
  return row;
}

}  // namespace

ModerationService::ModerationService(HoldStore& store, const Notices& notices, const Clock& clock)
    : store_(store), notices_(notices), clock_(clock) {}

DecisionReply ModerationService::Decide(std::string_view id, HoldState to, std::string_view event,
                                        std::string_view actor, std::string_view why) {
  const auto held = store_.Find(id);
  if (!held) return {DecisionResult::kNotFound, "no such held message"};
  if (held->state != HoldState::kHeld && held->state != HoldState::kFailed)
    return {DecisionResult::kConflict, WhoAndWhen(*held)};
  Decision decision;
  decision.held_id = held->id;
  decision.revision = held->revision;
  decision.to = to;
  decision.actor = std::string(actor);
  decision.why = std::string(why);
  if (!event.empty()) decision.outbox = notices_.ForOutcome(*held, event, why, clock_.Now());
  if (to == HoldState::kApproved) decision.outbox.push_back(ReleaseRow(*held));
  const DecisionResult result = store_.Decide(decision);
  if (result == DecisionResult::kConflict) {
    const auto now = store_.Find(id);
    return {result, now ? WhoAndWhen(*now) : "no such held message"};
  }
  if (result == DecisionResult::kNotFound) return {result, "no such held message"};
  if (result == DecisionResult::kNotAllowed)
    return {result, "is an appeal against your own decision; somebody else decides it"};
  Log(LogLevel::kInfo, "decided",
      {{"id", held->id},
       {"list", held->list},
       {"actor", decision.actor},
       {"state", std::string(HoldStateName(to))}});
  return {result, to == HoldState::kApproved ? "released; it is on its way to the list"
                                             : std::string(HoldStateName(to))};
}

DecisionReply ModerationService::Release(std::string_view id, std::string_view actor, std::string_view why) {
  return Decide(id, HoldState::kApproved, "released", actor, why);
}
DecisionReply ModerationService::Reject(std::string_view id, std::string_view actor, std::string_view why) {
  return Decide(id, HoldState::kRejected, "rejected", actor, why);
}
DecisionReply ModerationService::Discard(std::string_view id, std::string_view actor, std::string_view why) {
  return Decide(id, HoldState::kDiscarded, "", actor, why);
}

int ModerationService::ExpireDue(const Policy& policy) {
  const std::vector<HeldSummary> due = store_.Expired(kMostInOneTurn);
  QueueQuery everything;
  everything.limit = 0;
  const std::size_t waiting = store_.Queue(everything).count;
  // A clock that jumped would empty the queue at once.
  if (due.size() > std::max(kAlwaysAllowed, waiting / 10)) {
    Log(LogLevel::kError, "expiry-refused",
        {{"due", std::to_string(due.size())},
         {"waiting", std::to_string(waiting)},
         {"remedy", "check the clock; decide some by hand"}});
    return 0;
  }
  int done = 0;
  for (const HeldSummary& held : due) {
    const ListPolicy* list = policy.FindList(held.list);
    const OnExpiry what = list == nullptr ? OnExpiry::kReject : list->on_expiry;
    DecisionReply reply;
    switch (what) {
      case OnExpiry::kReject:
        reply = Decide(held.id, HoldState::kExpired, "expired", "expiry", "");
        break;
      case OnExpiry::kRelease:
        reply = Decide(held.id, HoldState::kApproved, "released", "expiry", "");
        break;
      case OnExpiry::kDiscard:
        reply = Decide(held.id, HoldState::kDiscarded, "", "expiry", "");
        break;
    }
    done += reply.result == DecisionResult::kDone;
  }
  return done;
}

}  // namespace listwarden
