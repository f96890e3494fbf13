// SPDX-License-Identifier: Apache-2.0
#include "moderation/author_service.h"

#include "base/log.h"
#include "moderation/similar.h"
#include "moderation/verdict_json.h"

namespace listwarden {
namespace {

void LogAct(std::string_view event, const HeldMessage& held) {
  Log(LogLevel::kInfo, event, {{"id", held.id}, {"list", held.list}});
}

}  // namespace

const ListPolicy& AuthorService::ListOf(const HeldMessage& held) const {
  const ListPolicy* list = policy_.FindList(held.list);
  return list == nullptr ? policy_.default_list() : *list;
}

DecisionResult AuthorService::Withdraw(const HeldMessage& held, const AuthorAct& act,
                                       std::chrono::seconds undo) {
  Choice choice{.to = HoldState::kWithdrawn, .actor = act.actor};
  choice.revision = act.revision;
  choice.undo = undo;
  return service_.Decide(held.id, choice).result;
}

DecisionResult AuthorService::UndoWithdrawal(const HeldMessage& held, const AuthorAct& act) {
  if (held.state != HoldState::kWithdrawn) return DecisionResult::kConflict;
  Act undo;
  undo.held_id = held.id;
  undo.revision = act.revision;
  undo.actor = act.actor;
  return store_.Undo(undo);
}

DecisionResult AuthorService::Correct(const HeldMessage& held, const AuthorAct& act, const JudgedText& text) {
  if (held.content >= kMostCorrections) return DecisionResult::kNotAllowed;
  Correction correction;
  correction.held_id = held.id;
  correction.revision = act.revision;
  correction.actor = act.actor;
  correction.raw = text.message.raw;
  correction.subject = ShownSubject(text.message, text.verdict);
  correction.verdict_json = VerdictJson(text.message, "corrected", text.verdict, 0);
  correction.findings = FindingRows(text.verdict);
  correction.policy_version = text.verdict.policy_version;
  correction.similar_key = SimilarKey(text.message);
  const DecisionResult result = store_.Correct(correction);
  if (result != DecisionResult::kDone) return result;
  LogAct("corrected", held);
  if (text.IsHeld() || !held.appealed_from.empty() || ListOf(held).on_correction != OnCorrection::kRelease)
    return result;
  Choice release{.to = HoldState::kApproved, .actor = std::string(kCorrectionActor)};
  release.revision = act.revision + 1;
  // Somebody may decide between the two: theirs counts, and the correction is kept.
  service_.Decide(held.id, release);
  return result;
}

DecisionResult AuthorService::Appeal(const HeldMessage& held, const AuthorAct& act, const std::string& why,
                                     const std::string& link) {
  const ListPolicy& list = ListOf(held);
  listwarden::Appeal appeal;
  appeal.held_id = held.id;
  appeal.revision = act.revision;
  appeal.actor = act.actor;
  appeal.why = why;
  appeal.expires = clock_.Now() + std::chrono::duration_cast<std::chrono::seconds>(list.expiry);
  const std::vector<std::string> responsible = {list.responsible};
  for (const std::string& to : list.appeal.empty() ? responsible : list.appeal)
    appeal.outbox.push_back(
        notices_.ForColleague(held, act.actor, to, why, link, clock_.Now(), "moderator-appeal"));
  const DecisionResult result = store_.AppealAgainst(appeal);
  if (result == DecisionResult::kDone) LogAct("appealed", held);
  return result;
}

}  // namespace listwarden
