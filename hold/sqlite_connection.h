// One SQLite database: opened safely, written by one writer at a time in this process and among processes,
// read beside it. Write jobs of callers that wait at the same time share one durable transaction; each runs
// in a savepoint of its own, so that one that fails takes no other with it. Threads: any. Errors: StoreError.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "hold/sql_database.h"

namespace listwarden {

class SqliteDatabase;

class SqliteConnection : public SqlConnection {
 public:
  SqliteConnection(std::filesystem::path file, const Clock& clock);
  ~SqliteConnection() override;
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  std::uint64_t FreeBytes() const override;

 protected:
  void WriteJob(const Job& job) override;
  void ReadJob(const Job& job) override;

 private:
  struct Waiting {
    const Job* job;
    std::exception_ptr error;
    bool is_done = false;
  };

  void RunBatch(const std::vector<Waiting*>& batch);
  void RunJobs(const std::vector<Waiting*>& batch);
  void OpenWriter();

  std::filesystem::path file_;
  const Clock& clock_;
  int lock_file_ = -1;

  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::vector<Waiting*> queue_;
  bool has_leader_ = false;

  std::unique_ptr<SqliteDatabase> writer_;  // the leader's
  bool has_failed_ = false;                 // an I/O error: what the kernel kept must be written anew
  std::mutex read_mutex_;
  std::unique_ptr<SqliteDatabase> reader_;
};

}  // namespace listwarden
