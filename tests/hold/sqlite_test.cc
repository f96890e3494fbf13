// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>
#include <stdlib.h>

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
    return OpenSqliteHoldStore(file(), clock, limits);
  }
  std::unique_ptr<AccountStore> OpenAccounts(const Clock& clock) override {
    return OpenSqliteAccountStore(file(), clock);
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

INSTANTIATE_TEST_SUITE_P(Sqlite, HoldStoreContract,
                         testing::Values(Backend{"SQLite", [] { return std::make_unique<SqlitePlace>(); }}),
                         [](const auto&) { return "Sqlite"; });

}  // namespace
}  // namespace listwarden
