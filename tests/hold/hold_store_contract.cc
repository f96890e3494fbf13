// SPDX-License-Identifier: Apache-2.0
#include "hold_store_contract.h"

namespace listwarden {

NewHold HoldStoreContract::Post(const std::string& key) const {
  NewHold hold;
  hold.dedupe_key = key;
  hold.list = "physics@lists.example.org";
  hold.reverse_path = "bo@example.org";
  hold.forward_paths = {"physics@lists.example.org"};
  hold.from = "bo@example.org";
  hold.subject = "About " + key;
  hold.message_id = "<" + key + "@example.org>";
  hold.queue_id = "Q1";
  hold.raw = "Subject: About " + key + "\r\n\r\nText of " + key + "\r\n";
  hold.verdict_json = R"({"filters":[]})";
  hold.findings = {{"harassment", "harassment/threat", "respect", "high", "hold", "or else"},
                   {"endorsement", "endorsement/superlative", "fairness", "low", "observe", "the best"}};
  hold.policy_version = "p1";
  hold.language = "en";
  hold.may_answer = true;
  hold.expires = clock_.Now() + std::chrono::hours(24 * 7);
  return hold;
}

Decision HoldStoreContract::To(const std::string& id, HoldState to, const std::string& actor) const {
  Decision decision;
  decision.held_id = id;
  decision.revision = store_->Find(id)->revision;
  decision.actor = actor;
  decision.why = "because";
  decision.to = to;
  if (to == HoldState::kApproved) decision.outbox = {ReleaseTo("physics@lists.example.org")};
  return decision;
}

DecisionResult HoldStoreContract::DecideNow(const std::string& id, HoldState to, const std::string& actor) {
  return store_->Decide(To(id, to, actor));
}

OutboxRow ReleaseTo(const std::string& path) {
  OutboxRow row;
  row.key = "release:{id}";
  row.kind = OutboxKind::kRelease;
  row.reverse_path = "bo@example.org";
  row.forward_paths = {path};
  return row;
}

OutboxRow LetterTo(const std::string& path, const std::string& key) {
  OutboxRow row;
  row.key = key;
  row.forward_paths = {path};
  row.content = "Subject: {ref}\r\n\r\nAbout {id}\r\n";
  return row;
}

TEST_P(HoldStoreContract, AHeldMessageIsThereByteForByteAfterReopening) {
  const NewHold post = Post("k1");
  const std::string id = store_->Hold(post).id;
  Reopen();
  const auto held = store_->Find(id);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->raw, post.raw);
  EXPECT_EQ(held->forward_paths, post.forward_paths);
  EXPECT_EQ(held->verdict_json, post.verdict_json);
  ASSERT_EQ(held->findings.size(), 1u);
  EXPECT_EQ(held->findings[0].rule, "harassment/threat");
  EXPECT_EQ(held->state, HoldState::kHeld);
}

TEST_P(HoldStoreContract, TheClientsRetryFindsTheFirstRow) {
  const auto first = store_->Hold(Post("k1"));
  const auto second = store_->Hold(Post("k1"));
  EXPECT_FALSE(first.is_repeat);
  EXPECT_TRUE(second.is_repeat);
  EXPECT_EQ(first.id, second.id);
  EXPECT_EQ(store_->Queue({}).count, 1u);
}

TEST_P(HoldStoreContract, AnUndoBeforeAnythingLeftHoldsAgainAndDropsTheRelease) {
  const std::string id = HoldOne("k1");
  Decision decision = To(id, HoldState::kApproved);
  decision.not_before = clock_.Now() + std::chrono::seconds(10);
  ASSERT_EQ(store_->Decide(decision), DecisionResult::kDone);
  EXPECT_FALSE(store_->LeaseNext(std::chrono::seconds(60)));
  Act undo{id, RevisionOf(id), "ann", "wrong key", {}, {}, ""};
  ASSERT_EQ(store_->Undo(undo), DecisionResult::kDone);
  clock_.Advance(std::chrono::seconds(60));
  EXPECT_FALSE(store_->LeaseNext(std::chrono::seconds(60)));
  EXPECT_EQ(StateOf(id), HoldState::kHeld);
}

TEST_P(HoldStoreContract, TheQueueFiltersSortsAndCounts) {
  HoldOne("apples");
  clock_.Advance(std::chrono::seconds(1));
  NewHold other = Post("pears");
  other.list = "trainees@lists.example.org";
  other.findings = {{"endorsement", "endorsement/sale", "fairness", "medium", "hold", "buy now"}};
  store_->Hold(other);
  QueueQuery query;
  query.order = QueueOrder::kNewest;
  QueuePage page = store_->Queue(query);
  ASSERT_EQ(page.count, 2u);
  EXPECT_EQ(page.rows[0].held.subject, "About pears");
  query.lists = {{"physics@lists.example.org"}};
  EXPECT_EQ(store_->Queue(query).count, 1u);
  query.lists = std::vector<std::string>{};
  EXPECT_EQ(store_->Queue(query).count, 0u);
  query.lists.reset();
  query.filter = "endorsement";
  page = store_->Queue(query);
  ASSERT_EQ(page.count, 1u);
  EXPECT_EQ(page.rows[0].held.findings[0].quote, "buy now");
  query.filter.clear();
  query.text = "APPLES";
  EXPECT_EQ(store_->Queue(query).count, 1u);
  query.text = "%";
  EXPECT_EQ(store_->Queue(query).count, 0u);
}

}  // namespace listwarden
