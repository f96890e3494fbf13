// What a network and a server that fail may not do.
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <future>
#include <thread>

#include "cut_wire.h"
#include "hold/postgres_connection.h"
#include "hold/sql_hold_store.h"
#include "hold/store_check.h"
#include "hold_store_contract.h"
#include "postgres_fixture.h"

namespace listwarden {
namespace {

class PostgresFaults : public PostgresTest {
 protected:
  std::unique_ptr<HoldStore> Open(const std::string& host = "") const {
    HoldLimits limits;
    limits.per_author_and_list = limits.per_list = 100000;
    return std::make_unique<SqlHoldStore>(std::make_unique<PostgresConnection>(Uri(host)), limits);
  }
};

// Hold, decide, lease, report: as it went for the caller, in words.
std::string WholeLife(HoldStore& store, const std::string& key) {
  const auto held = store.Hold(PostWith(key));
  std::string story = held.is_repeat ? "held again" : "held";
  Decision decision;
  decision.held_id = held.id;
  decision.actor = "ann";
  decision.to = HoldState::kApproved;
  decision.outbox = {ReleaseTo("physics@lists.example.org")};
  story += store.Decide(decision) == DecisionResult::kDone ? ", approved" : ", not approved";
  while (const auto lease = store.LeaseNext(kMinute)) {
    story += ", leased " + std::to_string(lease->fence);
    story += store.Report(*lease, Outbox::SendResult::kSent, "250 ok", Time{}) ? ", sent" : ", not sent";
  }
  for (const AuditRow& row : store.Audit(held.id)) story += "; " + row.action;
  return story;
}

TEST_F(PostgresFaults, AWireCutAtAnyMessageIsNeverNoticed) {
  CutWire wire(server_->folder());
  const auto store = Open(wire.folder());
  for (const auto cut : {CutWire::Cut::kBefore, CutWire::Cut::kAfter}) {
    int message = 1;
    for (bool was_cut = true; was_cut; ++message) {
      wire.CutAt(message, cut);
      const std::string key = (cut == CutWire::Cut::kBefore ? "b" : "a") + std::to_string(message);
      EXPECT_EQ(WholeLife(*store, key),
                "held, approved, leased 1, sent, leased 1, sent; held; approved; released")
          << "cut " << (cut == CutWire::Cut::kBefore ? "before" : "after") << " message " << message;
      was_cut = wire.was_cut();
    }
    EXPECT_GT(message, 50) << "every statement has been cut once";
  }
  EXPECT_EQ(Value("SELECT count(*) FROM held"), Value("SELECT count(DISTINCT subject) FROM held"));
  EXPECT_EQ(Value("SELECT count(*) FROM outbox WHERE state <> 'sent' OR attempts <> 1"), "0");
}

TEST_F(PostgresFaults, ServersThatEndConnectionsDoubleAndLoseNothing) {
  constexpr int kThreads = 4, kPosts = 60;
  const auto store = Open(), other = Open();
  std::atomic<int> repeats{0};
  std::atomic<bool> is_done{false};
  std::thread ender([&] {
    for (int i = 0; i < 40 && !is_done; ++i) {
      server_->Execute(
          "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database_ +
                          "' ORDER BY random() LIMIT 1");
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < kPosts; ++n)
        repeats += (i % 2 == 0 ? *store : *other)
                       .Hold(PostWith("k" + std::to_string(i) + "-" + std::to_string(n)))
                       .is_repeat;
    });
  }
  for (std::thread& thread : threads) thread.join();
  is_done = true;
  ender.join();
  EXPECT_EQ(repeats, 0);
  EXPECT_EQ(store->Queue({}).count, static_cast<std::size_t>(kThreads * kPosts));
  EXPECT_TRUE(OpenRecords(server_->Uri(database_), SystemClock())->VerifyAudit("").faults.empty());
}

TEST_F(PostgresFaults, AServerKilledWhileMailComesLosesNothingItHasTaken) {
  const auto store = Open();
  std::atomic<bool> is_done{false};
  std::atomic<int> taken{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&, i] {
      for (int n = 0; !is_done; ++n) {
        const NewHold post = PostWith("k" + std::to_string(i) + "-" + std::to_string(n));
        for (bool is_taken = false; !is_taken;) {
          try {
            store->Hold(post);
            is_taken = true;
            ++taken;
          } catch (const StoreError&) {  // 451: the client comes again
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
          }
        }
      }
    });
  }
  for (int kills = 0; kills < 5; ++kills) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100 + 37 * kills));
    server_->Kill();
    server_->Start();
  }
  const int before = taken;
  while (taken < before + 10) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  is_done = true;
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(Value("SELECT count(*) FROM held"), std::to_string(taken));
  EXPECT_EQ(Value("SELECT count(DISTINCT subject) FROM held"), std::to_string(taken));
  EXPECT_TRUE(OpenRecords(server_->Uri(database_), SystemClock())->VerifyAudit("").faults.empty());
}

TEST_F(PostgresFaults, WhatNoStandbyHasIsNotToldWhoeverEndsTheWait) {
  constexpr auto kWaits = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
  const auto pause = std::chrono::milliseconds(10);
  const auto store = Open();
  int number = 0;
  for (const std::string end : {"pg_terminate_backend", "pg_cancel_backend"}) {
    ASSERT_TRUE(Execute("ALTER SYSTEM SET synchronous_standby_names = 'away'"));
    ASSERT_TRUE(Execute("SELECT pg_reload_conf()"));
    std::future<HoldStore::HoldResult> held;
    std::string waiting;
    while (waiting.empty()) {  // the server takes a moment to reload
      const std::string key = "k" + std::to_string(++number);
      held = std::async(std::launch::async, [&, key] { return store->Hold(PostWith(key)); });
      while (held.wait_for(pause) != std::future_status::ready && waiting.empty()) waiting = Value(kWaits);
    }
    ASSERT_TRUE(Execute("SELECT " + end + "(" + waiting + ")"));
    EXPECT_EQ(held.wait_for(std::chrono::seconds(1)), std::future_status::timeout) << end;
    EXPECT_NE(Value(kWaits), waiting) << "asked again on another connection";
    ASSERT_TRUE(Execute("ALTER SYSTEM RESET synchronous_standby_names"));
    ASSERT_TRUE(Execute("SELECT pg_reload_conf()"));
    EXPECT_FALSE(held.get().is_repeat);
  }
}

TEST_F(PostgresFaults, AServerThatIsAwayIsATemporaryFailure) {
  const auto store = Open();
  server_->Kill();
  EXPECT_THROW(store->Hold(PostWith("k1")), StoreError);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_THROW(store->Hold(PostWith("k1")), StoreError);
  EXPECT_THROW(store->Probe(), StoreError);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2)) << "who is known to be away";
  server_->Start();
  EXPECT_FALSE(store->Hold(PostWith("k1")).is_repeat);
}

TEST_F(PostgresFaults, AFullDiskIsToldAsOne) {
  const auto store = Open();
  ASSERT_TRUE(
      Execute("CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
              "'could not extend file' USING ERRCODE = 'disk_full'; END $$"));
  ASSERT_TRUE(Execute("CREATE TRIGGER full_disk BEFORE INSERT ON content EXECUTE FUNCTION full_disk()"));
  EXPECT_THROW(store->Hold(PostWith("k1")), StoreFull);
  ASSERT_TRUE(Execute("DROP TRIGGER full_disk ON content"));
  EXPECT_FALSE(store->Hold(PostWith("k1")).is_repeat) << "nothing was left of the first try";
}

TEST_F(PostgresFaults, ASerialisationFailureIsTriedAgain) {
  const auto store = Open();
  ASSERT_TRUE(Execute("CREATE SEQUENCE tries"));
  ASSERT_TRUE(Execute(
      "CREATE FUNCTION fail_twice() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('tries') < 3"
      " THEN RAISE EXCEPTION 'deadlock' USING ERRCODE = 'deadlock_detected'; END IF; RETURN NULL; END"
      " $$"));
  ASSERT_TRUE(Execute("CREATE TRIGGER fail_twice BEFORE INSERT ON content EXECUTE FUNCTION fail_twice()"));
  EXPECT_FALSE(store->Hold(PostWith("k1")).is_repeat);
  EXPECT_EQ(Value("SELECT last_value FROM tries"), "3");
}

TEST_F(PostgresFaults, NothingIsCalledErasedWhileAReaderStillSeesIt) {
  Open()->Hold(PostWith("k1"));
  const auto records = OpenRecords(server_->Uri(database_), SystemClock());
  {
    PostgresConnection reader(server_->Uri(database_));
    reader.Read([&](SqlDatabase& database) {
      EXPECT_TRUE(SqlRow(database, "SELECT 1 FROM held").Step());
      EXPECT_THROW(records->Erase("k1@example.org", "office"), StoreError);
      return true;
    });
  }
  EXPECT_NO_THROW(records->Erase("k1@example.org", "office"));
}

TEST_F(PostgresFaults, AServerThatOnlyReadsIsRefused) {
  Open();
  ASSERT_TRUE(Execute("ALTER DATABASE " + database_ + " SET default_transaction_read_only = on"));
  EXPECT_THROW(Open(), StoreError) << "as a standby is";
}

TEST_F(PostgresFaults, AStrangersDatabaseIsRefusedUntouched) {
  ASSERT_TRUE(Execute("CREATE TABLE held (mine TEXT)"));
  EXPECT_THROW(Open(), StoreError);
  EXPECT_TRUE(Execute("SELECT mine FROM held"));
  EXPECT_EQ(
      Value("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"),
      "1");
}

TEST_F(PostgresFaults, ANewerSchemaIsRefused) {
  Open();
  ASSERT_TRUE(Execute("UPDATE schema_version SET version = 99"));
  EXPECT_THROW(Open(), StoreError);
}

TEST_F(PostgresFaults, ADatabaseThatIsNotUtf8IsRefused) {
  ASSERT_TRUE(server_->Execute("postgres", "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0"));
  EXPECT_THROW(PostgresConnection{server_->Uri("latin")}, StoreError);
  server_->DropDatabase("latin");
}

TEST_F(PostgresFaults, AnEmptyDatabaseIsNoStoreForWhoeverLooks) {
  EXPECT_FALSE(CheckStore(server_->Uri(database_)).is_there);
  EXPECT_EQ(Value("SELECT count(*) FROM pg_class WHERE relname = 'held'"), "0") << "looking makes nothing";
}

TEST_F(PostgresFaults, ValuesAreReadAsSqliteReadsThem) {
  PostgresConnection connection(server_->Uri(database_));
  connection.Read([](SqlDatabase& database) {
    SqlRow row(database, "SELECT NULL::bigint, 7, '?', ?, 'seven'", "a");
    EXPECT_TRUE(row.Step());
    EXPECT_EQ(row.Int(0), 0) << "nothing counts as none";
    EXPECT_EQ(row.Text(1), "7");
    EXPECT_EQ(row.Text(2), "?") << "a question in quotes is no place for a value";
    EXPECT_EQ(row.Text(3), "a");
    EXPECT_THROW(row.Int(4), StoreError);
    return true;
  });
}

TEST_F(PostgresFaults, AnyNumberOfStatementsIsPrepared) {
  PostgresConnection connection(server_->Uri(database_));
  connection.Read([](SqlDatabase& database) {
    for (int i = 0; i < 700; ++i) {
      SqlRow row(database, "SELECT ? + " + std::to_string(i) + "::bigint", 1);
      EXPECT_TRUE(row.Step());
      EXPECT_EQ(row.Int(0), i + 1);
    }
    return true;
  });
  EXPECT_NO_THROW(Open()->Probe());
}

TEST_F(PostgresFaults, NoHandEmptiesWhatMustStay) {
  Open()->Hold(PostWith("k1"));
  for (const char* sql :
       {"TRUNCATE held CASCADE", "TRUNCATE content", "TRUNCATE audit", "DELETE FROM held",
        "DELETE FROM content", "UPDATE held SET state = 'released', revision = revision + 1"})
    EXPECT_FALSE(Execute(sql)) << sql;
}

}  // namespace
}  // namespace listwarden
