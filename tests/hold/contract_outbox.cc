// Leases.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "hold_store_contract.h"

namespace listwarden {

using SendResult = Outbox::SendResult;

static std::ptrdiff_t FlagsOf(HoldStore& store, const std::string& id) {
  const auto rows = store.Audit(id);
  return std::count_if(rows.begin(), rows.end(),
                       [](const AuditRow& row) { return row.action == "possible-duplicate"; });
}

TEST_P(HoldStoreContract, ALeaseKeepsOthersAwayUntilItEnds) {
  const std::string id = Brought(HoldState::kApproved, "k1");
  const auto first = store_->LeaseNext(kMinute);
  ASSERT_TRUE(first);
  EXPECT_EQ(StateOf(id), HoldState::kSending);
  EXPECT_EQ(first->row.attempts, 1);
  const auto other = Open();
  EXPECT_FALSE(other->LeaseNext(kMinute));
  clock_.Advance(kMinute);
  const auto second = other->LeaseNext(kMinute);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->row.id, first->row.id);
  EXPECT_GT(second->fence, first->fence);
  EXPECT_EQ(second->row.attempts, 2);
}

TEST_P(HoldStoreContract, WhoLostTheLeaseCanReportNothing) {
  const std::string id = Brought(HoldState::kApproved, "k1");
  const auto first = store_->LeaseNext(kMinute);
  clock_.Advance(kMinute);
  const auto second = store_->LeaseNext(kMinute);
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(store_->Report(*first, SendResult::kFailed, "550 late", clock_.Now()));
  EXPECT_EQ(StateOf(id), HoldState::kSending);
  EXPECT_TRUE(store_->Report(*second, SendResult::kSent, "250 ok", clock_.Now()));
  EXPECT_FALSE(store_->Report(*second, SendResult::kRetry, "again", clock_.Now()));
  EXPECT_EQ(StateOf(id), HoldState::kReleased);
  EXPECT_FALSE(store_->LeaseNext(kMinute)) << "what is sent is never sent again";
}

TEST_P(HoldStoreContract, ATemporaryFailureIsTriedAgainAtItsTime) {
  const std::string id = Brought(HoldState::kApproved, "k1");
  const auto lease = store_->LeaseNext(kMinute);
  ASSERT_TRUE(store_->Report(*lease, SendResult::kRetry, "451 later", clock_.Now() + 5 * kMinute));
  EXPECT_EQ(StateOf(id), HoldState::kApproved);
  clock_.Advance(5 * kMinute - std::chrono::seconds(1));
  EXPECT_FALSE(store_->LeaseNext(kMinute));
  clock_.Advance(std::chrono::seconds(1));
  const auto again = store_->LeaseNext(kMinute);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->row.last_reply, "451 later");
  EXPECT_EQ(again->row.attempts, 2);
}

TEST_P(HoldStoreContract, AReleaseWhoseLastAttemptHasNoOutcomeIsFlaggedWhenItIsTakenAgain) {
  const std::string id = Brought(HoldState::kApproved, "k1");
  ASSERT_TRUE(store_->LeaseNext(kMinute)) << "by somebody who dies then";
  EXPECT_EQ(FlagsOf(*store_, id), 0);
  clock_.Advance(kMinute);
  const auto again = Open()->LeaseNext(kMinute);
  ASSERT_TRUE(again);
  EXPECT_EQ(FlagsOf(*store_, id), 1) << "before anything is sent";
  EXPECT_EQ(store_->Audit(id).back().details, "attempt 2");
  ASSERT_TRUE(store_->Report(*again, SendResult::kInDoubt, "no answer", clock_.Now() + 5 * kMinute));
  EXPECT_EQ(StateOf(id), HoldState::kApproved);
  EXPECT_EQ(FlagsOf(*store_, id), 1);
  clock_.Advance(5 * kMinute - std::chrono::seconds(1));
  EXPECT_FALSE(store_->LeaseNext(kMinute));
  clock_.Advance(std::chrono::seconds(1));
  const auto third = store_->LeaseNext(kMinute);
  ASSERT_TRUE(third);
  EXPECT_EQ(third->row.last_reply, "no answer");
  EXPECT_EQ(FlagsOf(*store_, id), 2);
  ASSERT_TRUE(store_->Report(*third, SendResult::kSent, "250 ok", clock_.Now()));
  EXPECT_EQ(StateOf(id), HoldState::kReleased);
  EXPECT_TRUE(place_->OpenRecords(clock_)->VerifyAudit("").faults.empty());
}

TEST_P(HoldStoreContract, WhatWasRefusedOrUndoubtedIsNotFlagged) {
  const std::string id = Brought(HoldState::kApproved, "k1");
  for (const auto result : {SendResult::kRetry, SendResult::kFailed}) {
    const auto lease = store_->LeaseNext(kMinute);
    ASSERT_TRUE(lease);
    ASSERT_TRUE(store_->Report(*lease, result, "no", clock_.Now() + kMinute));
    clock_.Advance(kMinute);
  }
  ASSERT_EQ(DecideNow(id, HoldState::kApproved), DecisionResult::kDone);
  ASSERT_TRUE(store_->Report(*store_->LeaseNext(kMinute), SendResult::kSent, "250 ok", clock_.Now()));
  EXPECT_EQ(FlagsOf(*store_, id), 0);
}

TEST_P(HoldStoreContract, ALetterThatMayArriveTwiceIsNoDuplicateOfThePost) {
  NewHold post = Post("k1");
  post.letters = {LetterTo("bo@example.org", "poster-held:{id}")};
  const std::string id = store_->Hold(post).id;
  ASSERT_TRUE(store_->LeaseNext(kMinute));
  clock_.Advance(kMinute);
  ASSERT_TRUE(store_->LeaseNext(kMinute));
  EXPECT_EQ(FlagsOf(*store_, id), 0);
}

TEST_P(HoldStoreContract, AFailedReleaseWaitsForAModeratorWhoMaySendItAgain) {
  const std::string id = Brought(HoldState::kFailed, "k1");
  EXPECT_FALSE(store_->LeaseNext(kMinute));
  EXPECT_EQ(store_->Audit(id).back().details, "550 no");
  ASSERT_EQ(DecideNow(id, HoldState::kApproved), DecisionResult::kDone);
  const auto lease = store_->LeaseNext(kMinute);
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->row.held_id, id);
  EXPECT_TRUE(store_->Report(*lease, SendResult::kSent, "250 ok", clock_.Now()));
  EXPECT_EQ(StateOf(id), HoldState::kReleased);
}

TEST_P(HoldStoreContract, ALetterThatCannotBeSentIsOnRecord) {
  NewHold post = Post("k1");
  post.letters = {LetterTo("bo@example.org", "poster-held:{id}")};
  const std::string id = store_->Hold(post).id;
  const auto lease = store_->LeaseNext(kMinute);
  ASSERT_TRUE(store_->Report(*lease, SendResult::kFailed, "550 unknown", clock_.Now()));
  EXPECT_EQ(store_->Audit(id).back().action, "letter-not-sent");
  EXPECT_EQ(StateOf(id), HoldState::kHeld);
}

TEST_P(HoldStoreContract, WhatIsDueFirstLeavesFirst) {
  Brought(HoldState::kApproved, "k1");
  clock_.Advance(std::chrono::seconds(1));
  Brought(HoldState::kApproved, "k2");
  const auto first = store_->LeaseNext(kMinute), second = store_->LeaseNext(kMinute);
  ASSERT_TRUE(first && second);
  EXPECT_LT(first->row.id, second->row.id);
}

TEST_P(HoldStoreContract, AClockThatGoesBackSendsNothingTwice) {
  Brought(HoldState::kApproved, "k1");
  const auto lease = store_->LeaseNext(kMinute);
  ASSERT_TRUE(lease);
  clock_.Advance(-std::chrono::hours(24));
  EXPECT_FALSE(store_->LeaseNext(kMinute));
  EXPECT_TRUE(store_->Report(*lease, SendResult::kSent, "250 ok", clock_.Now()));
  clock_.Advance(std::chrono::hours(48));
  EXPECT_FALSE(store_->LeaseNext(kMinute));
}

TEST_P(HoldStoreContract, WhatAClockFarAheadWroteLeavesWhenItIsBack) {
  clock_.Advance(std::chrono::hours(24 * 400));
  Brought(HoldState::kApproved, "k1");
  Brought(HoldState::kApproved, "k2");
  ASSERT_TRUE(store_->LeaseNext(kMinute)) << "by somebody who dies then";
  clock_.Advance(-std::chrono::hours(24 * 400));
  for (int i = 0; i < 2; ++i) {
    const auto lease = store_->LeaseNext(kMinute);
    ASSERT_TRUE(lease);
    EXPECT_TRUE(store_->Report(*lease, SendResult::kSent, "250 ok", clock_.Now()));
  }
  EXPECT_FALSE(store_->LeaseNext(kMinute));
}

TEST_P(HoldStoreContract, WhatWasSentIsNotKept) {
  Act act;
  act.outbox = {LetterTo("mo@example.org", "digest")};
  ASSERT_EQ(store_->RecordOnce({act}, "digest"), DecisionResult::kDone);
  const auto lease = store_->LeaseNext(kMinute);
  ASSERT_TRUE(lease);
  const std::string fails_when_kept =
      "INSERT INTO setting (name, value) SELECT key, CASE WHEN content = '' THEN '' ELSE NULL END FROM "
      "outbox";
  EXPECT_FALSE(place_->Execute(fails_when_kept)) << "it waits with its words";
  ASSERT_TRUE(store_->Report(*lease, SendResult::kSent, "250 ok", clock_.Now()));
  EXPECT_TRUE(place_->Execute(fails_when_kept));
}

TEST_P(HoldStoreContract, WhatTheClockBringsAboutHappensOnce) {
  std::vector<Act> acts(2);
  acts[0].held_id = HoldOne("k1");
  acts[1].held_id = HoldOne("k2");
  for (Act& act : acts) act.why = "expires soon";
  acts[0].outbox = {LetterTo("mo@example.org", "reminder:{id}")};
  while (store_->LeaseNext(kMinute)) {
  }
  ASSERT_EQ(store_->RecordOnce(acts, "reminded"), DecisionResult::kDone);
  EXPECT_EQ(store_->Audit(acts[1].held_id).back().action, "reminded");
  EXPECT_TRUE(store_->LeaseNext(kMinute));
  Reopen();
  acts[0].held_id = HoldOne("k3");
  while (store_->LeaseNext(kMinute)) {
  }
  EXPECT_EQ(store_->RecordOnce(acts, "reminded"), DecisionResult::kConflict) << "one of two was reminded of";
  EXPECT_EQ(store_->Audit(acts[0].held_id).back().action, "held") << "so nothing is written";
  EXPECT_FALSE(store_->LeaseNext(kMinute));
  acts[1].why = "expires at another time";
  EXPECT_EQ(store_->RecordOnce(acts, "reminded"), DecisionResult::kDone);
}

TEST_P(HoldStoreContract, ALetterOfTheSameKeyIsNotWrittenTwice) {
  Act act;
  act.outbox = {LetterTo("mo@example.org", "digest:2026-11-25")};
  EXPECT_EQ(store_->RecordOnce({act}, "digest"), DecisionResult::kDone);
  EXPECT_EQ(store_->RecordOnce({act}, "digest"), DecisionResult::kConflict);
  act.outbox[0].key = "digest:2026-11-26";
  EXPECT_EQ(store_->RecordOnce({act}, "digest"), DecisionResult::kDone);
}

}  // namespace listwarden
