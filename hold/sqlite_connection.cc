// SPDX-License-Identifier: Apache-2.0
#include "hold/sqlite_connection.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "base/error.h"
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

SqliteRow::SqliteRow(SQLite::Database& database, const std::string& sql)
    : statement_(std::make_unique<SQLite::Statement>(database, sql)) {}
SqliteRow::~SqliteRow() = default;

void SqliteRow::Bind(std::int64_t value) { statement_->bind(++bound_, value); }
void SqliteRow::Bind(std::string_view value) { statement_->bind(++bound_, std::string(value)); }
void SqliteRow::BindBlob(std::string_view bytes) {
  statement_->bindNoCopy(++bound_, static_cast<const void*>(bytes.data()), static_cast<int>(bytes.size()));
}
void SqliteRow::BindNull() { statement_->bind(++bound_); }
bool SqliteRow::Step() { return statement_->executeStep(); }
int SqliteRow::Run() {
  while (statement_->executeStep()) {
  }
  return statement_->getChanges();
}
std::int64_t SqliteRow::Int(int column) const { return statement_->getColumn(column).getInt64(); }
std::string SqliteRow::Text(int column) const {
  const SQLite::Column value = statement_->getColumn(column);
  const auto* bytes = static_cast<const char*>(value.getBlob());
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(value.getBytes()));
}
bool SqliteRow::IsNull(int column) const { return statement_->getColumn(column).isNull(); }

SqliteConnection::SqliteConnection(std::filesystem::path file) : file_(std::move(file)) {
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

std::unique_ptr<SQLite::Database> SqliteConnection::Open() const {
  auto database = std::make_unique<SQLite::Database>(
      file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyMilliseconds);
  sqlite3_db_config(database->getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // A checkpoint at close would run outside the lock.
  sqlite3_db_config(database->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  for (const char* pragma :
       {"PRAGMA page_size = 8192", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON", "PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON",
        "PRAGMA mmap_size = 0", "PRAGMA secure_delete = ON", "PRAGMA temp_store = MEMORY"}) {
    Execute(*database, pragma);
  }
  return database;
}

void SqliteConnection::OpenWriter() {
  auto database = Open();
  Migrate(*database, file_.string());
  if (has_failed_) {
    // After a failed fsync the kernel calls the lost pages clean: copying the log into the database writes
    // and syncs them as new ones.
    SqliteRow checkpoint(*database, "PRAGMA wal_checkpoint(TRUNCATE)");
    if (!checkpoint.Step() || checkpoint.Int(1) != checkpoint.Int(2))
      throw StoreError("the log cannot be copied into the database yet");
    has_failed_ = false;
  } else if (database->execAndGet("PRAGMA quick_check(1)").getString() != "ok") {
    throw StoreError(file_.string() + ": is damaged; restore a backup");
  }
  writer_ = std::move(database);
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
    SQLite::Transaction transaction(*writer_, SQLite::TransactionBehavior::IMMEDIATE);
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
    writer_->exec("SAVEPOINT job");
    try {
      (*one->job)(*writer_);
    } catch (const SQLite::Exception& e) {
      // Disk full, I/O error and the like have ended the whole transaction.
      if (sqlite3_get_autocommit(writer_->getHandle()) != 0) throw;
      one->error = std::make_exception_ptr(StoreError(e.what()));
    } catch (...) {
      one->error = std::current_exception();
    }
    if (one->error) writer_->exec("ROLLBACK TO job");
    writer_->exec("RELEASE job");
  }
}

void SqliteConnection::ReadJob(const Job& job) {
  std::lock_guard<std::mutex> guard(read_mutex_);
  try {
    if (!reader_) {
      reader_ = Open();
      Execute(*reader_, "PRAGMA query_only = ON");
      Execute(*reader_, "PRAGMA wal_autocheckpoint = 0");
    }
    job(*reader_);
  } catch (const SQLite::Exception& e) {
    reader_.reset();
    throw StoreError(e.what());
  }
}

}  // namespace listwarden
