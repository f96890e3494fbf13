// SPDX-License-Identifier: Apache-2.0
#include "hold/store_copy.h"

#include <gmock/gmock.h>

#include <set>

#include "hold/store_place.h"
#include "places.h"

namespace listwarden {
namespace {

struct Ways {
  std::string name;
  std::function<std::unique_ptr<Place>()> from, to;
};

std::unique_ptr<Place> MakeFile() { return std::make_unique<SqlitePlace>(); }

class StoreCopy : public testing::TestWithParam<Ways> {
 protected:
  void SetUp() override {
    from_ = GetParam().from();
    to_ = GetParam().to();
    if (from_ == nullptr || to_ == nullptr) GTEST_SKIP() << "PostgreSQL is not installed here";
    Fill();
  }

  // A little of everything; what a copy must bring over is told by Told().
  void Fill() {
    const auto store = from_->OpenHolds(clock_, {});
    for (int i = 0; i < 30; ++i) {
      NewHold post;
      post.dedupe_key = "k" + std::to_string(i);
      post.list = "physics@lists.example.org";
      post.from = post.reverse_path = "bo" + std::to_string(i) + "@example.org";
      post.subject = "Gwŷr " + std::to_string(i);
      post.raw =
          std::string("Subject: \xff\0\r\n\r\n", 14) + std::string(100 * static_cast<std::size_t>(i), 'x');
      post.findings = {{"harassment", "harassment/threat", "respect", "high", "hold", "or else"}};
      post.letters = {LetterTo(post.from, "poster-held:{id}")};
      post.expires = clock_.Now() + kMinute;
      LinkToken link;
      link.hash = "h" + std::to_string(i);
      link.expires = clock_.Now() + kMinute;
      post.links = {link};
      ids_.push_back(store->Hold(post).id);
    }
    for (int i = 0; i < 20; ++i) {
      Decision decision;
      decision.held_id = ids_[static_cast<std::size_t>(i)];
      decision.actor = "ann";
      decision.to = i % 2 == 0 ? HoldState::kApproved : HoldState::kRejected;
      decision.outbox = {ReleaseTo("physics@lists.example.org")};
      ASSERT_EQ(store->Decide(decision), DecisionResult::kDone);
    }
    for (int i = 0; i < 10; ++i) {
      const auto lease = store->LeaseNext(kMinute);
      ASSERT_TRUE(lease);
      store->Report(*lease, Outbox::SendResult::kSent, "250 ok", clock_.Now());
    }
    store->SetTrust({"physics@lists.example.org", "cy@example.org", clock_.Now() + kMinute, "ann", "known"});
    store->CountNotice("bo@example.org", "physics@lists.example.org");
    store->UseToken("t1", clock_.Now() + kMinute);
    User user;
    user.name = "ann";
    user.address = "ann@example.org";
    user.rights = {{"*", Role::kOwner}};
    from_->OpenAccounts(clock_)->PutUser(user, "root");
  }

  std::string Told(Place* place) {
    const auto store = place->OpenHolds(clock_, {});
    std::string told;
    for (const std::string& id : ids_) {
      const auto held = store->Find(id);
      told +=
          id + (held ? std::string(HoldStateName(held->state)) + held->subject + held->raw : " is not there");
      for (const AuditRow& row : store->Audit(id)) told += row.action + row.actor + row.details;
    }
    told += std::to_string(store->Trusted("physics@lists.example.org").size());
    told += place->OpenAccounts(clock_)->FindUser("ann").value_or(User{}).address;
    const AuditReport report = place->OpenRecords(clock_)->VerifyAudit("");
    return told + (report.faults.empty() ? " valid" : " broken");
  }

  CopyReport Move(const CopyProgress& progress = {}) {
    return MoveStore(from_->Where(), to_->Where(), clock_, "root", progress);
  }

  FakeClock clock_;
  std::unique_ptr<Place> from_, to_;
  std::vector<std::string> ids_;
};

TEST_P(StoreCopy, BringsEverythingOverAndTheAuditStaysValid) {
  const std::string before = Told(from_.get());
  std::size_t last = 0, whole = 0;
  const CopyReport report = Move([&](std::size_t done, std::size_t total) {
    EXPECT_GE(done, last);
    last = done;
    whole = total;
  });
  EXPECT_EQ(last, whole);
  EXPECT_EQ(whole, 2 * report.rows);
  EXPECT_GT(report.rows, 200u);
  EXPECT_EQ(report.hash.size(), 64u);
  EXPECT_EQ(Told(to_.get()), before);
  EXPECT_NE(before.find(" valid"), std::string::npos);
  EXPECT_FALSE(to_->Execute("DELETE FROM held")) << "the guards are in force";
}

TEST_P(StoreCopy, TheNewOneGoesOnAndTheOldOneSendsNothingAnyMore) {
  Move();
  const auto store = to_->OpenHolds(clock_, {});
  NewHold post;
  post.dedupe_key = "k1";
  EXPECT_TRUE(store->Hold(post).is_repeat);
  post.dedupe_key = "new";
  post.letters = {LetterTo("bo@example.org", "poster-held:{id}")};
  post.findings = {{"harassment", "harassment/threat", "respect", "high", "hold", "or else"}};
  EXPECT_FALSE(store->Hold(post).is_repeat);
  EXPECT_FALSE(store->UseToken("t1", clock_.Now() + kMinute));
  EXPECT_TRUE(store->LeaseNext(kMinute));
  EXPECT_TRUE(from_->OpenRecords(clock_)->IsPaused());
  EXPECT_FALSE(from_->OpenHolds(clock_, {})->LeaseNext(kMinute));
  EXPECT_TRUE(to_->OpenRecords(clock_)->VerifyAudit("").faults.empty());
  EXPECT_THROW(Move(), StoreError) << "nothing is written over";
}

TEST_P(StoreCopy, OneThatEndedAfterTheOldOneWasPausedGoesOnAndTheNewOneSends) {
  struct Interrupted {};
  EXPECT_THROW(Move([](std::size_t, std::size_t) { throw Interrupted{}; }), Interrupted);
  ASSERT_TRUE(
      from_->Execute("INSERT INTO setting (name, value) VALUES ('paused', 'moved to " + to_->Where() + "')"));
  Move();
  EXPECT_FALSE(to_->OpenRecords(clock_)->IsPaused());
  EXPECT_TRUE(from_->OpenRecords(clock_)->IsPaused());
}

TEST_P(StoreCopy, ACopyOfOneThatWasMovedElsewhereOrRestoredStaysPaused) {
  ASSERT_TRUE(from_->Execute("INSERT INTO setting (name, value) VALUES ('paused', 'moved to another')"));
  Move();
  EXPECT_TRUE(to_->OpenRecords(clock_)->IsPaused());
  // Refused as long as the row is there: a move again, after one that ended early, must not take it for its own.
  EXPECT_FALSE(
      from_->Execute("INSERT INTO setting (name, value) SELECT name, '' FROM setting"
                     " WHERE name = 'paused' AND value = 'moved to another'"));
}

TEST_P(StoreCopy, WhoMovesASecondTimeIsToldThatAllIsThere) {
  Move();
  try {
    Move();
    FAIL() << "nothing is written over";
  } catch (const StoreError& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("was moved there before"));
  }
}

TEST_P(StoreCopy, OneThatWasInterruptedIsNoStoreAndGoesOn) {
  const std::string before = Told(from_.get());
  struct Interrupted {};
  bool is_done = false;
  for (int after = 1; !is_done; ++after) {
    int pages = 0;
    try {
      Move([&](std::size_t, std::size_t) {
        if (++pages == after) throw Interrupted{};
      });
      is_done = true;
    } catch (const Interrupted&) {
      EXPECT_THROW(to_->OpenHolds(clock_, {}), StoreError) << "after page " << after;
    }
  }
  EXPECT_EQ(Told(to_.get()), before);
}

TEST_P(StoreCopy, WhatChangedInTheSourceBetweenTwoAttemptsIsThereToo) {
  struct Interrupted {};
  EXPECT_THROW(Move([&](std::size_t done, std::size_t) {
                 if (done > 100) throw Interrupted{};
               }),
               Interrupted);
  {
    Decision decision;
    decision.held_id = ids_.back();
    decision.actor = "cy";
    decision.to = HoldState::kDiscarded;
    ASSERT_EQ(from_->OpenHolds(clock_, {})->Decide(decision), DecisionResult::kDone);
  }
  const std::string before = Told(from_.get());
  Move();
  EXPECT_EQ(Told(to_.get()), before);
}

TEST_P(StoreCopy, ACopyThatDiffersIsNeverTaken) {
  bool is_changed = false;
  EXPECT_THROW(Move([&](std::size_t done, std::size_t total) {
                 if (2 * done < total || is_changed) return;
                 is_changed = to_->Execute("UPDATE content SET made_by = 'x'");
               }),
               StoreError);
  EXPECT_TRUE(is_changed);
  EXPECT_THROW(to_->OpenHolds(clock_, {}), StoreError);
  EXPECT_FALSE(from_->OpenRecords(clock_)->IsPaused()) << "the old one stays in force";
}

TEST_P(StoreCopy, AStoreInUseIsNotMovedAndOneThatIsMovedIsNotOpened) {
  {
    const auto user = from_->OpenHolds(clock_, {});
    EXPECT_THROW(Move(), StoreError);
  }
  int tries = 0;
  Move([&](std::size_t, std::size_t) {
    if (tries++ > 0) return;
    EXPECT_THROW(from_->OpenHolds(clock_, {}), StoreError);
    EXPECT_THROW(to_->OpenHolds(clock_, {}), StoreError);
  });
  EXPECT_GT(tries, 0);
}

TEST(StoreCopyTables, EveryTableIsCopiedOrLeftBehindKnowingly) {
  SqlitePlace place;
  const FakeClock clock{};
  std::set<std::string> known, there;
  for (const CopiedTable& table : CopiedTables()) known.insert(table.name);
  for (const std::string_view table : TablesLeftBehind()) known.insert(std::string(table));
  ConnectTo(place.Where(), clock)->Read([&](SqlDatabase& database) {
    SqlRow row(database, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    while (row.Step()) there.insert(row.Text(0));
    return true;
  });
  EXPECT_EQ(known, there);
}

INSTANTIATE_TEST_SUITE_P(All, StoreCopy,
                         testing::Values(Ways{"FileToServer", MakeFile, PostgresPlace::Make},
                                         Ways{"ServerToFile", PostgresPlace::Make, MakeFile},
                                         Ways{"FileToFile", MakeFile, MakeFile}),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace listwarden
