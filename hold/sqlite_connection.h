// One SQLite store: written by one writer at a time in this process and among processes, read beside it.
// Write jobs of callers that wait at the same time share one durable transaction; each runs in a savepoint of
// its own, so that one that fails takes no other with it. A thread of its own copies the log into the
// database. A ballast file gives up its space when the disk is full, so that decisions can still be written.
// Threads: any. Errors: StoreError; StoreFull when the disk is full.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "hold/sql_database.h"

namespace listwarden {

class SqliteDatabase;

class SqliteConnection : public SqlConnection {
 public:
  SqliteConnection(std::filesystem::path file, const Clock& clock, std::uint64_t ballast_bytes);
  ~SqliteConnection() override;
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  std::uint64_t FreeBytes() const override;
  void Scrub() override;
  void Backup(const std::filesystem::path& file) override;

 protected:
  void WriteJob(const Job& job) override;
  void ReadJob(const Job& job) override;

 private:
  struct Waiting {
    const Job* job;
    std::exception_ptr error;
    bool is_done = false;
  };

  void OpenWriter();
  std::vector<Waiting*> TakeBatch(Waiting* mine);
  void RunBatch(const std::vector<Waiting*>& batch);
  void RunTransaction(const std::vector<Waiting*>& batch);
  void RunJob(Waiting* one);
  void CheckpointWhenDue();
  void Checkpoint();
  void AsLeader(const std::function<void()>& act);  // with writer_ and the file lock
  std::filesystem::path ballast() const;
  void KeepBallast() const;
  bool DropBallast() const;

  const std::filesystem::path file_;
  const Clock& clock_;
  const std::uint64_t ballast_bytes_;
  int lock_file_ = -1;

  std::mutex queue_mutex_;
  std::condition_variable queue_changed_, checkpoint_changed_;
  std::vector<Waiting*> queue_;
  bool has_leader_ = false;         // somebody uses writer_
  bool is_checkpoint_due_ = false;  // and goes before the next batch
  bool is_ending_ = false;

  std::unique_ptr<SqliteDatabase> writer_;  // the leader's
  bool has_failed_ = false;                 // an I/O error: what the kernel kept must be written anew
  std::mutex read_mutex_;
  std::unique_ptr<SqliteDatabase> reader_;
  std::thread checkpointer_;
};

}  // namespace listwarden
