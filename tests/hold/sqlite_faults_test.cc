// What a disk that fails may not do.
// SPDX-License-Identifier: Apache-2.0
#include <SQLiteCpp/Exception.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <fstream>
#include <thread>

#include "base/error.h"
#include "failing_disk.h"
#include "hold/sql_hold_store.h"
#include "hold/sqlite_connection.h"
#include "places.h"

namespace listwarden {
namespace {

using How = FailingDisk::How;
using testing::HasSubstr;

constexpr std::uint64_t kBallast = 1 << 20;
class SqliteFaults : public testing::Test {
 protected:
  std::unique_ptr<SqliteConnection> Connect(std::uint64_t ballast_bytes = 0) const {
    return std::make_unique<SqliteConnection>(place_.file(), clock_, ballast_bytes);
  }
  std::unique_ptr<HoldStore> Open(std::uint64_t ballast_bytes = 0) const {
    return std::make_unique<SqlHoldStore>(Connect(ballast_bytes), HoldLimits{});
  }
  bool HasBallast() const { return std::filesystem::exists(place_.Where() + ".ballast"); }
  // What was refused in words, or nothing.
  template <typename Act>
  static std::string Refusal(Act act) {
    try {
      act();
    } catch (const StoreError& e) {
      return e.what();
    }
    return "";
  }

  FailingDisk disk_;
  const SqlitePlace place_;
  const FakeClock clock_{};
};

TEST_F(SqliteFaults, NoWriteOrSyncThatFailsLosesOrDoublesAnything) {
  const auto store = Open();
  std::size_t posts = 0;
  for (const How how : {How::kFull, How::kBroken}) {
    bool has_failed = true;
    for (int call = 1; has_failed; ++call) {
      const std::string key = (how == How::kFull ? "f" : "b") + std::to_string(call);
      disk_.FailAt(call, how);
      const std::string refusal = Refusal([&] { store->Hold(PostWith(key)); });
      has_failed = disk_.has_failed();
      disk_.Mend();
      EXPECT_EQ(refusal.empty(), !has_failed) << "told for certain, at call " << call;
      store->Hold(PostWith(key));
      EXPECT_EQ(store->Queue({}).count, ++posts) << "call " << call;
    }
    EXPECT_GT(posts, 5u);
  }
  EXPECT_TRUE(OpenRecords(place_.Where(), clock_)->VerifyAudit("").faults.empty());
}

TEST_F(SqliteFaults, AFullDiskIsToldAsOneAndABrokenOneIsNot) {
  const auto store = Open();
  disk_.FailFrom(1, How::kFull);
  EXPECT_THROW(store->Hold(PostWith("k1")), StoreFull);
  disk_.FailFrom(1, How::kBroken);
  try {
    store->Hold(PostWith("k1"));
    ADD_FAILURE();
  } catch (const StoreFull&) {
    ADD_FAILURE();
  } catch (const StoreError&) {
  }
}

TEST_F(SqliteFaults, TheBallastGivesWayOnceAndComesBack) {
  const auto store = Open(kBallast);
  ASSERT_TRUE(HasBallast());
  disk_.FailAt(1, How::kFull);
  EXPECT_FALSE(store->Hold(PostWith("k1")).is_repeat);
  EXPECT_TRUE(disk_.has_failed());
  EXPECT_TRUE(HasBallast()) << "there is room again";
  disk_.FailFrom(1, How::kFull);
  EXPECT_THROW(store->Hold(PostWith("k2")), StoreFull);
  EXPECT_FALSE(HasBallast());
  EXPECT_THROW(store->Hold(PostWith("k2")), StoreFull) << "nothing is left to give";
  disk_.Mend();
  EXPECT_FALSE(store->Hold(PostWith("k2")).is_repeat);
  EXPECT_TRUE(HasBallast());
}

TEST_F(SqliteFaults, ABrokenDiskTakesNoBallast) {
  const auto store = Open(kBallast);
  disk_.FailFrom(1, How::kBroken);
  EXPECT_THROW(store->Hold(PostWith("k1")), StoreError);
  EXPECT_TRUE(HasBallast());
}

TEST_F(SqliteFaults, ABallastForWhichThereIsNoRoomIsNotKept) {
  EXPECT_FALSE(Open(std::uint64_t{1} << 60)->Hold(PostWith("k1")).is_repeat);
  EXPECT_FALSE(HasBallast());
  // A limit on the size of files, as an administrator may set one.
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{kBallast / 2, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_FALSE(Open(kBallast)->Hold(PostWith("k2")).is_repeat);
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_FALSE(HasBallast()) << "half a ballast would be none";
}

TEST_F(SqliteFaults, ALogThatCannotBeCopiedIsToldAndTriedAgain) {
  const auto store = Open();
  disk_.FailDatabase();
  EXPECT_FALSE(store->Hold(PostWith("large", 5'000'000)).is_repeat) << "the log alone makes it durable";
  std::string refusal;
  for (int n = 0; refusal.empty() && n < 1000; ++n) {
    refusal = Refusal([&] { store->Hold(PostWith("k" + std::to_string(n % 10))); });
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_THAT(refusal, HasSubstr("disk")) << "what the kernel dropped is not called written";
  disk_.Mend();
  EXPECT_TRUE(store->Hold(PostWith("large", 5'000'000)).is_repeat);
}

TEST_F(SqliteFaults, AfterAFailedSyncNothingIsTakenUntilTheLogIsCopied) {
  const auto store = Open();
  store->Hold(PostWith("k1"));
  disk_.FailFrom(1, How::kBroken);
  EXPECT_THROW(store->Hold(PostWith("k2")), StoreError);
  disk_.Mend();
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open(place_.file().c_str(), &reader), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(reader, "BEGIN; SELECT * FROM held", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_THAT(Refusal([&] { store->Hold(PostWith("k2")); }), HasSubstr("cannot be copied"));
  sqlite3_close(reader);
  EXPECT_EQ(Refusal([&] { store->Hold(PostWith("k2")); }), "");
}

TEST_F(SqliteFaults, AfterAFailedScrubNothingIsTakenUntilTheLogIsCopied) {
  const auto connection = Connect();
  const auto write = [&](const char* id) {
    return connection->Write(
        [&](SqlDatabase& database) { return SqlRow(database, "INSERT INTO token VALUES (?, 1)", id).Run(); });
  };
  write("t1");
  disk_.FailDatabase();
  EXPECT_THROW(connection->Scrub(), StoreError);
  disk_.Mend();
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open(place_.file().c_str(), &reader), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(reader, "BEGIN; SELECT * FROM token", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_THAT(Refusal([&] { write("t2"); }), HasSubstr("cannot be copied"));
  sqlite3_close(reader);
  EXPECT_EQ(write("t2"), 1);
}

TEST_F(SqliteFaults, ScrubbingGoesOnAfterADiskThatFailed) {
  const auto records = OpenRecords(place_.Where(), clock_);
  Open()->Hold(PostWith("k1"));
  disk_.FailDatabase();
  EXPECT_THROW(records->Scrub(), StoreError);
  disk_.Mend();
  EXPECT_NO_THROW(records->Scrub());
}

TEST_F(SqliteFaults, WhatTheDiskDoesInsideAJobEndsAllOfThem) {
  const auto connection = Connect();
  for (const int code : {SQLITE_FULL, SQLITE_IOERR}) {
    const auto job = [&](SqlDatabase& database) -> bool {
      SqlRow(database, "INSERT INTO token VALUES ('mine', 1)").Run();
      throw SQLite::Exception("the disk", code);
    };
    EXPECT_THROW(connection->Write(job), StoreError);
  }
  const auto large = [](SqlDatabase& database) {
    SqlRow row(database, "INSERT INTO setting VALUES ('large', ?)", std::string(5'000'000, 'x'));
    return row.Run();
  };
  disk_.FailFrom(1, How::kBroken);
  EXPECT_THROW(connection->Write(large), StoreError) << "while it runs, since it is more than memory keeps";
  disk_.Mend();
  EXPECT_EQ(connection->Write(large), 1);
}

TEST_F(SqliteFaults, AJobsOwnFailureIsWhatItsCallerHears) {
  const auto connection = Connect();
  struct Own {};
  const auto job = [](SqlDatabase& database) -> bool {
    SqlRow(database, "ROLLBACK").Run();
    throw Own{};
  };
  EXPECT_THROW(connection->Write(job), Own);
  EXPECT_NO_THROW(SqlHoldStore(Connect(), {}).Hold(PostWith("k1")));
}

TEST_F(SqliteFaults, ADamagedFileAsksForABackup) {
  Open()->Hold(PostWith("k1", 100'000));
  const auto store = Open();  // what is in the log is in the file now
  const auto pages = std::filesystem::file_size(place_.file()) / 8192;
  std::fstream file(place_.file(), std::ios::in | std::ios::out);
  for (std::size_t page = 1; page < pages; ++page)
    file.seekp(static_cast<std::streamoff>(page * 8192)) << std::string(8192, '\xff');
  file.close();
  EXPECT_THAT(Refusal([&] { store->Queue({}); }), HasSubstr("restore a backup"));
  EXPECT_THAT(Refusal([&] { Open(); }), HasSubstr("restore a backup"));
}

TEST_F(SqliteFaults, AStoreWhoseFolderIsGoneSaysSo) {
  const auto store = Open();
  std::filesystem::remove_all(place_.file().parent_path());
  EXPECT_THAT(Refusal([&] { store->Probe(); }), HasSubstr("folder is gone"));
}

TEST_F(SqliteFaults, AStoreIsNotCopiedOver) {
  Open()->Hold(PostWith("k1"));
  EXPECT_THROW(SqliteConnection(place_.file(), clock_, 0, Use::kCopy), StoreError);
  EXPECT_EQ(Open()->Queue({}).count, 1u);
}

}  // namespace
}  // namespace listwarden
