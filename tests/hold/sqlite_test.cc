// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include "places.h"

namespace listwarden {
namespace {

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
