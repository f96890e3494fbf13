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

NewHold PostWith(const std::string& key, std::size_t more_bytes) {
  NewHold post;
  post.dedupe_key = post.subject = key;
  post.list = "physics@lists.example.org";
  post.from = post.reverse_path = key + "@example.org";
  post.forward_paths = {post.list};
  post.raw = "Subject: " + key + "\r\n\r\nText\r\n" + std::string(more_bytes, 'x');
  post.letters = {LetterTo(post.from, "poster-held:{id}")};
  post.expires = Time(std::chrono::hours(24 * 365 * 100));
  return post;
}

std::optional<Outbox::Lease> HoldStoreContract::LeaseRelease(const std::string& id) {
  while (auto lease = store_->LeaseNext(kMinute)) {
    if (lease->row.kind == OutboxKind::kRelease && lease->row.held_id == id) return lease;
  }
  return std::nullopt;
}

void HoldStoreContract::CorrectNow(const std::string& id) {
  Correction correction;
  correction.held_id = id;
  correction.actor = "bo@example.org";
  correction.raw = "Subject: Better\r\n\r\nKinder words\r\n";
  correction.revision = RevisionOf(id);
  ASSERT_EQ(store_->Correct(correction), DecisionResult::kDone);
}

std::string HoldStoreContract::Brought(HoldState state, const std::string& key) {
  const std::string id = HoldOne(key);
  switch (state) {
    case HoldState::kHeld:
      break;
    case HoldState::kApproved:
    case HoldState::kRejected:
    case HoldState::kDiscarded:
    case HoldState::kExpired:
    case HoldState::kWithdrawn:
      EXPECT_EQ(DecideNow(id, state), DecisionResult::kDone);
      break;
    case HoldState::kSending:
    case HoldState::kReleased:
    case HoldState::kFailed: {
      EXPECT_EQ(DecideNow(id, HoldState::kApproved), DecisionResult::kDone);
      const auto lease = LeaseRelease(id);
      if (!lease) break;
      if (state == HoldState::kSending) break;
      const auto result =
          state == HoldState::kReleased ? Outbox::SendResult::kSent : Outbox::SendResult::kFailed;
      EXPECT_TRUE(store_->Report(*lease, result, result == Outbox::SendResult::kSent ? "250 ok" : "550 no",
                                 clock_.Now()));
      break;
    }
    case HoldState::kDamaged:
      EXPECT_TRUE(place_->Execute("UPDATE held SET state = 'damaged', revision = revision + 1 WHERE id = '" +
                                  id + "'"));
      break;
  }
  EXPECT_EQ(StateOf(id), state);
  return id;
}

}  // namespace listwarden
