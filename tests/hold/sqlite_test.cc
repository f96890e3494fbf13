// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>
#include <stdlib.h>

#include <fstream>
#include <iterator>

#include "hold_store_contract.h"

namespace listwarden {
namespace {

class SqlitePlace : public Place {
 public:
  SqlitePlace() {
    char name[] = "/tmp/listwarden-store-XXXXXX";
    folder_ = mkdtemp(name);
  }
  ~SqlitePlace() override { std::filesystem::remove_all(folder_); }
  std::unique_ptr<HoldStore> OpenHolds(const Clock& clock, const HoldLimits& limits) override {
    return OpenHoldStore(file(), clock, limits);
  }
  std::unique_ptr<AccountStore> OpenAccounts(const Clock& clock) override {
    return OpenAccountStore(file(), clock);
  }
  std::unique_ptr<Records> OpenRecords(const Clock& clock) override {
    return listwarden::OpenRecords(file(), clock);
  }
  std::string Bytes() override {
    std::string bytes;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      std::ifstream in(entry.path(), std::ios::binary);
      bytes.append(std::istreambuf_iterator<char>(in), {});
    }
    return bytes;
  }
  bool Execute(const std::string& sql) override {
    sqlite3* database = nullptr;
    sqlite3_open(file().c_str(), &database);
    const bool is_done = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
    sqlite3_close(database);
    return is_done;
  }
  void Damage() override {
    ASSERT_TRUE(Execute("DROP TRIGGER content_stays"));
    ASSERT_TRUE(Execute("UPDATE content SET raw = CAST('X' || substr(raw, 2) AS BLOB)"));
  }
  std::filesystem::path file() const { return folder_ / "hold.db"; }

 private:
  std::filesystem::path folder_;
};

TEST(SqliteStore, ABackupIsWholeAndStartsPaused) {
  const SqlitePlace place;
  const FakeClock clock;
  const auto store = OpenHoldStore(place.file(), clock);
  NewHold post;
  post.dedupe_key = "k1";
  post.list = "physics@lists.example.org";
  post.raw = "Subject: x\r\n\r\ny\r\n";
  post.letters = {LetterTo("bo@example.org", "poster-held:{id}")};
  const std::string id = store->Hold(post).id;
  const auto copy = place.file().parent_path() / "copy.db";
  OpenRecords(place.file(), clock)->Backup(copy);
  EXPECT_THROW(OpenRecords(place.file(), clock)->Backup(copy), StoreError) << "nothing is written over";
  EXPECT_TRUE(store->LeaseNext(kMinute)) << "the original goes on";
  const auto restored = OpenHoldStore(copy, clock);
  EXPECT_EQ(restored->Find(id)->raw, post.raw);
  EXPECT_FALSE(restored->LeaseNext(kMinute));
  const auto records = OpenRecords(copy, clock);
  EXPECT_TRUE(records->IsPaused());
  records->Resume("ann");
  EXPECT_FALSE(records->IsPaused());
  EXPECT_TRUE(restored->LeaseNext(kMinute));
  EXPECT_TRUE(records->VerifyAudit("").faults.empty());
}

TEST(SqliteStore, LittleFreeSpaceRefusesBeforeAnythingIsWritten) {
  const SqlitePlace place;
  const FakeClock clock;
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
  const FakeClock clock;
  EXPECT_THROW(OpenHoldStore(place.file(), clock), StoreError);
  EXPECT_TRUE(place.Execute("SELECT mine FROM held"));
}

TEST(SqliteStore, ANewerSchemaIsRefused) {
  SqlitePlace place;
  const FakeClock clock;
  OpenHoldStore(place.file(), clock);
  ASSERT_TRUE(place.Execute("PRAGMA user_version = 99"));
  EXPECT_THROW(OpenHoldStore(place.file(), clock), StoreError);
}

TEST(SqliteStore, ThatIsNoDatabaseIsRefused) {
  const SqlitePlace place;
  std::ofstream(place.file()) << std::string(20000, 'x');
  const FakeClock clock;
  EXPECT_THROW(OpenHoldStore(place.file(), clock), StoreError);
}

TEST(SqliteStore, IsReadableByItsGroupAndNobodyElse) {
  const SqlitePlace place;
  const FakeClock clock;
  const auto store = OpenHoldStore(place.file(), clock);
  EXPECT_EQ(std::filesystem::status(place.file()).permissions(), std::filesystem::perms{0660});
}

INSTANTIATE_TEST_SUITE_P(Sqlite, HoldStoreContract,
                         testing::Values(Backend{"SQLite", [] { return std::make_unique<SqlitePlace>(); }}),
                         [](const auto&) { return "Sqlite"; });

}  // namespace
}  // namespace listwarden
