// Holding.
// SPDX-License-Identifier: Apache-2.0
#include "hold_store_contract.h"

namespace listwarden {

TEST_P(HoldStoreContract, AHeldMessageIsThereByteForByteAfterReopening) {
  NewHold post = Post("k1");
  post.raw = std::string("Subject: \xff\r\n\r\nNUL\0 bare\n CR\r end", 30);
  post.subject = "Gw\xc5\xb7r";
  const std::string id = store_->Hold(post).id;
  Reopen();
  const auto held = store_->Find(id);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->raw, post.raw);
  EXPECT_EQ(held->subject, post.subject);
  EXPECT_EQ(held->reverse_path, post.reverse_path);
  EXPECT_EQ(held->forward_paths, post.forward_paths);
  EXPECT_EQ(held->from, post.from);
  EXPECT_EQ(held->message_id, post.message_id);
  EXPECT_EQ(held->queue_id, post.queue_id);
  EXPECT_EQ(held->verdict_json, post.verdict_json);
  EXPECT_EQ(held->policy_version, post.policy_version);
  EXPECT_EQ(held->language, "en");
  EXPECT_TRUE(held->may_answer);
  EXPECT_EQ(held->received, clock_.Now());
  EXPECT_EQ(held->expires, post.expires);
  EXPECT_EQ(held->state, HoldState::kHeld);
  EXPECT_EQ(held->sha256.size(), 64u);
  ASSERT_EQ(held->findings.size(), 1u);  // the other one did not lead to the hold
  EXPECT_EQ(held->findings[0].rule, "harassment/threat");
  EXPECT_EQ(held->findings[0].quote, "or else");
}

TEST_P(HoldStoreContract, TenMegabytesAreHeldWhole) {
  NewHold post = Post("big");
  post.raw.append(10u << 20, 'x');
  EXPECT_EQ(store_->Find(store_->Hold(post).id)->raw, post.raw);
}

TEST_P(HoldStoreContract, WordsThatAreNoTextAreKeptReadable) {
  NewHold post = Post("k1");
  post.from = post.reverse_path = "b\xf6@example.org";
  post.subject = std::string("caf\xc3\xa9 \xed\xa0\x80 NUL\0 \xf0\x9f\x8e\x93", 19);
  const std::string id = store_->Hold(post).id;
  Act act{id, 0, "ann\xff", "said \xc0\x80", {}, {}, {}};
  ASSERT_EQ(store_->Record(act, "note"), DecisionResult::kDone);
  const auto held = store_->Find(id);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->from, "b\xef\xbf\xbd@example.org");
  EXPECT_EQ(held->subject,
            "caf\xc3\xa9 \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd NUL\xef\xbf\xbd \xf0\x9f\x8e\x93");
  EXPECT_EQ(store_->Audit(id).back().actor, "ann\xef\xbf\xbd");
  EXPECT_TRUE(place_->OpenRecords(clock_)->VerifyAudit("").faults.empty());
  EXPECT_EQ(store_->History(post.list, post.from).size(), 1u) << "who asks with the same bytes finds it";
}

TEST_P(HoldStoreContract, AnUnknownIdIsNotFound) {
  EXPECT_FALSE(store_->Find("0123456789abcdef"));
  EXPECT_FALSE(store_->Raw("0123456789abcdef", 0));
}

TEST_P(HoldStoreContract, TheClientsRetryFindsTheFirstRowWhateverBecameOfIt) {
  const auto first = store_->Hold(Post("k1"));
  EXPECT_FALSE(first.is_repeat);
  ASSERT_EQ(DecideNow(first.id, HoldState::kRejected), DecisionResult::kDone);
  clock_.Advance(std::chrono::hours(5 * 24 - 1));
  const auto second = store_->Hold(Post("k1"));
  EXPECT_TRUE(second.is_repeat);
  EXPECT_EQ(first.id, second.id);
  EXPECT_EQ(store_->Audit(first.id).back().action, "client-retried");
}

TEST_P(HoldStoreContract, AfterFiveDaysTheSamePostIsANewOne) {
  const auto first = store_->Hold(Post("k1"));
  clock_.Advance(std::chrono::hours(5 * 24));
  const auto second = store_->Hold(Post("k1"));
  EXPECT_FALSE(second.is_repeat);
  EXPECT_NE(first.id, second.id);
  EXPECT_TRUE(store_->Hold(Post("k1")).is_repeat);
}

TEST_P(HoldStoreContract, LettersAreWrittenWithTheHoldAndKnowItsId) {
  NewHold post = Post("k1");
  post.letters = {LetterTo("bo@example.org", "poster-held:{id}"),
                  LetterTo("bo@example.org", "poster-held:{id}")};
  const std::string id = store_->Hold(post).id;
  const auto lease = store_->LeaseNext(kMinute);
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->row.key, "poster-held:" + id);
  EXPECT_EQ(lease->row.held_id, id);
  EXPECT_NE(lease->row.content.find("About " + id), std::string::npos);
  EXPECT_EQ(lease->row.content.find("{ref}"), std::string::npos);
  EXPECT_FALSE(store_->LeaseNext(kMinute)) << "the same key is no second row";
}

TEST_P(HoldStoreContract, AFullListRefusesMoreUntilSomeAreDecided) {
  limits_.per_list = 2;
  Reopen();
  const std::string id = HoldOne("k1");
  HoldOne("k2");
  EXPECT_THROW(HoldOne("k3"), StoreFull);
  EXPECT_TRUE(store_->Hold(Post("k2")).is_repeat) << "a retry of what is held needs no room";
  NewHold elsewhere = Post("k3");
  elsewhere.list = "trainees@lists.example.org";
  EXPECT_NO_THROW(store_->Hold(elsewhere));
  ASSERT_EQ(DecideNow(id, HoldState::kDiscarded), DecisionResult::kDone);
  EXPECT_NO_THROW(HoldOne("k4"));
}

TEST_P(HoldStoreContract, OneAuthorCannotFillAList) {
  limits_.per_author_and_list = 2;
  Reopen();
  HoldOne("k1");
  HoldOne("k2");
  EXPECT_THROW(HoldOne("k3"), StoreFull);
  NewHold other = Post("k3");
  other.from = "cy@example.org";
  EXPECT_NO_THROW(store_->Hold(other));
}

TEST_P(HoldStoreContract, AHoldThatFailsHalfWayLeavesNothing) {
  ASSERT_TRUE(place_->Execute("DROP TABLE link"));
  NewHold post = Post("k1");
  LinkToken link;
  link.hash = "h";
  link.expires = clock_.Now() + kMinute;
  post.links = {link};
  post.letters = {LetterTo("bo@example.org", "poster-held:{id}")};
  EXPECT_THROW(store_->Hold(post), StoreError);
  EXPECT_EQ(store_->Queue({}).count, 0u);
  EXPECT_FALSE(store_->LeaseNext(kMinute));
  EXPECT_FALSE(store_->Hold(Post("k1")).is_repeat) << "and the store goes on";
}

TEST_P(HoldStoreContract, ChangedBytesAreFoundAndNeverLeave) {
  const std::string id = HoldOne("k1");
  ASSERT_EQ(DecideNow(id, HoldState::kApproved), DecisionResult::kDone);
  place_->Damage();
  const auto held = store_->Find(id);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->state, HoldState::kDamaged);
  EXPECT_EQ(held->raw, "");
  EXPECT_FALSE(store_->Raw(id, 0));
  EXPECT_EQ(store_->Audit(id).back().action, "damaged");
  EXPECT_EQ(store_->Find(id)->state, HoldState::kDamaged);
  for (const HoldState to : {HoldState::kApproved, HoldState::kRejected, HoldState::kDiscarded})
    EXPECT_EQ(DecideNow(id, to), DecisionResult::kConflict);
}

TEST_P(HoldStoreContract, AStoredTextCannotBeChangedOrDroppedWhileItWaits) {
  HoldOne("k1");
  EXPECT_FALSE(place_->Execute("UPDATE content SET sha256 = ''"));
  EXPECT_FALSE(place_->Execute("DELETE FROM content"));
  EXPECT_FALSE(place_->Execute("DELETE FROM held"));
}

TEST_P(HoldStoreContract, AReleaseTokenIsGoodOnce) {
  EXPECT_TRUE(store_->UseToken("t1", clock_.Now() + kMinute));
  EXPECT_FALSE(store_->UseToken("t1", clock_.Now() + kMinute));
  EXPECT_TRUE(store_->UseToken("t2", clock_.Now() + kMinute));
  Reopen();
  EXPECT_FALSE(store_->UseToken("t1", clock_.Now() + kMinute));
}

TEST_P(HoldStoreContract, AUsedReleaseTokenStaysDeadWhateverTheClockDoes) {
  const std::string now = std::to_string(clock_.Now().time_since_epoch().count());
  ASSERT_TRUE(
      place_->Execute("INSERT INTO token (id, expires) WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL"
                      " SELECT n + 1 FROM count WHERE n < 1500) SELECT 'old' || n, " +
                      now + " + n FROM count"));
  constexpr std::chrono::hours kDay{24};
  const auto is_new = [&](const std::string& token) {
    return store_->UseToken(token, clock_.Now() + std::chrono::hours(24));
  };
  EXPECT_TRUE(is_new("t1"));
  for (const std::chrono::hours jump : {400 * kDay, -kDay, -400 * kDay, kDay}) {
    clock_.Advance(jump);
    EXPECT_FALSE(is_new("t1")) << jump.count();
    EXPECT_TRUE(is_new("new" + std::to_string(jump.count())));
    clock_.Advance(-jump);
    EXPECT_FALSE(is_new("t1")) << jump.count();
  }
  EXPECT_TRUE(is_new("old1")) << "all are not kept for ever";
}

TEST_P(HoldStoreContract, NoticesAreCountedPerAddressListAndDay) {
  EXPECT_EQ(store_->CountNotice("bo@example.org", "a"), 1);
  EXPECT_EQ(store_->CountNotice("bo@example.org", "a"), 2);
  EXPECT_EQ(store_->CountNotice("bo@example.org", "b"), 1);
  EXPECT_EQ(store_->CountNotice("cy@example.org", "a"), 1);
  clock_.Advance(std::chrono::hours(24));
  EXPECT_EQ(store_->CountNotice("bo@example.org", "a"), 1);
}

TEST_P(HoldStoreContract, ProbeIsQuietWhenAllIsWell) { EXPECT_NO_THROW(store_->Probe()); }

}  // namespace listwarden
