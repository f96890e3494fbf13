// Deciding, undoing, correcting, appealing.
// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "hold_store_contract.h"

namespace listwarden {
namespace {

using State = HoldState;

// As hold/held_message.h tells it.
bool MayMove(State from, State to) {
  static const std::set<std::pair<State, State>> moves = {
      {State::kHeld, State::kApproved},    {State::kHeld, State::kRejected},
      {State::kHeld, State::kDiscarded},   {State::kHeld, State::kExpired},
      {State::kHeld, State::kWithdrawn},   {State::kApproved, State::kSending},
      {State::kSending, State::kReleased}, {State::kSending, State::kApproved},
      {State::kSending, State::kFailed},   {State::kFailed, State::kApproved},
      {State::kFailed, State::kRejected},  {State::kFailed, State::kDiscarded},
      {State::kApproved, State::kHeld},    {State::kRejected, State::kHeld},
      {State::kDiscarded, State::kHeld},   {State::kWithdrawn, State::kHeld}};
  return from == to || to == State::kDamaged || moves.count({from, to}) > 0;
}

Act ActOn(const std::string& id, std::int64_t revision, const std::string& actor) {
  Act act;
  act.held_id = id;
  act.revision = revision;
  act.actor = actor;
  act.why = "because";
  return act;
}

LinkToken Link(const std::string& hash, Time expires) {
  LinkToken link;
  link.hash = hash;
  link.purpose = "author";
  link.actor = "bo@example.org";
  link.expires = expires;
  return link;
}

}  // namespace

TEST_P(HoldStoreContract, TheDatabaseItselfRefusesEveryMoveTheStateMachineDoesNotKnow) {
  int n = 0;
  for (const State from : kAllStates) {
    for (const State to : kAllStates) {
      const std::string id = Brought(from, "k" + std::to_string(++n));
      const std::string state(HoldStateName(to));
      const bool is_done = place_->Execute("UPDATE held SET state = '" + state +
                                           "', revision = revision + 1 WHERE id = '" + id + "'");
      EXPECT_EQ(is_done, MayMove(from, to)) << HoldStateName(from) << " to " << state;
    }
  }
}

TEST_P(HoldStoreContract, DecisionsAreMadeOnHeldAndFailedMessagesOnly) {
  int n = 0;
  for (const State from : kAllStates) {
    for (const State to : kAllStates) {
      const std::string id = Brought(from, "k" + std::to_string(++n));
      DecisionResult expected = DecisionResult::kConflict;
      if (to == State::kHeld || to == State::kSending || to == State::kReleased || to == State::kFailed ||
          to == State::kDamaged) {
        expected = DecisionResult::kNotAllowed;
      } else if (from == State::kHeld || (from == State::kFailed && MayMove(from, to))) {
        expected = DecisionResult::kDone;
      }
      EXPECT_EQ(DecideNow(id, to), expected) << HoldStateName(from) << " to " << HoldStateName(to);
      EXPECT_EQ(StateOf(id), expected == DecisionResult::kDone ? to : from);
    }
  }
}

TEST_P(HoldStoreContract, ADecisionNamesItsAuthorReasonAndTime) {
  const std::string id = HoldOne("k1");
  clock_.Advance(std::chrono::seconds(90));
  ASSERT_EQ(DecideNow(id, State::kRejected), DecisionResult::kDone);
  const auto held = store_->Find(id);
  EXPECT_EQ(held->decided_by, "ann");
  EXPECT_EQ(held->decided_why, "because");
  EXPECT_EQ(held->decided, clock_.Now());
  const AuditRow last = store_->Audit(id).back();
  EXPECT_EQ(last.actor, "ann");
  EXPECT_EQ(last.action, "rejected");
  EXPECT_EQ(last.details, "because");
  EXPECT_EQ(last.time, clock_.Now());
}

TEST_P(HoldStoreContract, TheSecondToDecideIsToldAndChangesNothing) {
  const std::string id = HoldOne("k1");
  const Decision first = To(id, State::kApproved, "ann"), second = To(id, State::kRejected, "ben");
  EXPECT_EQ(store_->Decide(first), DecisionResult::kDone);
  EXPECT_EQ(store_->Decide(second), DecisionResult::kConflict);
  EXPECT_EQ(store_->Find(id)->decided_by, "ann");
  EXPECT_EQ(store_->Audit(id).size(), 2u);
}

TEST_P(HoldStoreContract, DecidingWhatIsNotThereSaysSo) {
  Decision decision;
  decision.held_id = "0123456789abcdef";
  EXPECT_EQ(store_->Decide(decision), DecisionResult::kNotFound);
  EXPECT_EQ(store_->Undo(decision), DecisionResult::kNotFound);
  EXPECT_EQ(store_->Claim(decision.held_id, "ann", clock_.Now()), DecisionResult::kNotFound);
  EXPECT_EQ(store_->Record(decision, "note"), DecisionResult::kNotFound);
}

TEST_P(HoldStoreContract, NothingLeavesBeforeTheTimeForAnUndoIsOver) {
  const std::string id = HoldOne("k1");
  Decision decision = To(id, State::kApproved);
  decision.not_before = clock_.Now() + std::chrono::seconds(10);
  ASSERT_EQ(store_->Decide(decision), DecisionResult::kDone);
  EXPECT_EQ(store_->Find(id)->undo_until, decision.not_before);
  clock_.Advance(std::chrono::seconds(9));
  EXPECT_FALSE(store_->LeaseNext(kMinute));
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_TRUE(store_->LeaseNext(kMinute));
}

TEST_P(HoldStoreContract, AnUndoHoldsAgainAndDropsWhatWasToLeave) {
  for (const State to : {State::kApproved, State::kRejected, State::kDiscarded, State::kWithdrawn}) {
    const std::string id = HoldOne("undo " + std::string(HoldStateName(to)));
    Decision decision = To(id, to);
    decision.outbox.push_back(LetterTo("bo@example.org", "outcome:{id}"));
    decision.not_before = clock_.Now() + std::chrono::seconds(10);
    ASSERT_EQ(store_->Decide(decision), DecisionResult::kDone);
    ASSERT_EQ(store_->Undo(ActOn(id, RevisionOf(id), "ann")), DecisionResult::kDone);
    clock_.Advance(kMinute);
    EXPECT_FALSE(store_->LeaseNext(kMinute));
    const auto held = store_->Find(id);
    EXPECT_EQ(held->state, State::kHeld);
    EXPECT_EQ(held->decided_by, "");
    EXPECT_FALSE(held->decided);
    EXPECT_EQ(store_->Audit(id).back().action, "undone");
  }
}

TEST_P(HoldStoreContract, ALetterThatAnUndoBroughtIsNotDroppedByTheNext) {
  const std::string id = HoldOne("undone twice");
  for (const bool is_first : {true, false}) {
    Decision decision = To(id, State::kRejected);
    decision.not_before = clock_.Now() + std::chrono::seconds(10);
    ASSERT_EQ(store_->Decide(decision), DecisionResult::kDone);
    Act undo = ActOn(id, RevisionOf(id), "ann");
    if (is_first) undo.outbox.push_back(LetterTo("bo@example.org", "undone:{id}"));
    ASSERT_EQ(store_->Undo(undo), DecisionResult::kDone);
  }
  const auto letter = store_->LeaseNext(kMinute);
  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->row.key, "undone:" + id + "#2") << "due again after another undo";
}

TEST_P(HoldStoreContract, ALetterOfTheHoldAndOneOfTheFirstDecisionAreTwo) {
  NewHold post = PostWith("the same key");
  post.letters = {LetterTo("bo@example.org", "note:{id}")};
  Decision decision = To(store_->Hold(post).id, State::kRejected);
  decision.outbox = {LetterTo("bo@example.org", "note:{id}")};
  ASSERT_EQ(store_->Decide(decision), DecisionResult::kDone);
  EXPECT_TRUE(store_->LeaseNext(kMinute));
  EXPECT_TRUE(store_->LeaseNext(kMinute));
}

TEST_P(HoldStoreContract, AfterAnUndoTheSameDecisionSendsItsLetterAfterAll) {
  const std::string id = HoldOne("k1");
  Decision decision = To(id, State::kRejected);
  decision.outbox = {LetterTo("bo@example.org", "outcome:{id}")};
  decision.not_before = clock_.Now() + std::chrono::seconds(10);
  ASSERT_EQ(store_->Decide(decision), DecisionResult::kDone);
  ASSERT_EQ(store_->Undo(ActOn(id, RevisionOf(id), "ann")), DecisionResult::kDone);
  decision.revision = RevisionOf(id);
  ASSERT_EQ(store_->Decide(decision), DecisionResult::kDone);
  clock_.Advance(kMinute);
  EXPECT_TRUE(store_->LeaseNext(kMinute));
  EXPECT_FALSE(store_->LeaseNext(kMinute));
}

TEST_P(HoldStoreContract, AnUndoIsRefusedOnceALetterWasLeased) {
  const std::string id = HoldOne("k1");
  Decision decision = To(id, State::kRejected);
  decision.outbox = {LetterTo("bo@example.org", "outcome:{id}")};
  decision.not_before = clock_.Now() + std::chrono::seconds(10);
  ASSERT_EQ(store_->Decide(decision), DecisionResult::kDone);
  clock_.Advance(std::chrono::seconds(10));
  ASSERT_TRUE(store_->LeaseNext(kMinute));
  clock_.Advance(std::chrono::seconds(-5));  // set back: the time for an undo seems to be there again
  EXPECT_EQ(store_->Undo(ActOn(id, RevisionOf(id), "ann")), DecisionResult::kConflict);
  EXPECT_FALSE(place_->Execute("UPDATE held SET state = 'held', revision = revision + 1"));
  EXPECT_EQ(StateOf(id), State::kRejected);
}

TEST_P(HoldStoreContract, AnUndoIsRefusedAfterItsTime) {
  const std::string id = HoldOne("k1");
  Decision decision = To(id, State::kDiscarded);
  decision.not_before = clock_.Now() + std::chrono::seconds(10);
  ASSERT_EQ(store_->Decide(decision), DecisionResult::kDone);
  clock_.Advance(std::chrono::seconds(10));
  EXPECT_EQ(store_->Undo(ActOn(id, RevisionOf(id), "ann")), DecisionResult::kConflict);
}

TEST_P(HoldStoreContract, ACorrectionIsWhatCountsAndTheOriginalStays) {
  const NewHold post = Post("k1");
  const std::string id = store_->Hold(post).id;
  Correction correction;
  static_cast<Act&>(correction) = ActOn(id, 0, "bo@example.org");
  correction.raw = "Subject: Better\r\n\r\nKinder words\r\n";
  correction.subject = "Better";
  correction.verdict_json = R"({"filters":[],"disposition":"pass"})";
  correction.policy_version = "p2";
  ASSERT_EQ(store_->Correct(correction), DecisionResult::kDone);
  EXPECT_EQ(store_->Correct(correction), DecisionResult::kConflict) << "the revision has moved on";
  const auto held = store_->Find(id);
  EXPECT_EQ(held->raw, correction.raw);
  EXPECT_EQ(held->subject, "Better");
  EXPECT_EQ(held->content, 1);
  EXPECT_EQ(held->policy_version, "p2");
  EXPECT_TRUE(held->findings.empty());
  EXPECT_EQ(store_->Raw(id, 0), post.raw);
  EXPECT_EQ(store_->Raw(id, 1), correction.raw);
  const auto contents = store_->Contents(id);
  ASSERT_EQ(contents.size(), 2u);
  EXPECT_EQ(contents[0].made_by, "milter");
  EXPECT_EQ(contents[1].made_by, "bo@example.org");
  EXPECT_NE(contents[0].sha256, contents[1].sha256);
}

TEST_P(HoldStoreContract, OnlyHeldMessagesAreCorrected) {
  const std::string id = Brought(State::kApproved, "k1");
  Correction correction;
  static_cast<Act&>(correction) = ActOn(id, RevisionOf(id), "bo@example.org");
  EXPECT_EQ(store_->Correct(correction), DecisionResult::kConflict);
  EXPECT_EQ(store_->Contents(id).size(), 1u);
}

TEST_P(HoldStoreContract, AnAppealIsDecidedBySomebodyElseWithTheTextStillThere) {
  const std::string id = Brought(State::kRejected, "k1");
  Appeal appeal;
  static_cast<Act&>(appeal) = ActOn(id, RevisionOf(id), "bo@example.org");
  appeal.expires = clock_.Now() + std::chrono::hours(72);
  ASSERT_EQ(store_->AppealAgainst(appeal), DecisionResult::kDone);
  const auto held = store_->Find(id);
  EXPECT_EQ(held->state, State::kHeld);
  EXPECT_EQ(held->raw, Post("k1").raw);
  EXPECT_EQ(held->appealed_from, "ann");
  EXPECT_EQ(held->expires, appeal.expires);
  EXPECT_EQ(DecideNow(id, State::kRejected, "ann"), DecisionResult::kNotAllowed);
  EXPECT_FALSE(
      place_->Execute("UPDATE held SET state = 'approved', decided_by = 'ann', revision = revision + 1"));
  EXPECT_EQ(DecideNow(id, State::kApproved, "ben"), DecisionResult::kDone);
}

TEST_P(HoldStoreContract, ThereIsOneAppealAndOnlyAgainstARejection) {
  const std::string id = Brought(State::kRejected, "k1");
  Appeal appeal;
  static_cast<Act&>(appeal) = ActOn(id, RevisionOf(id), "bo@example.org");
  appeal.expires = clock_.Now() + std::chrono::hours(72);
  ASSERT_EQ(store_->AppealAgainst(appeal), DecisionResult::kDone);
  ASSERT_EQ(DecideNow(id, State::kRejected, "ben"), DecisionResult::kDone);
  appeal.revision = RevisionOf(id);
  EXPECT_EQ(store_->AppealAgainst(appeal), DecisionResult::kConflict);
  const std::string other = Brought(State::kDiscarded, "k2");
  static_cast<Act&>(appeal) = ActOn(other, RevisionOf(other), "bo@example.org");
  EXPECT_EQ(store_->AppealAgainst(appeal), DecisionResult::kConflict);
  appeal.held_id = "0000000000000000";
  EXPECT_EQ(store_->AppealAgainst(appeal), DecisionResult::kNotFound);
}

TEST_P(HoldStoreContract, ThereIsNoAppealOnceTheTextIsGone) {
  const std::string id = Brought(State::kRejected, "k1");
  const Time after = clock_.Now() + kMinute;
  ASSERT_EQ(place_->OpenRecords(clock_)->Purge("", after, clock_.Now()), 1u);
  Appeal appeal;
  static_cast<Act&>(appeal) = ActOn(id, RevisionOf(id), "bo@example.org");
  EXPECT_EQ(store_->AppealAgainst(appeal), DecisionResult::kConflict);
  EXPECT_EQ(StateOf(id), State::kRejected);
}

TEST_P(HoldStoreContract, AClaimKeepsOthersAwayUntilItEnds) {
  const std::string id = HoldOne("k1");
  EXPECT_EQ(store_->Claim(id, "ann", clock_.Now() + kMinute), DecisionResult::kDone);
  EXPECT_EQ(store_->Claim(id, "ben", clock_.Now() + kMinute), DecisionResult::kConflict);
  EXPECT_EQ(store_->Claim(id, "ann", clock_.Now() + 2 * kMinute), DecisionResult::kDone);
  EXPECT_EQ(store_->Find(id)->claimed_by, "ann");
  clock_.Advance(2 * kMinute);
  EXPECT_EQ(store_->Claim(id, "ben", clock_.Now() + kMinute), DecisionResult::kDone);
  store_->Unclaim(id, "ann");
  EXPECT_EQ(store_->Find(id)->claimed_by, "ben") << "only one's own claim can be given up";
  store_->Unclaim(id, "ben");
  EXPECT_EQ(store_->Find(id)->claimed_by, "");
}

TEST_P(HoldStoreContract, AClaimBarsNobodyFromDecidingAndEndsWithTheDecision) {
  const std::string id = HoldOne("k1");
  ASSERT_EQ(store_->Claim(id, "ann", clock_.Now() + kMinute), DecisionResult::kDone);
  EXPECT_EQ(DecideNow(id, State::kRejected, "ben"), DecisionResult::kDone);
  EXPECT_EQ(store_->Find(id)->claimed_by, "");
  EXPECT_EQ(store_->Claim(id, "ann", clock_.Now() + kMinute), DecisionResult::kConflict);
}

TEST_P(HoldStoreContract, ANoteAndAForwardedLetterChangeNothingElse) {
  const std::string id = HoldOne("k1");
  Act act = ActOn(id, -1, "ann");
  act.outbox = {LetterTo("office@example.org", "forward:{id}")};
  EXPECT_EQ(store_->Record(act, "forwarded"), DecisionResult::kDone);
  EXPECT_EQ(store_->Record(act, "forwarded"), DecisionResult::kDone);
  EXPECT_EQ(RevisionOf(id), 0);
  EXPECT_EQ(store_->Audit(id).back().action, "forwarded");
  EXPECT_TRUE(store_->LeaseNext(kMinute));
  EXPECT_FALSE(store_->LeaseNext(kMinute)) << "the same key is no second letter";
}

TEST_P(HoldStoreContract, ADigestBelongsToNoSingleMessage) {
  Act act;
  act.actor = "desk";
  act.outbox = {LetterTo("ann@example.org", "digest:2026-11-25:ann")};
  EXPECT_EQ(store_->Record(act, "digest"), DecisionResult::kDone);
  const auto lease = store_->LeaseNext(kMinute);
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->row.held_id, "");
  EXPECT_TRUE(store_->Report(*lease, Outbox::SendResult::kFailed, "550 no", clock_.Now()));
}

TEST_P(HoldStoreContract, ALinkIsSpentOnceAndWithWhatItDid) {
  NewHold post = Post("k1");
  post.links = {Link("h1", clock_.Now() + kMinute)};
  const std::string id = store_->Hold(post).id;
  ASSERT_TRUE(store_->FindLink("h1"));
  EXPECT_EQ(store_->FindLink("h1")->held_id, id);
  EXPECT_EQ(store_->FindLink("h1")->actor, "bo@example.org");
  EXPECT_FALSE(store_->FindLink("h2"));
  Decision withdrawal = To(id, State::kWithdrawn, "bo@example.org");
  withdrawal.spent_link = "h1";
  withdrawal.revision = 7;
  EXPECT_EQ(store_->Decide(withdrawal), DecisionResult::kConflict);
  EXPECT_FALSE(store_->FindLink("h1")->is_used) << "what was refused spends nothing";
  withdrawal.revision = 0;
  EXPECT_EQ(store_->Decide(withdrawal), DecisionResult::kDone);
  EXPECT_TRUE(store_->FindLink("h1")->is_used);
  EXPECT_FALSE(place_->Execute("UPDATE link SET is_used = 0"));
}

TEST_P(HoldStoreContract, AUsedOldForeignOrOutdatedLinkDoesNothing) {
  NewHold post = Post("k1");
  LinkToken bound = Link("bound", clock_.Now() + kMinute);
  bound.revision = 5;
  post.links = {Link("used", clock_.Now() + kMinute), Link("old", clock_.Now()), bound};
  const std::string id = store_->Hold(post).id;
  Correction correction;
  static_cast<Act&>(correction) = ActOn(id, 0, "bo@example.org");
  correction.spent_link = "used";
  ASSERT_EQ(store_->Correct(correction), DecisionResult::kDone);
  const std::string other = HoldOne("k2");
  for (const auto& [target, hash] :
       {std::pair(id, "used"), {id, "old"}, {id, "bound"}, {id, "unknown"}, {other, "used"}}) {
    Decision withdrawal = To(target, State::kWithdrawn, "bo@example.org");
    withdrawal.spent_link = hash;
    EXPECT_EQ(store_->Decide(withdrawal), DecisionResult::kLinkUsed) << hash;
    EXPECT_EQ(StateOf(target), State::kHeld);
  }
}

TEST_P(HoldStoreContract, ApproveAndTrustIsOneStep) {
  const std::string id = HoldOne("k1");
  Decision decision = To(id, State::kApproved);
  decision.trust =
      Trust{"physics@lists.example.org", "bo@example.org", clock_.Now() + kMinute, "ann", "known"};
  ASSERT_EQ(store_->Decide(decision), DecisionResult::kDone);
  const auto trust = store_->FindTrust("physics@lists.example.org", "bo@example.org");
  ASSERT_TRUE(trust);
  EXPECT_EQ(trust->by, "ann");
  EXPECT_FALSE(store_->FindTrust("trainees@lists.example.org", "bo@example.org"));
  clock_.Advance(kMinute);
  EXPECT_FALSE(store_->FindTrust("physics@lists.example.org", "bo@example.org")) << "trust ends";
  EXPECT_TRUE(store_->Trusted("physics@lists.example.org").empty());
}

TEST_P(HoldStoreContract, TrustIsRenewedAndTakenBack) {
  const Trust trust{"l@example.org", "bo@example.org", clock_.Now() + kMinute, "ann", "known"};
  store_->SetTrust(trust);
  Trust longer = trust;
  longer.until = clock_.Now() + 5 * kMinute;
  store_->SetTrust(longer);
  ASSERT_EQ(store_->Trusted("l@example.org").size(), 1u);
  EXPECT_EQ(store_->Trusted("l@example.org")[0].until, longer.until);
  EXPECT_TRUE(store_->RemoveTrust("l@example.org", "bo@example.org", "ann"));
  EXPECT_FALSE(store_->RemoveTrust("l@example.org", "bo@example.org", "ann"));
  EXPECT_FALSE(store_->FindTrust("l@example.org", "bo@example.org"));
}

TEST_P(HoldStoreContract, TheAuditOnlyGrows) {
  HoldOne("k1");
  for (const char* change :
       {"seq = seq + 1", "time = time + 1", "actor = 'x'", "action = 'x'", "held_id = 'x'", "details = 'x'",
        "actor_salt = actor_salt + 1", "actor_mac = 'x'", "details_salt = details_salt + 1",
        "details_mac = 'x'", "hash = 'x'"})
    EXPECT_FALSE(place_->Execute(std::string("UPDATE audit SET ") + change)) << change;
  EXPECT_FALSE(place_->Execute("DELETE FROM audit"));
  EXPECT_TRUE(place_->Execute("UPDATE audit SET actor = '', details = ''")) << "words may be erased";
}

}  // namespace listwarden
