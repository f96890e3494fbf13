// SPDX-License-Identifier: Apache-2.0
#include "places.h"

#include <sqlite3.h>
#include <stdlib.h>

#include <fstream>
#include <iterator>

#include "hold/postgres_connection.h"
#include "hold/sql_hold_store.h"

namespace listwarden {
namespace {

std::string BytesIn(const std::filesystem::path& folder) {
  std::string bytes;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(in), {});
  }
  return bytes;
}

}  // namespace

SqlitePlace::SqlitePlace() {
  char name[] = "/tmp/listwarden-store-XXXXXX";
  folder_ = mkdtemp(name);
}

SqlitePlace::~SqlitePlace() { std::filesystem::remove_all(folder_); }

std::unique_ptr<HoldStore> SqlitePlace::OpenHolds(const Clock& clock, const HoldLimits& limits) {
  return OpenHoldStore(Where(), clock, limits);
}

std::unique_ptr<AccountStore> SqlitePlace::OpenAccounts(const Clock& clock) {
  return OpenAccountStore(Where(), clock);
}

std::unique_ptr<Records> SqlitePlace::OpenRecords(const Clock& clock) {
  return listwarden::OpenRecords(Where(), clock);
}

std::string SqlitePlace::Bytes() { return BytesIn(folder_); }

bool SqlitePlace::Execute(const std::string& sql) {
  sqlite3* database = nullptr;
  sqlite3_open(file().c_str(), &database);
  const bool is_done = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
  sqlite3_close(database);
  return is_done;
}

void SqlitePlace::Damage() {
  ASSERT_TRUE(Execute("DROP TRIGGER content_stays"));
  ASSERT_TRUE(Execute("UPDATE content SET raw = CAST('X' || substr(raw, 2) AS BLOB)"));
}

std::unique_ptr<Place> PostgresPlace::Make() {
  PostgresServer* server = PostgresServer::Shared();
  if (server == nullptr) return nullptr;
  return std::make_unique<PostgresPlace>(server);
}

PostgresPlace::PostgresPlace(PostgresServer* server) : server_(*server), database_(server->MakeDatabase()) {}

PostgresPlace::~PostgresPlace() { server_.DropDatabase(database_); }

std::unique_ptr<SqlConnection> PostgresPlace::Connect(const Clock& clock) const {
  return std::make_unique<PostgresConnection>(Where(), &clock);
}

std::unique_ptr<HoldStore> PostgresPlace::OpenHolds(const Clock& clock, const HoldLimits& limits) {
  return std::make_unique<SqlHoldStore>(Connect(clock), limits);
}

std::unique_ptr<AccountStore> PostgresPlace::OpenAccounts(const Clock& clock) {
  return MakeSqlAccountStore(Connect(clock));
}

std::unique_ptr<Records> PostgresPlace::OpenRecords(const Clock& clock) {
  return MakeSqlRecords(Connect(clock), clock);
}

std::string PostgresPlace::Bytes() {
  std::string oid;
  server_.Execute(database_, "CHECKPOINT");
  server_.Execute(database_, "SELECT oid FROM pg_database WHERE datname = current_database()", &oid);
  return BytesIn(server_.folder() / "data" / "base" / oid);
}

bool PostgresPlace::Execute(const std::string& sql) {
  const std::string drop = "DROP TRIGGER ";
  if (sql.rfind(drop, 0) != 0) return server_.Execute(database_, sql);
  std::string table;
  const std::string trigger = sql.substr(drop.size());
  server_.Execute(database_, "SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = '" + trigger + "'",
                  &table);
  return server_.Execute(database_, sql + " ON " + table);
}

void PostgresPlace::Damage() {
  ASSERT_TRUE(Execute("DROP TRIGGER content_stays"));
  ASSERT_TRUE(Execute("UPDATE content SET raw = set_byte(raw, 0, 88)"));
}

}  // namespace listwarden
