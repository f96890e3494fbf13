// SPDX-License-Identifier: Apache-2.0
#include "hold/sqlite_database.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <filesystem>

#include "base/error.h"
#include "hold/sql_schema.h"

namespace listwarden {
namespace {

constexpr int kBusyMilliseconds = 5000;

int CountPages(void* count, sqlite3*, const char*, int pages) {
  *static_cast<int*>(count) = pages;
  return SQLITE_OK;
}

// A file name as SQLite's URIs want it. Without a log beside it nobody writes: the file is read as it lies,
// and the log and its index are not made.
std::string UriToLook(const std::string& file) {
  std::string uri = "file:";
  for (const char c : file) {
    const char hex[] = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '%' || c == '?' || c == '#')
      uri += {'%', hex[byte >> 4], hex[byte & 15]};
    else
      uri += c;
  }
  return uri + (std::filesystem::exists(file + "-wal") ? "?mode=ro" : "?mode=ro&immutable=1");
}

}  // namespace

class SqliteDatabase::Statement : public SqlStatement {
 public:
  // `idle`: where it waits between uses; a destructor must not ask for memory.
  Statement(std::unique_ptr<SQLite::Statement>* idle, std::unique_ptr<SQLite::Statement> statement)
      : idle_(*idle), statement_(std::move(statement)) {}
  ~Statement() override {
    if (statement_->tryReset() != SQLITE_OK) return;
    statement_->clearBindings();
    idle_ = std::move(statement_);
  }
  void BindInt(std::int64_t value) override { statement_->bind(++bound_, value); }
  void BindText(std::string_view value) override { statement_->bind(++bound_, std::string(value)); }
  void BindBlob(std::string_view bytes) override {
    statement_->bindNoCopy(++bound_, static_cast<const void*>(bytes.data()), static_cast<int>(bytes.size()));
  }
  void BindNull() override { statement_->bind(++bound_); }
  bool Step() override { return statement_->executeStep(); }
  int Changes() override { return statement_->getChanges(); }
  std::int64_t Int(int column) const override { return statement_->getColumn(column).getInt64(); }
  std::string Text(int column) const override {
    const SQLite::Column value = statement_->getColumn(column);
    const auto* bytes = static_cast<const char*>(value.getBlob());
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(value.getBytes())};
  }
  bool IsNull(int column) const override { return statement_->getColumn(column).isNull(); }
  int ColumnCount() const override { return statement_->getColumnCount(); }
  SqlType Type(int column) const override {
    const SQLite::Column value = statement_->getColumn(column);
    if (value.isNull()) return SqlType::kNull;
    return value.isInteger() ? SqlType::kInt : value.isBlob() ? SqlType::kBlob : SqlType::kText;
  }

 private:
  std::unique_ptr<SQLite::Statement>& idle_;
  std::unique_ptr<SQLite::Statement> statement_;
  int bound_ = 0;
};

SqliteDatabase::SqliteDatabase(const std::string& file, const Clock& clock, Access access)
    : clock_(clock),
      database_(access == Access::kLook
                    ? std::make_unique<SQLite::Database>(
                          UriToLook(file), SQLite::OPEN_READONLY | SQLite::OPEN_URI, kBusyMilliseconds)
                    : std::make_unique<SQLite::Database>(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                                                         kBusyMilliseconds)) {
  sqlite3* const handle = database_->getHandle();
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  if (access == Access::kLook) return;
  // Where no file can be opened for a moment, SQLite opens the next for reading only, and would keep it so.
  if (sqlite3_db_readonly(handle, "main") == 1) throw StoreError(file + ": cannot be opened for writing");
  for (const char* pragma :
       {"PRAGMA page_size = 8192", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON", "PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON",
        "PRAGMA mmap_size = 0", "PRAGMA secure_delete = ON", "PRAGMA temp_store = MEMORY"}) {
    Execute(pragma);
  }
  sqlite3_wal_hook(handle, CountPages, &wal_pages_);  // also ends checkpoints at commit
}

SqliteDatabase::~SqliteDatabase() = default;

std::unique_ptr<SqlStatement> SqliteDatabase::Prepare(const std::string& sql) {
  std::unique_ptr<SQLite::Statement>& idle = idle_[sql];
  std::unique_ptr<SQLite::Statement> statement = std::move(idle);
  if (!statement) statement = std::make_unique<SQLite::Statement>(*database_, sql);
  return std::make_unique<Statement>(&idle, std::move(statement));
}

void SqliteDatabase::Execute(const std::string& sql) { SqlRow(*this, sql).Run(); }

bool SqliteDatabase::IsInTransaction() const { return sqlite3_get_autocommit(database_->getHandle()) == 0; }

bool SqliteDatabase::Checkpoint(const char* mode) {
  SqlRow done(*this, std::string("PRAGMA wal_checkpoint(") + mode + ")");
  done.Step();
  return done.Int(0) == 0;
}

int SqliteDatabase::Number(const char* sql) { return database_->execAndGet(sql).getInt(); }

// In these a failure ends the connection, and with it the transaction.
void SqliteDatabase::Migrate(const std::string& file) {
  const auto& steps = SchemaSteps();
  const int newest = static_cast<int>(steps.size());
  const int version = Number("PRAGMA user_version"), application = Number("PRAGMA application_id");
  const bool is_empty = Number("SELECT count(*) FROM sqlite_schema") == 0;
  if (application == kSqliteCopyId) throw StoreError(file + kUnfinished);
  if (!is_empty && application != kSqliteApplicationId)
    throw StoreError(file + ": is no hold store, or one from before the first release; move it away");
  if (version > newest) {
    throw StoreError(file + ": was made by a newer version (schema " + std::to_string(version) +
                     "); install that version again");
  }
  for (int next = version; next < newest; ++next) {
    database_->exec("BEGIN IMMEDIATE");
    const SchemaStep& step = steps[static_cast<std::size_t>(next)];
    database_->exec(std::string(step.tables) + std::string(step.sqlite_guards));
    database_->exec("PRAGMA application_id = " + std::to_string(kSqliteApplicationId));
    database_->exec("PRAGMA user_version = " + std::to_string(next + 1));
    database_->exec("COMMIT");
  }
}

void SqliteDatabase::BeginCopy(const std::string& file) {
  const auto newest = std::to_string(SchemaSteps().size());
  if (Number("SELECT count(*) FROM sqlite_schema") > 0) {
    if (Number("PRAGMA application_id") != kSqliteCopyId ||
        std::to_string(Number("PRAGMA user_version")) != newest)
      throw StoreError(file + kNotEmpty);
    return;
  }
  database_->exec("BEGIN IMMEDIATE");
  for (const SchemaStep& step : SchemaSteps()) database_->exec(std::string(step.tables));
  database_->exec("PRAGMA application_id = " + std::to_string(kSqliteCopyId));
  database_->exec("PRAGMA user_version = " + newest);
  database_->exec("COMMIT");
}

void SqliteDatabase::FinishCopy(const std::function<void(SqlDatabase&)>& last) {
  database_->exec("BEGIN IMMEDIATE");
  for (const SchemaStep& step : SchemaSteps()) database_->exec(std::string(step.sqlite_guards));
  last(*this);
  database_->exec("PRAGMA application_id = " + std::to_string(kSqliteApplicationId));
  database_->exec("COMMIT");
}

}  // namespace listwarden
