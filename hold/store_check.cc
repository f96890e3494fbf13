// SPDX-License-Identifier: Apache-2.0
#include "hold/store_check.h"

#include <SQLiteCpp/Exception.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "base/clock.h"
#include "base/error.h"
#include "hold/postgres_database.h"
#include "hold/sql_audit.h"
#include "hold/sql_schema.h"
#include "hold/sqlite_database.h"
#include "hold/store_place.h"

namespace listwarden {
namespace {

constexpr auto kLockPatience = std::chrono::seconds(2);

int Number(SqlDatabase& database, const char* sql) {
  SqlRow row(database, sql);
  row.Step();
  return static_cast<int>(row.Int(0));
}

// What both kinds have: is it ours and whole, does it send, are the waiting texts as they came? Within a
// transaction, so that what is removed meanwhile is no fault.
void CheckRows(SqlDatabase& database, StoreCheck* check) {
  if (check->schema > check->newest_schema)
    check->faults.push_back("was made by a newer version (schema " + std::to_string(check->schema) +
                            "); install that version again");
  if (check->schema != check->newest_schema) return;
  check->is_paused = SqlRow(database, "SELECT 1 FROM setting WHERE name = 'paused'").Step();
  check->tail = UnsignedTailOf(database);
  SqlRow row(database,
             "SELECT c.held_id, c.number FROM content c JOIN held h ON h.id = c.held_id"
             " WHERE h.state = 'held' ORDER BY h.received DESC LIMIT 1000");
  for (; row.Step(); ++check->texts) {
    // One at a time: an answer of PostgreSQL comes whole into memory.
    SqlRow text(database, "SELECT sha256, raw FROM content WHERE held_id = ? AND number = ?", row.Text(0),
                row.Int(1));
    text.Step();
    if (Sha256Hex(text.Text(1)) != text.Text(0))
      check->faults.push_back("the text of " + row.Text(0) + " is not as it came");
  }
}

bool IsWriteLockFree(const std::string& file) {
  const int lock = open((file + ".lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (lock < 0) return true;
  const auto deadline = std::chrono::steady_clock::now() + kLockPatience;
  bool is_free = false;
  while (!(is_free = flock(lock, LOCK_SH | LOCK_NB) == 0) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  close(lock);
  return is_free;
}

void CheckFile(const std::string& file, StoreCheck* check) {
  const SystemClock clock;
  SqliteDatabase database(file, clock, SqliteDatabase::Access::kLook);
  const int application = Number(database, "PRAGMA application_id");
  check->is_there = Number(database, "SELECT count(*) FROM sqlite_schema") > 0;
  if (!check->is_there) return;
  if (application == kSqliteCopyId) throw StoreError(file + kUnfinished);
  if (application != kSqliteApplicationId) throw StoreError(file + ": is no hold store");
  check->schema = Number(database, "PRAGMA user_version");
  for (SqlRow row(database, "PRAGMA quick_check(3)"); row.Step();) {
    if (row.Text(0) != "ok") check->faults.push_back("is damaged: " + row.Text(0));
  }
  if (check->faults.empty()) {
    database.Execute("BEGIN");
    CheckRows(database, check);
  }
  if (!IsWriteLockFree(file)) check->faults.push_back("another process keeps the write lock");
}

void CheckServer(const std::string& place, StoreCheck* check) {
  PostgresDatabase database(place, nullptr);
  database.BeginRead();
  check->is_there = Number(database, "SELECT count(*) WHERE to_regclass('schema_version') IS NOT NULL") > 0;
  if (!check->is_there) return;
  check->schema = Number(database, "SELECT max(version) FROM schema_version");
  if (check->schema < 0) throw StoreError("the database" + std::string(kUnfinished));
  CheckRows(database, check);
}

}  // namespace

StoreCheck CheckStore(const std::string& place) {
  StoreCheck check;
  check.newest_schema = static_cast<int>(SchemaSteps().size());
  if (IsOnServer(place)) {
    CheckServer(place, &check);
    return check;
  }
  if (!std::filesystem::exists(place)) return check;
  try {
    CheckFile(place, &check);
  } catch (const SQLite::Exception& e) {
    throw StoreError(place + ": " + e.what());
  }
  return check;
}

}  // namespace listwarden
