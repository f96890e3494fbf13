// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <latch>
#include <set>
#include <thread>

#include "hold/sqlite_connection.h"
#include "hold/store_check.h"
#include "places.h"

namespace listwarden {
namespace {

TEST(SqliteStore, LittleFreeSpaceRefusesBeforeAnythingIsWritten) {
  const SqlitePlace place;
  const FakeClock clock{};
  HoldLimits limits;
  limits.min_free_bytes = std::uint64_t{1} << 62;
  const auto store = OpenHoldStore(place.file(), clock, limits);
  NewHold post;
  post.dedupe_key = "k1";
  EXPECT_THROW(store->Hold(post), StoreFull);
  EXPECT_THROW(store->Probe(), StoreFull);
  EXPECT_EQ(store->Queue({}).count, 0u);
}

TEST(SqliteStore, AStrangersDatabaseIsRefusedUntouched) {
  SqlitePlace place;
  ASSERT_TRUE(place.Execute("CREATE TABLE held (mine TEXT)"));
  const FakeClock clock{};
  EXPECT_THROW(OpenHoldStore(place.file(), clock), StoreError);
  EXPECT_TRUE(place.Execute("SELECT mine FROM held"));
}

TEST(SqliteStore, ANewerSchemaIsRefused) {
  SqlitePlace place;
  const FakeClock clock{};
  OpenHoldStore(place.file(), clock);
  ASSERT_TRUE(place.Execute("PRAGMA user_version = 99"));
  EXPECT_THROW(OpenHoldStore(place.file(), clock), StoreError);
}

TEST(SqliteStore, ThatIsNoDatabaseIsRefused) {
  const SqlitePlace place;
  std::ofstream(place.file()) << std::string(20000, 'x');
  const FakeClock clock{};
  EXPECT_THROW(OpenHoldStore(place.file(), clock), StoreError);
}

TEST(SqliteStore, IsReadableByItsGroupAndNobodyElse) {
  const SqlitePlace place;
  const FakeClock clock{};
  const auto store = OpenHoldStore(place.file(), clock);
  EXPECT_EQ(std::filesystem::status(place.file()).permissions(), std::filesystem::perms{0660});
}

std::set<std::string> FilesBeside(const std::filesystem::path& file) {
  std::set<std::string> names;
  for (const auto& one : std::filesystem::directory_iterator(file.parent_path()))
    names.insert(one.path().filename());
  return names;
}

// Without a lock on the file, whichever other program closes it takes itself for the last user, and deletes the log.
TEST(SqliteStore, KeepsItsLockWhenItIsOpenedAgainInTheSameProcess) {
  const SqlitePlace place;
  const FakeClock clock{};
  const auto store = OpenHoldStore(place.file(), clock);
  const auto again = OpenAccountStore(place.file(), clock);
  const int other = open(place.file().c_str(), O_RDWR | O_CLOEXEC);
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  EXPECT_EQ(fcntl(other, F_OFD_GETLK, &whole), 0);
  EXPECT_EQ(whole.l_type, F_RDLCK);
  close(other);
}

TEST(SqliteStore, LookingLeavesNothingBehind) {
  const SqlitePlace place;
  EXPECT_FALSE(CheckStore(place.Where()).is_there);
  EXPECT_TRUE(FilesBeside(place.file()).empty());
  const FakeClock clock{};
  OpenHoldStore(place.file(), clock);
  for (const char* end : {"-wal", "-shm"}) std::filesystem::remove(place.Where() + end);
  const auto before = FilesBeside(place.file());
  EXPECT_TRUE(CheckStore(place.Where()).is_there);
  EXPECT_EQ(FilesBeside(place.file()), before);
}

TEST(SqliteStore, WhatIsInTheLogOnlyIsLookedAt) {
  const SqlitePlace place;
  const FakeClock clock{};
  const auto store = OpenHoldStore(place.file(), clock);
  NewHold post;
  post.dedupe_key = "k1";
  store->Hold(post);
  ASSERT_TRUE(std::filesystem::exists(place.Where() + "-wal"));
  EXPECT_EQ(CheckStore(place.Where()).texts, 1u);
}

TEST(SqliteStore, OldAndNewSchemasAreToldAndLeft) {
  SqlitePlace place;
  const FakeClock clock{};
  OpenHoldStore(place.file(), clock);
  ASSERT_TRUE(place.Execute("PRAGMA user_version = 1"));
  EXPECT_EQ(CheckStore(place.Where()).schema, 1);
  EXPECT_EQ(CheckStore(place.Where()).schema, 1) << "it was brought up";
  ASSERT_TRUE(place.Execute("PRAGMA user_version = 99"));
  EXPECT_EQ(CheckStore(place.Where()).faults.size(), 1u);
}

TEST(SqliteStore, ADamagedPageOrAStrangersFileIsFound) {
  SqlitePlace place;
  const FakeClock clock{};
  OpenHoldStore(place.file(), clock);
  std::fstream(place.file(), std::ios::in | std::ios::out).seekp(3 * 8192) << std::string(8192, '\xff');
  EXPECT_FALSE(CheckStore(place.Where()).faults.empty());
  const SqlitePlace other;
  std::ofstream(other.file()) << std::string(20000, 'x');
  EXPECT_THROW(CheckStore(other.Where()), StoreError);
}

TEST(SqliteStore, AWriteLockThatIsNeverLetGoIsFound) {
  const SqlitePlace place;
  const FakeClock clock{};
  OpenHoldStore(place.file(), clock);
  const int lock = open((place.Where() + ".lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(flock(lock, LOCK_EX), 0);
  const StoreCheck check = CheckStore(place.Where());
  close(lock);
  ASSERT_EQ(check.faults.size(), 1u);
  EXPECT_NE(check.faults.front().find("write lock"), std::string::npos);
}

TEST(SqliteStore, ABackupAndWhoWritesDoNotWaitForEachOther) {
  const SqlitePlace place, other;
  const FakeClock clock{};
  const auto records = OpenRecords(place.Where(), clock);
  const int lock = open((place.Where() + ".lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(flock(lock, LOCK_EX), 0);
  EXPECT_NO_THROW(records->Backup(other.file()));
  close(lock);
  EXPECT_TRUE(OpenRecords(other.Where(), clock)->IsPaused());
}

void Write(HoldStore& store) { store.CountNotice("bo@example.org", "physics@lists.example.org"); }

TEST(SqliteStore, WritersTakeTurns) {
  constexpr int kWriters = 4, kWrites = 100;
  const SqlitePlace place;
  const FakeClock clock{};
  std::vector<std::unique_ptr<HoldStore>> stores;
  for (int i = 0; i < kWriters; ++i) stores.push_back(OpenHoldStore(place.file(), clock));
  std::atomic<bool> is_over{false};
  std::latch all_are_there(kWriters);
  std::vector<int> written(kWriters);
  std::vector<std::thread> writers;
  for (std::size_t i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, i] {
      all_are_there.arrive_and_wait();
      for (; !is_over; is_over = is_over || written[i] == kWrites) {
        Write(*stores[i]);
        ++written[i];
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  for (const int writes : written) EXPECT_GT(writes, kWrites / 3);
}

TEST(SqliteStore, WithoutAFolderSaysSo) {
  const FakeClock clock{};
  EXPECT_THROW(OpenHoldStore("/nonexistent/listwarden/hold.db", clock), StoreError);
}

TEST(SqliteStore, WaitsFiveSecondsForAWriterThatHangsAndGoesOnAfterIt) {
  const SqlitePlace place, other;
  const FakeClock clock{};
  const auto store = OpenHoldStore(place.file(), clock), queued = OpenHoldStore(other.file(), clock);
  const int writer = open((place.Where() + ".lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(flock(writer, LOCK_EX), 0);
  const int next = open((other.Where() + ".lock").c_str(), O_RDWR | O_CLOEXEC);
  struct flock first_in_the_queue {};
  first_in_the_queue.l_type = F_WRLCK;
  first_in_the_queue.l_start = first_in_the_queue.l_len = 1;
  ASSERT_EQ(fcntl(next, F_OFD_SETLK, &first_in_the_queue), 0);
  std::thread behind([&] { EXPECT_THROW(Write(*queued), StoreError); });
  EXPECT_THROW(Write(*store), StoreError);
  behind.join();
  close(writer);
  close(next);
  EXPECT_NO_THROW(Write(*store));
  EXPECT_NO_THROW(Write(*queued));
}

TEST(SqliteStore, NothingIsCalledErasedWhileAReaderKeepsTheLog) {
  const SqlitePlace place;
  const FakeClock clock{};
  const auto records = OpenRecords(place.Where(), clock);
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open(place.file().c_str(), &reader), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(reader, "BEGIN; SELECT * FROM held", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_THROW(records->Erase("bo@example.org", "office"), StoreError);
  sqlite3_close(reader);
  EXPECT_NO_THROW(records->Erase("bo@example.org", "office"));
}

TEST(SqliteStore, WithoutBallastItStillHolds) {
  const SqlitePlace place;
  std::filesystem::create_directory(place.Where() + ".ballast");
  const FakeClock clock{};
  NewHold post;
  post.dedupe_key = "k1";
  EXPECT_FALSE(OpenHoldStore(place.file(), clock)->Hold(post).is_repeat);
}

TEST(SqliteStore, ACopyThatAnotherVersionBeganIsNotGoneOnWith) {
  SqlitePlace place;
  const FakeClock clock{};
  SqliteConnection(place.file(), clock, 0, Use::kCopy);
  EXPECT_NO_THROW(SqliteConnection(place.file(), clock, 0, Use::kCopy));
  ASSERT_TRUE(place.Execute("PRAGMA user_version = 1"));
  EXPECT_THROW(SqliteConnection(place.file(), clock, 0, Use::kCopy), StoreError);
}

TEST(SqliteStore, ANameThatMeansSomethingInAnAddressIsLookedAt) {
  const SqlitePlace place;
  const FakeClock clock{};
  for (const char* name : {"100%41.db", "a?mode=memory.db", "a#b.db"}) {
    const std::string file = place.file().parent_path() / name;
    OpenHoldStore(file, clock);
    EXPECT_TRUE(CheckStore(file).is_there) << name;
  }
}

TEST(SqliteStore, LookingKnowsAnEmptyFileAStrangersAndOneNobodyHasOpenedHere) {
  SqlitePlace place;
  std::ofstream(place.file()).flush();
  EXPECT_FALSE(CheckStore(place.Where()).is_there);
  ASSERT_TRUE(place.Execute("CREATE TABLE mine (a TEXT)"));
  EXPECT_THROW(CheckStore(place.Where()), StoreError);
  const SqlitePlace ours;
  const FakeClock clock{};
  OpenHoldStore(ours.file(), clock);
  std::filesystem::remove(ours.Where() + ".lock");
  EXPECT_TRUE(CheckStore(ours.Where()).faults.empty());
}

INSTANTIATE_TEST_SUITE_P(Sqlite, HoldStoreContract,
                         testing::Values(Backend{"SQLite", [] { return std::make_unique<SqlitePlace>(); }}),
                         [](const auto&) { return "Sqlite"; });

}  // namespace
}  // namespace listwarden
