// The audit's chain, retention, erasure.
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include <random>

#include "hold_store_contract.h"

namespace listwarden {
namespace {

class Keys {
 public:
  Keys() {
    char name[] = "/tmp/listwarden-key-XXXXXX";
    folder_ = mkdtemp(name);
    AuditKey::Create(file());
  }
  ~Keys() { std::filesystem::remove_all(folder_); }
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;
  std::filesystem::path file() const { return folder_ / "audit.key"; }

 private:
  std::filesystem::path folder_;
};

// Takes the guards away, as somebody with the database in hand could.
constexpr const char* kUnguarded[] = {"DROP TRIGGER audit_keeps", "DROP TRIGGER audit_stays",
                                      "DROP TRIGGER audit_head_stays"};

}  // namespace

TEST_P(HoldStoreContract, AnUntouchedAuditIsValid) {
  for (const HoldState state : kAllStates) {
    if (state != HoldState::kDamaged) Brought(state, "k" + std::string(HoldStateName(state)));
  }
  store_->SetTrust({"l@example.org", "bo@example.org", clock_.Now() + kMinute, "ann", "known"});
  User user;
  user.name = "ann";
  place_->OpenAccounts(clock_)->PutUser(user, "root");
  const AuditReport report = place_->OpenRecords(clock_)->VerifyAudit("");
  EXPECT_TRUE(report.faults.empty());
  EXPECT_GE(report.rows, 20u);
  EXPECT_EQ(report.last.seq, static_cast<std::int64_t>(report.rows));
  EXPECT_EQ(report.erased, 0u);
}

TEST_P(HoldStoreContract, EveryTamperingWithTheAuditIsFound) {
  const Keys keys;
  const AuditKey key(keys.file());
  for (int i = 0; i < 8; ++i) Brought(HoldState::kRejected, "k" + std::to_string(i));
  const auto records = place_->OpenRecords(clock_);
  ASSERT_TRUE(records->SignHead(key));
  EXPECT_FALSE(records->SignHead(key)) << "the newest row is signed already";
  ASSERT_TRUE(records->VerifyAudit(key.public_key()).faults.empty());
  for (const char* sql : kUnguarded) ASSERT_TRUE(place_->Execute(sql));
  ASSERT_TRUE(place_->Execute("CREATE TABLE audit_copy AS SELECT * FROM audit"));
  std::mt19937 random(7);
  const char* const columns[] = {"actor = 'x'",
                                 "details = 'x'",
                                 "action = 'x'",
                                 "time = time + 1",
                                 "held_id = 'x'",
                                 "hash = 'x'",
                                 "actor_mac = 'x'",
                                 "details_mac = 'x'",
                                 "actor_salt = actor_salt + 100",
                                 "details_salt = details_salt + 100",
                                 "actor = ''",
                                 "hash = ''"};
  const auto move = [](const std::string& from, const std::string& to) {
    return "UPDATE audit SET seq = " + to + " WHERE seq = " + from + ";";
  };
  const std::string copy = "INSERT INTO audit SELECT * FROM audit_copy WHERE seq = ";
  for (int i = 0; i < 500; ++i) {
    const std::string seq = std::to_string(random() % 16 + 1), other = std::to_string(random() % 16 + 1);
    std::string sql =
        "UPDATE audit SET " + std::string(columns[random() % std::size(columns)]) + " WHERE seq = " + seq;
    if (i % 4 == 1) sql = "DELETE FROM audit WHERE seq = " + seq;
    if (i % 4 == 2) sql = "DELETE FROM audit WHERE seq >= " + seq;  // the tail is cut
    if (i % 20 == 4) sql = "UPDATE audit SET seq = -seq WHERE seq = " + seq;
    if (i % 20 == 8) sql = move(seq, "17") + copy + seq;  // one more at the end
    if (i % 20 == 12 && seq != other) sql = move(seq, "-1") + move(other, seq) + move("-1", other);
    if (i % 4 == 3) sql = "UPDATE audit SET seq = seq + 100 WHERE seq = " + seq;
    ASSERT_TRUE(place_->Execute(sql)) << sql;
    EXPECT_FALSE(records->VerifyAudit(key.public_key()).faults.empty()) << sql;
    ASSERT_TRUE(place_->Execute("DELETE FROM audit"));
    ASSERT_TRUE(place_->Execute("INSERT INTO audit SELECT * FROM audit_copy"));
  }
  EXPECT_TRUE(records->VerifyAudit(key.public_key()).faults.empty());
}

// A store of the first schema had an audit and no chain.
TEST_P(HoldStoreContract, RowsOlderThanTheChainAreNoFaultOnlyBeforeIt) {
  HoldOne("k1");
  HoldOne("k2");
  for (const char* sql : kUnguarded) ASSERT_TRUE(place_->Execute(sql));
  ASSERT_TRUE(place_->Execute("UPDATE audit SET hash = '', actor_mac = '', details_mac = ''"));
  HoldOne("k3");
  HoldOne("k4");
  const auto records = place_->OpenRecords(clock_);
  EXPECT_TRUE(records->VerifyAudit("").faults.empty());
  ASSERT_TRUE(place_->Execute("UPDATE audit SET hash = '' WHERE seq = 4"));
  EXPECT_EQ(records->VerifyAudit("").faults.size(), 1u);
}

TEST_P(HoldStoreContract, AHeadKeptElsewhereShowsThatTheEndWasCutOffWithItsSignatures) {
  const Keys keys;
  const AuditKey key(keys.file());
  const auto records = place_->OpenRecords(clock_);
  HoldOne("k1");
  ASSERT_TRUE(records->SignHead(key));
  HoldOne("k2");
  const AuditHead kept = *records->SignHead(key);
  EXPECT_TRUE(records->VerifyAudit(key.public_key(), {kept}).faults.empty());
  for (const char* sql : kUnguarded) ASSERT_TRUE(place_->Execute(sql));
  for (const char* table : {"audit", "audit_head"}) {
    const std::string from = " WHERE seq >= " + std::to_string(kept.seq);
    ASSERT_TRUE(place_->Execute("DELETE FROM " + std::string(table) + from));
  }
  EXPECT_TRUE(records->VerifyAudit(key.public_key()).faults.empty()) << "the store alone does not tell";
  EXPECT_EQ(records->VerifyAudit(key.public_key(), {kept}).faults.size(), 1u);
}

TEST_P(HoldStoreContract, TheTimeOfASignatureCannotBeChanged) {
  const Keys keys;
  const AuditKey key(keys.file());
  const auto records = place_->OpenRecords(clock_);
  HoldOne("k1");
  ASSERT_TRUE(records->SignHead(key));
  ASSERT_TRUE(place_->Execute("UPDATE audit_head SET time = time + 1"));
  EXPECT_FALSE(records->VerifyAudit(key.public_key()).faults.empty());
  EXPECT_FALSE(records->UnsignedTail().head->IsBy(key.public_key()));
}

TEST_P(HoldStoreContract, WhatNoSignatureCoversIsKnown) {
  const Keys keys;
  const AuditKey key(keys.file());
  const auto records = place_->OpenRecords(clock_);
  EXPECT_EQ(records->UnsignedTail().rows, 0);
  HoldOne("k1");
  AuditTail tail = records->UnsignedTail();
  EXPECT_FALSE(tail.head);
  EXPECT_EQ(tail.rows, 1);
  EXPECT_LT(tail.age, kMinute);
  const AuditHead head = *records->SignHead(key);
  EXPECT_EQ(records->UnsignedTail().rows, 0);
  HoldOne("k2");
  HoldOne("k3");
  clock_.Advance(2 * kMinute);
  tail = records->UnsignedTail();
  EXPECT_EQ(tail.head->head.seq, head.seq);
  EXPECT_TRUE(tail.head->IsBy(key.public_key()));
  EXPECT_EQ(tail.rows, 2);
  EXPECT_GE(tail.age, 2 * kMinute);
  EXPECT_LT(tail.age, 3 * kMinute);
}

TEST_P(HoldStoreContract, AHeadSignedByAnotherKeyIsAFault) {
  const Keys keys, others;
  HoldOne("k1");
  const auto records = place_->OpenRecords(clock_);
  records->SignHead(AuditKey(others.file()));
  EXPECT_FALSE(records->VerifyAudit(AuditKey(keys.file()).public_key()).faults.empty());
}

TEST_P(HoldStoreContract, AnErasedPersonLeavesNoByteAndTheChainValid) {
  const std::string marker = "zanzibar";
  std::vector<std::string> ids;
  for (const HoldState state :
       {HoldState::kHeld, HoldState::kReleased, HoldState::kRejected, HoldState::kFailed}) {
    NewHold post = Post(marker + std::string(HoldStateName(state)));
    post.from = post.reverse_path = "Zanzibar.Jones@example.org";
    post.letters = {LetterTo(post.from, "poster-held:{id}")};
    post.findings[0].quote = marker + " or else";
    post.verdict_json = "{\"quote\":\"" + marker + "\"}";
    post.raw += std::string(30000, 'z') + marker;
    const std::string id = store_->Hold(post).id;
    if (state != HoldState::kHeld) {
      Decision decision = To(id, state == HoldState::kRejected ? state : HoldState::kApproved);
      decision.why = "said by " + marker;
      ASSERT_EQ(store_->Decide(decision), DecisionResult::kDone);
      if (state != HoldState::kRejected) {
        const auto lease = LeaseRelease(id);
        const bool is_sent = state == HoldState::kReleased;
        store_->Report(*lease, is_sent ? Outbox::SendResult::kSent : Outbox::SendResult::kFailed,
                       "250 for " + marker, clock_.Now());
      }
    }
    ids.push_back(id);
  }
  store_->SetTrust({"l@example.org", "zanzibar.jones@example.org", clock_.Now() + kMinute, "ann", marker});
  store_->CountNotice("zanzibar.jones@example.org", "l");
  const std::string other = HoldOne("other");
  EXPECT_NE(place_->Bytes().find(marker), std::string::npos);
  const auto records = place_->OpenRecords(clock_);
  const Erasure erasure = records->Erase("ZANZIBAR.jones@example.org", "office");
  EXPECT_EQ(erasure.messages, 4u);
  EXPECT_EQ(erasure.kept + erasure.leaving, 0u);
  std::string bytes = place_->Bytes();
  for (char& c : bytes) c = static_cast<char>(tolower(c));
  EXPECT_EQ(bytes.find(marker), std::string::npos) << "near: " << bytes.substr(bytes.find(marker) - 60, 120);
  const AuditReport report = records->VerifyAudit("");
  EXPECT_TRUE(report.faults.empty());
  EXPECT_GT(report.erased, 0u);
  EXPECT_EQ(StateOf(ids[0]), HoldState::kWithdrawn);
  EXPECT_EQ(StateOf(ids[1]), HoldState::kReleased) << "that it was, and how it ended, stays";
  EXPECT_EQ(store_->Find(other)->raw, Post("other").raw) << "nobody else is touched";
  EXPECT_FALSE(store_->LeaseNext(kMinute)) << "no letter goes to who is forgotten";
}

TEST_P(HoldStoreContract, AnErasureLeavesTheLettersOfOthers) {
  store_->Hold(PostWith("gone"));
  const std::string stays = store_->Hold(PostWith("stays")).id;
  EXPECT_EQ(place_->OpenRecords(clock_)->Erase("gone@example.org", "office").messages, 1u);
  const auto letter = store_->LeaseNext(kMinute);
  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->row.held_id, stays);
  EXPECT_FALSE(store_->LeaseNext(kMinute));
}

TEST_P(HoldStoreContract, AnErasureEmptiesLettersAboutManyAndHasNoneWrittenAgain) {
  Act digest;
  digest.outbox = {LetterTo("mo@example.org", "digest")};
  digest.outbox[0].content = "zanzibar waits";
  ASSERT_EQ(store_->RecordOnce({digest}, "digest"), DecisionResult::kDone);
  ASSERT_TRUE(
      store_->Report(*store_->LeaseNext(kMinute), Outbox::SendResult::kFailed, "550 no", clock_.Now()));
  const auto records = place_->OpenRecords(clock_);
  records->Erase("bo@example.org", "office");
  EXPECT_EQ(place_->Bytes().find("zanzibar"), std::string::npos);
  EXPECT_EQ(store_->RecordOnce({digest}, "digest"), DecisionResult::kConflict);
  records->Erase("Mo@example.org", "office");
  EXPECT_EQ(place_->Bytes().find("mo@example.org"), std::string::npos);
}

TEST_P(HoldStoreContract, WhatIsOnItsWayIsErasedOnlyWhenItIsGone) {
  const std::string id = Brought(HoldState::kSending, "k1");
  const auto records = place_->OpenRecords(clock_);
  EXPECT_EQ(records->Erase("bo@example.org", "office").leaving, 1u);
  EXPECT_EQ(store_->Find(id)->raw, Post("k1").raw);
}

TEST_P(HoldStoreContract, ALegalHoldKeepsEverything) {
  const std::string id = Brought(HoldState::kRejected, "k1");
  const auto records = place_->OpenRecords(clock_);
  ASSERT_EQ(records->SetLegalHold(id, "court order 7", "office"), DecisionResult::kDone);
  EXPECT_EQ(store_->Audit(id).back().action, "legal-hold");
  EXPECT_EQ(store_->Audit(id).back().details, "court order 7");
  EXPECT_EQ(records->SetLegalHold("0123456789abcdef", "x", "office"), DecisionResult::kNotFound);
  EXPECT_EQ(records->Erase("bo@example.org", "office").kept, 1u);
  const Time later = clock_.Now() + kMinute;
  EXPECT_EQ(records->Purge("", later, later), 0u);
  EXPECT_FALSE(place_->Execute("DELETE FROM content"));
  EXPECT_EQ(store_->Find(id)->raw, Post("k1").raw);
  ASSERT_EQ(records->SetLegalHold(id, "", "office"), DecisionResult::kDone);
  EXPECT_EQ(store_->Audit(id).back().action, "legal-hold-ended");
  EXPECT_EQ(records->Erase("bo@example.org", "office").messages, 1u);
}

TEST_P(HoldStoreContract, RetentionDropsTextsFirstAndNamesLaterPerList) {
  const std::string id = Brought(HoldState::kRejected, "k1"), waiting = HoldOne("k2");
  NewHold post = Post("k3");
  post.list = "trainees@lists.example.org";
  const std::string elsewhere = store_->Hold(post).id;
  ASSERT_EQ(DecideNow(elsewhere, HoldState::kRejected), DecisionResult::kDone);
  const auto records = place_->OpenRecords(clock_);
  const Time decided = clock_.Now(), after = decided + kMinute;
  EXPECT_EQ(records->Purge("physics@lists.example.org", decided, decided), 0u);
  EXPECT_EQ(records->Purge("physics@lists.example.org", after, decided), 1u);
  records->Scrub();
  EXPECT_EQ(store_->Find(id)->raw, "");
  EXPECT_EQ(StateOf(id), HoldState::kRejected) << "no text is no damage";
  EXPECT_EQ(store_->Find(id)->from, "bo@example.org");
  EXPECT_EQ(place_->Bytes().find("Text of k1"), std::string::npos);
  EXPECT_EQ(store_->Find(elsewhere)->raw, post.raw);
  EXPECT_EQ(records->Purge("", after, after), 2u);
  EXPECT_EQ(store_->Find(id)->from, "");
  EXPECT_EQ(store_->Find(elsewhere)->raw, "");
  EXPECT_EQ(store_->Find(waiting)->raw, Post("k2").raw) << "what waits is never purged";
  EXPECT_TRUE(records->VerifyAudit("").faults.empty());
  FiguresQuery query{std::nullopt, decided - kMinute, after};
  EXPECT_EQ(store_->FiguresFor(query).decided.size(), 2u) << "the figures stay";
}

TEST_P(HoldStoreContract, RetentionEndsWithALongBacklogAndForgetsWhoHadNoName) {
  constexpr int kMany = 230;
  for (int i = 0; i < kMany; ++i) {
    NewHold post = Post("k" + std::to_string(i));
    post.from = post.reverse_path = i == 0 ? "" : "bo" + std::to_string(i) + "@example.org";
    post.letters.clear();
    ASSERT_EQ(DecideNow(store_->Hold(post).id, HoldState::kDiscarded), DecisionResult::kDone);
  }
  const auto records = place_->OpenRecords(clock_);
  const Time decided = clock_.Now(), after = decided + kMinute;
  EXPECT_EQ(records->Lists(), std::vector<std::string>{"physics@lists.example.org"});
  EXPECT_EQ(records->Purge("", after, decided - kMinute), std::size_t{kMany});
  EXPECT_EQ(records->Purge("", after, after), std::size_t{kMany});
  EXPECT_EQ(records->Purge("", after, after), 0u) << "each once";
  records->Scrub();
  EXPECT_EQ(place_->Bytes().find("@example.org>"), std::string::npos) << "Message-IDs";
  EXPECT_TRUE(records->VerifyAudit("").faults.empty());
}

TEST_P(HoldStoreContract, ABackupIsWholeAndStartsPaused) {
  NewHold post = Post("k1");
  post.letters = {LetterTo("bo@example.org", "poster-held:{id}")};
  const std::string id = store_->Hold(post).id;
  const std::string released = Brought(HoldState::kReleased, "k2");
  const Keys folder;
  const auto copy = folder.file().parent_path() / "copy.db";
  place_->OpenRecords(clock_)->Backup(copy);
  for (const auto& one : std::filesystem::directory_iterator(copy.parent_path()))
    EXPECT_TRUE(one.path() == copy || one.path() == folder.file()) << one.path() << " is left beside it";
  EXPECT_THROW(place_->OpenRecords(clock_)->Backup(copy), StoreError) << "nothing is written over";
  EXPECT_FALSE(store_->Hold(Post("k3")).is_repeat) << "the original goes on";
  const auto restored = OpenHoldStore(copy, clock_);
  EXPECT_EQ(restored->Find(id)->raw, post.raw);
  EXPECT_EQ(restored->Find(released)->state, HoldState::kReleased);
  EXPECT_FALSE(restored->LeaseNext(kMinute));
  const auto records = OpenRecords(copy, clock_);
  EXPECT_TRUE(records->IsPaused());
  records->Resume("ann");
  const std::size_t rows = records->VerifyAudit("").rows;
  records->Resume("ann");
  EXPECT_EQ(records->VerifyAudit("").rows, rows) << "who was not paused is not resumed";
  EXPECT_FALSE(records->IsPaused());
  clock_.Advance(kMinute);  // the lease that the original gave out
  EXPECT_TRUE(restored->LeaseNext(kMinute));
  EXPECT_TRUE(records->VerifyAudit("").faults.empty());
  EXPECT_FALSE(place_->OpenRecords(clock_)->IsPaused());
}

}  // namespace listwarden
