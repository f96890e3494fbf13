// One SQLite store: written by one writer at a time in this process and among processes, read beside it.
// Write jobs of callers that wait at the same time share one durable transaction; each runs in a savepoint of
// its own, so that one that fails takes no other with it. A thread of its own copies the log into the
// database. A ballast file gives up its space when the disk is full, so that decisions can still be written.
// Threads: any.
// Errors: StoreError; StoreFull when the disk is full.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "hold/job_queue.h"

namespace listwarden {

class SqliteDatabase;

class SqliteConnection : public SqlConnection {
 public:
  SqliteConnection(std::filesystem::path file, const Clock& clock, std::uint64_t ballast_bytes,
                   Use use = Use::kShared);
  ~SqliteConnection() override;
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  std::uint64_t FreeBytes() const override;
  void Scrub() override;
  void FinishCopy(const Job& last) override;

 protected:
  void WriteJob(const Job& job) override;
  void ReadJob(const Job& job) override;

 private:
  void JoinUsers() const;
  void OpenWriter();
  void RunBatch(const JobQueue::Batch& batch);
  void RunTransaction(const JobQueue::Batch& batch);
  void RunJob(JobQueue::Waiting* one);
  void CheckpointWhenDue();
  void Checkpoint();
  void EmptyLog();
  void DropOnFailure(std::unique_ptr<SqliteDatabase>* database, const std::function<void()>& act);
  void WithWriter(const std::function<void()>& act);  // with writer_ and the file lock
  std::filesystem::path ballast() const;
  bool HasBallast() const;
  void KeepBallast() const;
  bool DropBallast() const;
  // Does it, and once more without the ballast where the disk is full.
  void SpendBallast(const std::function<void()>& act);

  const std::filesystem::path file_;
  const Clock& clock_;
  const std::uint64_t ballast_bytes_;
  const Use use_;
  bool is_copy_ = false;  // not yet whole
  struct LockFile {
    LockFile() = default;
    ~LockFile();
    LockFile(const LockFile&) = delete;
    LockFile& operator=(const LockFile&) = delete;
    int file = -1;
  } lock_file_;  // closed after the databases, also when the store cannot be opened

  JobQueue queue_;
  std::unique_ptr<SqliteDatabase> writer_;  // of whom the queue lets work
  std::atomic<bool> has_failed_{false};     // an I/O error: what the kernel kept must be written anew
  std::mutex read_mutex_;
  std::unique_ptr<SqliteDatabase> reader_;
  std::mutex checkpoint_mutex_;
  std::condition_variable checkpoint_changed_;
  bool is_checkpoint_due_ = false, is_ending_ = false;
  std::thread checkpointer_;
};

}  // namespace listwarden
