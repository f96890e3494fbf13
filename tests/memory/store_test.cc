// What a store that gets no memory may not do: crash, leak, lose, or leave half of a call behind.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <new>
#include <thread>

#include "failing_memory.h"
#include "hold/hold_store.h"
#include "hold/records.h"
#include "tests/support/house.h"

namespace listwarden {
namespace {

constexpr const char* kList = "physics@lists.example.org";
constexpr auto kLease = std::chrono::seconds(60);

std::string AddressOf(const std::string& key) { return key + "@example.org"; }

OutboxRow Letter(const std::string& key, const std::string& to) {
  OutboxRow row;
  row.key = key;
  row.forward_paths = {to};
  row.content = "Subject: {ref}\r\n\r\nAbout {id}\r\n";
  return row;
}

NewHold PostWith(const std::string& key, std::size_t more_bytes = 0) {
  NewHold post;
  post.dedupe_key = post.subject = key;
  post.list = kList;
  post.from = post.reverse_path = AddressOf(key);
  post.forward_paths = {post.list};
  post.raw = "Subject: " + key + "\r\n\r\nText\r\n" + std::string(more_bytes, 'x');
  post.findings = {{"harassment", "harassment/threat", "respect", "high", "hold", "or else"}};
  post.expires = Time(std::chrono::seconds(1790000000 + 3600));
  return post;
}

class StoreMemory : public testing::Test {
 protected:
  // A call that may be repeated: it throws, or all of it is done.
  struct Call {
    std::function<void(const std::string&key)> prepare, act;
    std::function<bool(const std::string& key)> is_done;  // all of it; false: nothing of it
  };
  enum class How { kOnce, kFromThere };
  static constexpr long kReopened = 15;  // so often the store is closed, its memory counted, and opened again
  static constexpr long kStickyStride = 3;  // alone each allocation fails, with all after it every third

  StoreMemory() {
    std::string name = (std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp");
    name += "/listwarden-memory-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~StoreMemory() override {
    Close();
    std::filesystem::remove_all(folder_);
  }
  std::string file() const { return folder_ / "hold.db"; }
  void Open() { store_ = OpenHoldStore(file(), clock_, {0, 0, 100'000, 100'000}); }
  void Close() {
    store_.reset();
    records_.reset();
  }
  void Reopen(bool is_first) {
    Close();
    if (is_first) closed_ = FailingMemory::blocks();
    EXPECT_EQ(FailingMemory::blocks(), closed_) << "leaked";
    Open();
  }
  Records& records() {
    if (!records_) records_ = OpenRecords(file(), clock_);
    return *records_;
  }

  static std::size_t OpenFiles() {
    const std::filesystem::directory_iterator files("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

  // A temporary failure is told, and nothing else.
  static bool IsRefused(const std::function<void(const std::string&)>& act, const std::string& key) {
    try {
      act(key);
      return false;
    } catch (const std::bad_alloc&) {
    } catch (const StoreError&) {
    } catch (const std::exception& e) {
      ADD_FAILURE() << "neither bad_alloc nor StoreError: " << e.what();
    }
    return true;
  }

  std::optional<HeldSummary> Find(const std::string& key) {
    QueueQuery theirs;
    theirs.author = AddressOf(key);
    theirs.states = {};
    const QueuePage page = store_->Queue(theirs);
    EXPECT_LE(page.count, 1u);
    if (page.rows.empty()) return std::nullopt;
    return page.rows.front().held;
  }
  // Rows that a post in this state must have; a state without them is half a call.
  void ExpectWhole(const HeldSummary& held, const std::string& action, std::size_t letters) {
    std::size_t rows = 0;
    for (const AuditRow& row : store_->Audit(held.id)) rows += row.action == action;
    EXPECT_EQ(rows, 1u) << "audit rows of " << action;
    EXPECT_EQ(Count("SELECT count(*) FROM outbox WHERE held_id = '" + held.id + "'"), letters);
    EXPECT_EQ(store_->Raw(held.id, 0), PostWith(held.subject).raw);
  }
  std::size_t Count(const std::string& sql) const {
    sqlite3* database = nullptr;
    sqlite3_stmt* row = nullptr;
    sqlite3_open(file().c_str(), &database);
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    EXPECT_EQ(sqlite3_prepare_v2(database, sql.c_str(), -1, &row, nullptr), SQLITE_OK);
    EXPECT_EQ(sqlite3_step(row), SQLITE_ROW);
    const auto count = static_cast<std::size_t>(sqlite3_column_int64(row, 0));
    sqlite3_finalize(row);
    sqlite3_close(database);
    return count;
  }

  // As a moderator or the clock does: what waits is decided, with a letter and, when approved, the release.
  void DecideThe(const std::string& key, HoldState to) {
    const HeldSummary held = *Find(key);
    if (held.state != HoldState::kHeld) return;
    Decision decision;
    decision.held_id = held.id;
    decision.revision = held.revision;
    decision.actor = to == HoldState::kExpired ? std::string(kExpiryActor) : "ann@example.org";
    decision.why = "because";
    decision.to = to;
    decision.outbox = {Letter("decided:{id}", held.from)};
    if (to == HoldState::kApproved) {
      OutboxRow release = Letter("release:{id}", kList);
      release.kind = OutboxKind::kRelease;
      release.content.clear();
      decision.outbox.push_back(release);
    }
    EXPECT_EQ(store_->Decide(decision), DecisionResult::kDone);
  }
  bool IsDecided(const std::string& key, HoldState to, std::size_t letters) {
    const HeldSummary held = *Find(key);
    if (held.state == HoldState::kHeld) return ExpectWhole(held, "held", 0), false;
    EXPECT_EQ(held.state, to);
    ExpectWhole(held, std::string(HoldStateName(to)), letters);
    return true;
  }

  void FailAs(How how, long at) { how == How::kOnce ? memory_.FailAt(at) : memory_.FailFrom(at); }

  // False when the call ended without a failure.
  bool Fail(const Call& call, const std::string& key, long at, How how) {
    call.prepare(key);
    if (at > 0) FailAs(how, at);
    const bool is_refused = IsRefused(call.act, key);
    const bool has_failed = at == 0 || memory_.has_failed();
    memory_.Mend();
    EXPECT_TRUE(!is_refused || has_failed);
    if (at % kReopened == 0 || !has_failed) Reopen(at == 0);
    EXPECT_TRUE(call.is_done(key) || is_refused) << "answered as done, and is not on disk";
    clock_.now += kLease;
    call.act(key);
    EXPECT_TRUE(call.is_done(key));
    return has_failed;
  }

  void FailEverywhere(const char* name, const Call& call, long step = 1) {
    const auto begin = std::chrono::steady_clock::now();
    long points = 0;
    Open();
    for (const How how : {How::kOnce, How::kFromThere}) {
      bool has_failed = true;  // at 0, where nothing does: what is kept once and for all is made then
      const long stride = how == How::kOnce ? step : step * kStickyStride;
      for (long at = 0; has_failed && !HasFailure(); at += stride, ++points) {
        const std::string key = std::string(how == How::kOnce ? "once-" : "from-") + std::to_string(at);
        has_failed = Fail(call, key, at, how);
        if (HasFailure()) std::cerr << name << " failed at " << key << '\n';
      }
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    std::cout << name << ": " << points << " failures, " << seconds.count() << " s" << std::endl;
    EXPECT_TRUE(records().VerifyAudit("").faults.empty());
    EXPECT_GT(points, 30);
  }

  long closed_ = 0;  // blocks in use while the store is closed
  FailingMemory memory_;
  TestClock clock_;
  std::filesystem::path folder_;
  std::unique_ptr<HoldStore> store_;
  std::unique_ptr<Records> records_;
};

TEST_F(StoreMemory, HoldKeepsAllOfAPostOrNothing) {
  FailEverywhere("hold", {[](const std::string&) {},
                          [&](const std::string& key) {
                            NewHold post = PostWith(key);
                            post.letters = {Letter("held:{id}", post.from)};
                            store_->Hold(post);
                          },
                          [&](const std::string& key) {
                            const auto held = Find(key);
                            if (held) ExpectWhole(*held, "held", 1);
                            return held.has_value();
                          }});
}

TEST_F(StoreMemory, ApprovalIsWholeOrNotThere) {
  FailEverywhere("approve",
                 {[&](const std::string& key) { store_->Hold(PostWith(key)); },
                  [&](const std::string& key) { DecideThe(key, HoldState::kApproved); },
                  [&](const std::string& key) { return IsDecided(key, HoldState::kApproved, 2); }});
}

TEST_F(StoreMemory, ExpiryIsWholeOrNotThere) {
  FailEverywhere("expire", {[&](const std::string& key) {
                              NewHold post = PostWith(key);
                              post.expires = clock_.now;
                              store_->Hold(post);
                            },
                            [&](const std::string&) {
                              for (const HeldSummary& held : store_->Expired(10))
                                DecideThe(held.subject, HoldState::kExpired);
                            },
                            [&](const std::string& key) { return IsDecided(key, HoldState::kExpired, 1); }});
}

TEST_F(StoreMemory, ReleaseIsLeasedAndReportedWholeOrNotAtAll) {
  FailEverywhere("release",
                 {[&](const std::string& key) {
                    store_->Hold(PostWith(key));
                    DecideThe(key, HoldState::kApproved);
                  },
                  [&](const std::string&) {
                    while (const auto lease = store_->LeaseNext(kLease)) {
                      EXPECT_TRUE(store_->Report(*lease, Outbox::SendResult::kSent, "250 ok", clock_.now));
                    }
                  },
                  [&](const std::string& key) {
                    const HeldSummary held = *Find(key);
                    if (held.state != HoldState::kReleased) {
                      EXPECT_TRUE(held.state == HoldState::kApproved || held.state == HoldState::kSending);
                      ExpectWhole(held, "approved", 2);
                      return false;
                    }
                    ExpectWhole(held, "released", 2);
                    return Count("SELECT count(*) FROM outbox WHERE state = 'waiting'") == 0;
                  }});
}

TEST_F(StoreMemory, AnErasedPersonIsForgottenWhollyOrNotYet) {
  constexpr long kStride = 13;  // the more posts, the more allocations: each is looked at
  FailEverywhere("erase",
                 {[&](const std::string& key) {
                    records().Erase("nobody@example.org", "ann@example.org");
                    store_->Hold(PostWith(key));
                  },
                  [&](const std::string& key) { records().Erase(AddressOf(key), "ann@example.org"); },
                  [&](const std::string& key) {
                    const auto held = Find(key);
                    if (held) ExpectWhole(*held, "held", 0);
                    return !held;
                  }},
                 kStride);
}

TEST_F(StoreMemory, AReadPostIsWholeAndNeverCalledDamaged) {
  FailEverywhere("read", {[&](const std::string& key) {
                            if (!Find(key)) store_->Hold(PostWith(key, 30'000));
                          },
                          [&](const std::string& key) {
                            const auto held = store_->Find(Find(key)->id);
                            EXPECT_EQ(held->state, HoldState::kHeld);
                            EXPECT_EQ(held->raw, PostWith(key, 30'000).raw);
                            EXPECT_EQ(held->findings.size(), 1u);
                          },
                          [&](const std::string& key) { return Find(key)->state == HoldState::kHeld; }});
}

TEST_F(StoreMemory, AStoreThatCannotBeOpenedLeavesNothingBehind) {
  constexpr long kStride = 61;  // thousands, most of them SQLite's for the schema
  const std::size_t files = OpenFiles();
  for (const How how : {How::kOnce, How::kFromThere}) {
    bool has_failed = true;
    for (long at = 1; has_failed && !HasFailure(); at += kStride) {
      const std::string place = folder_ / "new.db";
      const std::function<void(const std::string&)> open = [&](const std::string& file) {
        OpenHoldStore(file, clock_, {0, 0, 10, 10});
      };
      FailAs(how, at);
      const bool is_refused = IsRefused(open, place);
      has_failed = memory_.has_failed();
      memory_.Mend();
      EXPECT_EQ(OpenFiles(), files) << at;
      EXPECT_TRUE(!is_refused || has_failed);
      EXPECT_EQ(OpenHoldStore(place, clock_, {0, 0, 10, 10})->Hold(PostWith("first")).is_repeat, false) << at;
      for (const char* end : {"", "-wal", "-shm", ".lock", ".ballast"}) std::filesystem::remove(place + end);
    }
  }
}

TEST_F(StoreMemory, ALogThatCannotBeCopiedForWantOfMemoryIsCopiedLater) {
  Open();
  const long before = FailingMemory::others_failed();
  memory_.FailOtherThreads();
  store_->Hold(PostWith("large", 5'000'000));
  for (int n = 0; FailingMemory::others_failed() == before && n < 1000; ++n)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  memory_.Mend();
  EXPECT_GT(FailingMemory::others_failed(), before) << "the thread that copies the log asked for memory";
  EXPECT_TRUE(store_->Hold(PostWith("large", 5'000'000)).is_repeat);
}

}  // namespace
}  // namespace listwarden
