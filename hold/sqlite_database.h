// One connection to a SQLite file: WAL, every commit synced, foreign keys, no checkpoint of its own. Prepared
// statements are kept.
// Threads: one at a time.
// Errors: SQLite::Exception, which SqliteConnection turns into StoreError.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "hold/sql_database.h"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace listwarden {

class SqliteDatabase : public SqlDatabase {
 public:
  // kLook reads only, and leaves no file behind that was not there.
  enum class Access { kUse, kLook };
  SqliteDatabase(const std::string& file, const Clock& clock, Access access = Access::kUse);
  ~SqliteDatabase() override;

  std::unique_ptr<SqlStatement> Prepare(const std::string& sql) override;
  std::int64_t Now() const override { return clock_.Now().time_since_epoch().count(); }

  void Execute(const std::string& sql);
  void Migrate(const std::string& file);    // to the newest schema
  void BeginCopy(const std::string& file);  // tables only, in an empty file, or in one where that was begun
  void FinishCopy(const std::function<void(SqlDatabase&)>& last);
  bool IsInTransaction() const;
  int wal_pages() const { return wal_pages_; }  // after the last commit
  // Copies the log into the database and syncs it; false when a reader kept some of it back.
  bool Checkpoint(const char* mode);

 private:
  class Statement;
  int Number(const char* sql);
  const Clock& clock_;
  std::unique_ptr<SQLite::Database> database_;
  std::map<std::string, std::unique_ptr<SQLite::Statement>> idle_;  // by SQL; null while in use
  int wal_pages_ = 0;
};

}  // namespace listwarden
