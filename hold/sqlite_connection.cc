// SPDX-License-Identifier: Apache-2.0
#include "hold/sqlite_connection.h"

#include <SQLiteCpp/Exception.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <chrono>

#include "base/error.h"
#include "base/log.h"
#include "hold/hold_store.h"
#include "hold/sql_schema.h"
#include "hold/sqlite_database.h"

namespace listwarden {
namespace {

constexpr auto kLockPatience = std::chrono::seconds(5);
constexpr int kCheckpointPages = 500;

// Bytes of the lock file: who has the store open, and who writes next.
constexpr off_t kUsers = 0, kNext = 1;

bool LockByte(int file, off_t byte, int type) {
  struct flock one {};
  one.l_type = static_cast<short>(type);
  one.l_whence = SEEK_SET;
  one.l_start = byte;
  one.l_len = 1;
  return fcntl(file, F_OFD_SETLK, &one) == 0;
}

// SQLite before 3.51.3 can corrupt a WAL that two connections write or checkpoint at once.
class FileLock {
 public:
  explicit FileLock(int file) : file_(file) {
    const auto deadline = std::chrono::steady_clock::now() + kLockPatience;
    // Who lets go and wants to write again stands behind who waits; else it would win for seconds on end.
    const bool is_next = Await(deadline, [&] { return LockByte(file_, kNext, F_WRLCK); });
    const bool is_locked = is_next && Await(deadline, [&] { return flock(file_, LOCK_EX | LOCK_NB) == 0; });
    if (is_next) LockByte(file_, kNext, F_UNLCK);
    if (!is_locked) throw StoreError("another process keeps the write lock");
  }
  ~FileLock() { flock(file_, LOCK_UN); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  template <typename Try>
  static bool Await(std::chrono::steady_clock::time_point deadline, Try is_done) {
    while (!is_done()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }

  int file_;
};

class GroupMayWrite {
 public:
  GroupMayWrite() : before_(umask(0007)) {}
  ~GroupMayWrite() { umask(before_); }
  GroupMayWrite(const GroupMayWrite&) = delete;
  GroupMayWrite& operator=(const GroupMayWrite&) = delete;

 private:
  mode_t before_;
};

std::string InWords(const SQLite::Exception& e) {
  const int code = e.getErrorCode();
  const bool is_damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  return std::string(e.what()) + (is_damaged ? "; restore a backup" : "");
}

std::exception_ptr Failure(const SQLite::Exception& e) {
  if (e.getErrorCode() == SQLITE_FULL) return std::make_exception_ptr(StoreFull(InWords(e)));
  return std::make_exception_ptr(StoreError(InWords(e)));
}

}  // namespace

SqliteConnection::SqliteConnection(std::filesystem::path file, const Clock& clock,
                                   std::uint64_t ballast_bytes, Use use)
    : file_(std::filesystem::absolute(file)),
      clock_(clock),
      ballast_bytes_(ballast_bytes),
      use_(use),
      is_copy_(use == Use::kCopy) {
  const GroupMayWrite mode;
  lock_file_.file = open((file_.string() + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0660);
  // SQLite would make it 0640, and gives the files beside it the same mode. One that is there is not touched: to
  // close a file ends all locks of the process on it, and without them any other program that opens and closes
  // the store takes itself for its last user, and deletes the log.
  const int made = open(file_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0660);
  if (made >= 0) close(made);
  if (lock_file_.file < 0)
    throw StoreError(file_.string() +
                     ": the folder cannot be written; expected one that belongs to this user");
  try {
    JoinUsers();
    FileLock lock(lock_file_.file);
    SpendBallast([this] { OpenWriter(); });
    KeepBallast();
  } catch (const SQLite::Exception& e) {
    throw StoreError(file_.string() + ": " + InWords(e));
  }
  checkpointer_ = std::thread([this] { CheckpointWhenDue(); });
}

SqliteConnection::~SqliteConnection() {
  {
    std::lock_guard<std::mutex> guard(checkpoint_mutex_);
    is_ending_ = true;
  }
  checkpoint_changed_.notify_all();
  checkpointer_.join();
}

SqliteConnection::LockFile::~LockFile() {
  if (file >= 0) close(file);
}

// A lock beside the writers' one, for as long as the store is open.
void SqliteConnection::JoinUsers() const {
  if (LockByte(lock_file_.file, kUsers, use_ == Use::kShared ? F_RDLCK : F_WRLCK)) return;
  throw StoreError(file_.string() + (use_ == Use::kShared ? kBeingMoved : kInUse));
}

void SqliteConnection::OpenWriter() {
  auto database = std::make_unique<SqliteDatabase>(file_.string(), clock_);
  is_copy_ ? database->BeginCopy(file_.string()) : database->Migrate(file_.string());
  // After a failed fsync, of this process or of one before it, the kernel calls the lost pages clean: copying
  // the log into the database writes and syncs them as new ones.
  const bool is_copied = database->Checkpoint("TRUNCATE");
  if (has_failed_ && !is_copied) throw StoreError("the log cannot be copied into the database yet");
  has_failed_ = false;
  writer_ = std::move(database);
}

std::uint64_t SqliteConnection::FreeBytes() const {
  struct statvfs space {};
  if (statvfs(file_.parent_path().c_str(), &space) != 0) throw StoreError("the store's folder is gone");
  return std::uint64_t{space.f_bavail} * space.f_frsize;
}

void SqliteConnection::DropOnFailure(std::unique_ptr<SqliteDatabase>* database,
                                     const std::function<void()>& act) {
  try {
    act();
  } catch (const SQLite::Exception& e) {
    database->reset();
    if (e.getErrorCode() == SQLITE_IOERR) has_failed_ = true;
    std::rethrow_exception(Failure(e));
  } catch (...) {
    database->reset();
    throw;
  }
}

void SqliteConnection::WriteJob(const Job& job) {
  queue_.Run(job, [this](const JobQueue::Batch& batch) { RunBatch(batch); });
}

void SqliteConnection::RunBatch(const JobQueue::Batch& batch) {
  DropOnFailure(&writer_, [&] {
    FileLock lock(lock_file_.file);
    SpendBallast([&] { RunTransaction(batch); });
  });
}

void SqliteConnection::SpendBallast(const std::function<void()>& act) {
  try {
    act();
  } catch (const SQLite::Exception& e) {
    if (e.getErrorCode() != SQLITE_FULL || !DropBallast()) throw;
    writer_.reset();
    act();
  }
}

void SqliteConnection::RunTransaction(const JobQueue::Batch& batch) {
  if (!writer_) OpenWriter();
  for (JobQueue::Waiting* one : batch) one->error = nullptr;
  writer_->Execute("BEGIN IMMEDIATE");
  for (JobQueue::Waiting* one : batch) RunJob(one);
  writer_->Execute("COMMIT");
  if (!HasBallast()) KeepBallast();
  if (writer_->wal_pages() < kCheckpointPages) return;
  std::lock_guard<std::mutex> guard(checkpoint_mutex_);
  is_checkpoint_due_ = true;
  checkpoint_changed_.notify_one();
}

void SqliteConnection::RunJob(JobQueue::Waiting* one) {
  writer_->Execute("SAVEPOINT job");
  try {
    (*one->job)(*writer_);
  } catch (const SQLite::Exception& e) {
    // Disk full, I/O error and the like have ended the whole transaction.
    if (!writer_->IsInTransaction() || e.getErrorCode() == SQLITE_FULL || e.getErrorCode() == SQLITE_IOERR)
      throw;
    one->error = Failure(e);
  } catch (...) {
    one->error = std::current_exception();
  }
  if (one->error) writer_->Execute("ROLLBACK TO job");
  writer_->Execute("RELEASE job");
}

void SqliteConnection::CheckpointWhenDue() {
  std::unique_lock<std::mutex> lock(checkpoint_mutex_);
  for (;;) {
    checkpoint_changed_.wait(lock, [&] { return is_ending_ || is_checkpoint_due_; });
    if (is_ending_) return;
    is_checkpoint_due_ = false;
    lock.unlock();
    Checkpoint();
    lock.lock();
  }
}

void SqliteConnection::Checkpoint() {
  try {
    WithWriter([this] { writer_->Checkpoint("PASSIVE"); });
  } catch (const std::exception& e) {
    Log(LogLevel::kWarning, "checkpoint-failed", {{"why", e.what()}, {"remedy", "tried again by itself"}});
  }
}

void SqliteConnection::WithWriter(const std::function<void()>& act) {
  queue_.Alone([&] {
    DropOnFailure(&writer_, [&] {
      FileLock file(lock_file_.file);
      if (!writer_) OpenWriter();
      act();
    });
  });
}

void SqliteConnection::EmptyLog() {
  if (!writer_->Checkpoint("TRUNCATE")) throw StoreError("a reader keeps the log; try again");
}

void SqliteConnection::Scrub() {
  WithWriter([&] { EmptyLog(); });
}

void SqliteConnection::FinishCopy(const Job& last) {
  WithWriter([&] {
    writer_->FinishCopy(last);
    is_copy_ = false;
    EmptyLog();
  });
}

std::filesystem::path SqliteConnection::ballast() const { return file_.string() + ".ballast"; }

bool SqliteConnection::HasBallast() const { return std::filesystem::exists(ballast()); }

void SqliteConnection::KeepBallast() const {
  if (ballast_bytes_ == 0 || FreeBytes() < 4 * ballast_bytes_) return;
  const int file = open(ballast().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0660);
  if (file < 0) return;
  if (posix_fallocate(file, 0, static_cast<off_t>(ballast_bytes_)) != 0) unlink(ballast().c_str());
  close(file);
}

bool SqliteConnection::DropBallast() const { return unlink(ballast().c_str()) == 0; }

void SqliteConnection::ReadJob(const Job& job) {
  std::lock_guard<std::mutex> guard(read_mutex_);
  DropOnFailure(&reader_, [&] {
    if (!reader_) {
      reader_ = std::make_unique<SqliteDatabase>(file_.string(), clock_);
      reader_->Execute("PRAGMA query_only = ON");
    }
    reader_->Execute("BEGIN");
    job(*reader_);
    reader_->Execute("COMMIT");
  });
}

}  // namespace listwarden
