// SPDX-License-Identifier: Apache-2.0
#include "hold/sqlite_connection.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <thread>

#include "base/error.h"
#include "hold/account_store.h"
#include "hold/sql_hold_store.h"
#include "hold/sqlite_schema.h"

namespace listwarden {
namespace {

constexpr auto kLockPatience = std::chrono::seconds(5);
constexpr int kBusyMilliseconds = 5000;
constexpr std::size_t kMostJobsTogether = 64;

// SQLite before 3.51.3 can corrupt a WAL that two connections write or checkpoint at once.
class FileLock {
 public:
  explicit FileLock(int file) : file_(file) {
    const auto deadline = std::chrono::steady_clock::now() + kLockPatience;
    while (flock(file_, LOCK_EX | LOCK_NB) != 0) {
      if (std::chrono::steady_clock::now() > deadline)
        throw StoreError("another process keeps the write lock");
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  ~FileLock() { flock(file_, LOCK_UN); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_;
};

void Execute(SQLite::Database& database, const std::string& sql) {
  SQLite::Statement statement(database, sql);
  while (statement.executeStep()) {
  }
}

void Migrate(SQLite::Database& database, const std::string& file) {
  const auto& migrations = SqliteMigrations();
  const int newest = static_cast<int>(migrations.size());
  const int version = database.execAndGet("PRAGMA user_version").getInt();
  const int application = database.execAndGet("PRAGMA application_id").getInt();
  const bool is_empty = database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
  if (!is_empty && application != kSqliteApplicationId)
    throw StoreError(file + ": is no hold store, or one from before the first release; move it away");
  if (version > newest) {
    throw StoreError(file + ": was made by a newer version (schema " + std::to_string(version) +
                     "); install that version again");
  }
  for (int next = version; next < newest; ++next) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    database.exec(std::string(migrations[static_cast<std::size_t>(next)]));
    database.exec("PRAGMA application_id = " + std::to_string(kSqliteApplicationId));
    database.exec("PRAGMA user_version = " + std::to_string(next + 1));
    transaction.commit();
  }
}

}  // namespace

class SqliteDatabase : public SqlDatabase {
 public:
  SqliteDatabase(const std::string& file, const Clock& clock);

  std::unique_ptr<SqlStatement> Prepare(const std::string& sql) override;
  std::int64_t Now() const override { return clock_.Now().time_since_epoch().count(); }
  const char* lock_row() const override { return ""; }  // there is one writer
  const char* lock_next_row() const override { return ""; }
  void Execute(const std::string& sql) { listwarden::Execute(database_, sql); }
  SQLite::Database& raw() { return database_; }

 private:
  class Statement;
  const Clock& clock_;
  SQLite::Database database_;
  std::map<std::string, std::unique_ptr<SQLite::Statement>> idle_;  // prepared, not in use
};

class SqliteDatabase::Statement : public SqlStatement {
 public:
  Statement(SqliteDatabase& database, std::string sql, std::unique_ptr<SQLite::Statement> statement)
      : database_(database), sql_(std::move(sql)), statement_(std::move(statement)) {}
  ~Statement() override {
    if (statement_->tryReset() != SQLITE_OK) return;
    statement_->clearBindings();
    database_.idle_[sql_] = std::move(statement_);
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
    return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(value.getBytes()));
  }
  bool IsNull(int column) const override { return statement_->getColumn(column).isNull(); }

 private:
  SqliteDatabase& database_;
  std::string sql_;
  std::unique_ptr<SQLite::Statement> statement_;
  int bound_ = 0;
};

std::unique_ptr<SqlStatement> SqliteDatabase::Prepare(const std::string& sql) {
  std::unique_ptr<SQLite::Statement> statement;
  if (const auto found = idle_.find(sql); found != idle_.end()) {
    statement = std::move(found->second);
    idle_.erase(found);
  } else {
    statement = std::make_unique<SQLite::Statement>(database_, sql);
  }
  return std::make_unique<Statement>(*this, sql, std::move(statement));
}

SqliteDatabase::SqliteDatabase(const std::string& file, const Clock& clock)
    : clock_(clock), database_(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyMilliseconds) {
  sqlite3_db_config(database_.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // A checkpoint at close would run outside the lock.
  sqlite3_db_config(database_.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  for (const char* pragma :
       {"PRAGMA page_size = 8192", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON", "PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON",
        "PRAGMA mmap_size = 0", "PRAGMA secure_delete = ON", "PRAGMA temp_store = MEMORY"}) {
    Execute(pragma);
  }
}

SqliteConnection::SqliteConnection(std::filesystem::path file, const Clock& clock)
    : file_(std::move(file)), clock_(clock) {
  const mode_t before = umask(0007);
  lock_file_ = open((file_.string() + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0660);
  try {
    if (lock_file_ < 0)
      throw StoreError(file_.string() +
                       ": the folder cannot be written; expected one that belongs to this user");
    FileLock lock(lock_file_);
    OpenWriter();
  } catch (const SQLite::Exception& e) {
    umask(before);
    if (lock_file_ >= 0) close(lock_file_);
    throw StoreError(file_.string() + ": " + e.what());
  } catch (const StoreError&) {
    umask(before);
    if (lock_file_ >= 0) close(lock_file_);
    throw;
  }
  umask(before);
}

SqliteConnection::~SqliteConnection() {
  reader_.reset();
  writer_.reset();
  close(lock_file_);
}

void SqliteConnection::OpenWriter() {
  auto database = std::make_unique<SqliteDatabase>(file_.string(), clock_);
  Migrate(database->raw(), file_.string());
  if (has_failed_) {
    // After a failed fsync the kernel calls the lost pages clean: copying the log into the database writes
    // and syncs them as new ones.
    SqlRow checkpoint(*database, "PRAGMA wal_checkpoint(TRUNCATE)");
    if (!checkpoint.Step() || checkpoint.Int(1) != checkpoint.Int(2))
      throw StoreError("the log cannot be copied into the database yet");
    has_failed_ = false;
  } else if (database->raw().execAndGet("PRAGMA quick_check(1)").getString() != "ok") {
    throw StoreError(file_.string() + ": is damaged; restore a backup");
  }
  writer_ = std::move(database);
}

std::uint64_t SqliteConnection::FreeBytes() const {
  const auto folder = std::filesystem::absolute(file_).parent_path();
  struct statvfs space {};
  if (statvfs(folder.c_str(), &space) != 0) throw StoreError("the store's folder is gone");
  return std::uint64_t{space.f_bavail} * space.f_frsize;
}

void SqliteConnection::WriteJob(const Job& job) {
  Waiting mine{&job, nullptr};
  std::unique_lock<std::mutex> lock(queue_mutex_);
  queue_.push_back(&mine);
  queue_changed_.wait(lock, [&] { return mine.is_done || !has_leader_; });
  if (!mine.is_done) {
    has_leader_ = true;
    // The leader's own job comes first, so that a long queue cannot leave it out.
    std::erase(queue_, &mine);
    const std::size_t others = std::min(queue_.size(), kMostJobsTogether - 1);
    std::vector<Waiting*> batch = {&mine};
    batch.insert(batch.end(), queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(others));
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(others));
    lock.unlock();
    RunBatch(batch);
    lock.lock();
    for (Waiting* one : batch) one->is_done = true;
    has_leader_ = false;
    queue_changed_.notify_all();
  }
  lock.unlock();
  if (mine.error) std::rethrow_exception(mine.error);
}

void SqliteConnection::RunBatch(const std::vector<Waiting*>& batch) {
  std::exception_ptr failure;
  try {
    FileLock lock(lock_file_);
    if (!writer_) OpenWriter();
    SQLite::Transaction transaction(writer_->raw(), SQLite::TransactionBehavior::IMMEDIATE);
    RunJobs(batch);
    transaction.commit();
    return;
  } catch (const SQLite::Exception& e) {
    has_failed_ = true;
    failure = std::make_exception_ptr(StoreError(e.what()));
  } catch (...) {
    failure = std::current_exception();
  }
  writer_.reset();
  for (Waiting* one : batch) {
    if (!one->error) one->error = failure;
  }
}

void SqliteConnection::RunJobs(const std::vector<Waiting*>& batch) {
  for (Waiting* one : batch) {
    writer_->Execute("SAVEPOINT job");
    try {
      (*one->job)(*writer_);
    } catch (const SQLite::Exception& e) {
      // Disk full, I/O error and the like have ended the whole transaction.
      if (sqlite3_get_autocommit(writer_->raw().getHandle()) != 0) throw;
      one->error = std::make_exception_ptr(StoreError(e.what()));
    } catch (...) {
      one->error = std::current_exception();
    }
    if (one->error) writer_->Execute("ROLLBACK TO job");
    writer_->Execute("RELEASE job");
  }
}

void SqliteConnection::ReadJob(const Job& job) {
  std::lock_guard<std::mutex> guard(read_mutex_);
  try {
    if (!reader_) {
      reader_ = std::make_unique<SqliteDatabase>(file_.string(), clock_);
      reader_->Execute("PRAGMA query_only = ON");
      reader_->Execute("PRAGMA wal_autocheckpoint = 0");
    }
    SQLite::Transaction one_state(reader_->raw());
    job(*reader_);
  } catch (const SQLite::Exception& e) {
    reader_.reset();
    throw StoreError(e.what());
  }
}

std::unique_ptr<HoldStore> OpenSqliteHoldStore(const std::filesystem::path& file, const Clock& clock,
                                               const HoldLimits& limits) {
  return std::make_unique<SqlHoldStore>(std::make_unique<SqliteConnection>(file, clock), limits);
}

std::unique_ptr<AccountStore> OpenSqliteAccountStore(const std::filesystem::path& file, const Clock& clock) {
  return MakeSqlAccountStore(std::make_unique<SqliteConnection>(file, clock));
}

}  // namespace listwarden
