// SPDX-License-Identifier: Apache-2.0
#include "moderation/moderation_service.h"

#include <algorithm>

#include "base/log.h"
#include "message/header_fields.h"
#include "moderation/reminders.h"

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

// The poster's letter about it; a discarded post is not spoken of.
std::string_view EventOf(const Choice& choice) {
  if (choice.to == HoldState::kApproved) {
    return choice.actor == kExpiryActor       ? "passed"
           : choice.actor == kCorrectionActor ? "corrected"
                                              : "released";
  }
  return choice.to == HoldState::kDiscarded ? "" : HoldStateName(choice.to);
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

DecisionReply ModerationService::Decide(std::string_view id, const Choice& choice) {
  const auto held = store_.Find(id);
  if (!held) return {DecisionResult::kNotFound, "no such held message"};
  if (held->state != HoldState::kHeld && held->state != HoldState::kFailed)
    return {DecisionResult::kConflict, WhoAndWhen(*held)};
  Decision decision;
  decision.held_id = held->id;
  decision.revision = choice.revision.value_or(held->revision);
  decision.to = choice.to;
  decision.actor = choice.actor;
  decision.why = choice.why;
  if (choice.undo.count() > 0) decision.not_before = clock_.Now() + choice.undo;
  Letters letters = notices_.ForOutcome(*held, EventOf(choice), choice.why, clock_.Now(), choice.letter);
  decision.outbox = std::move(letters.rows);
  decision.links = std::move(letters.links);
  decision.spent_link = choice.spent_link;
  decision.outbox.insert(decision.outbox.end(), choice.also.begin(), choice.also.end());
  if (choice.to == HoldState::kApproved) decision.outbox.push_back(ReleaseRow(*held));
  if (choice.trust_until)
    decision.trust = Trust{held->list, LowerAscii(held->from), *choice.trust_until, choice.actor, choice.why};
  const DecisionResult result = store_.Decide(decision);
  if (result != DecisionResult::kDone) {
    const auto now = store_.Find(id);
    return {result, now ? WhoAndWhen(*now) : "no such held message"};
  }
  Log(LogLevel::kInfo, "decided",
      {{"id", held->id},
       {"list", held->list},
       {"actor", decision.actor},
       {"state", std::string(HoldStateName(choice.to))}});
  return {result, choice.to == HoldState::kApproved ? "released; it is on its way to the list"
                                                    : std::string(HoldStateName(choice.to))};
}

// Nothing expires before moderators were reminded, and had half of the usual time since.
bool ModerationService::WasWarned(const HeldSummary& held, const ListPolicy* list) const {
  if (list == nullptr || list->remind.count() == 0) return true;
  const auto reminded = RemindedAt(store_, held);
  return reminded &&
         clock_.Now() >= *reminded + std::chrono::duration_cast<std::chrono::seconds>(list->remind) / 2;
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
    if (!WasWarned(held, list)) continue;
    const OnExpiry what = list == nullptr ? OnExpiry::kReject : list->on_expiry;
    Choice choice{.to = HoldState::kExpired, .actor = std::string(kExpiryActor)};
    if (what == OnExpiry::kRelease) choice.to = HoldState::kApproved;
    if (what == OnExpiry::kDiscard) choice.to = HoldState::kDiscarded;
    const DecisionReply reply = Decide(held.id, choice);
    done += reply.result == DecisionResult::kDone;
  }
  return done;
}

}  // namespace listwarden
