// A PostgreSQL store, shared by as many programs and machines as there are. Write jobs of callers that wait
// at the same time share one transaction; each runs in a savepoint of its own. A transaction ends with a mark
// of its writer: when the answer to COMMIT is lost, the mark tells after a reconnect whether it took place,
// and only then is it repeated. What took place is told once a synchronous standby has it, too.
// Threads: any.
// Errors: StoreError when the server cannot be had for a few seconds; StoreFull when its disk is full.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "hold/job_queue.h"

namespace listwarden {

class PostgresDatabase;

class PostgresConnection : public SqlConnection {
 public:
  // `uri`: postgresql://…, with several hosts if there are standbys. The server's clock counts, unless tests
  // give one.
  explicit PostgresConnection(std::string uri, const Clock* clock = nullptr, Use use = Use::kShared);
  ~PostgresConnection() override;

  std::uint64_t FreeBytes() const override;
  void Scrub() override;
  void FinishCopy(const Job& last) override;

 protected:
  void WriteJob(const Job& job) override;
  void ReadJob(const Job& job) override;

 private:
  std::unique_ptr<PostgresDatabase> Connect() const;
  std::unique_ptr<PostgresDatabase> ConnectAsUser() const;
  // Repeats `act` while it is worth it and the patience lasts; it drops `database` when the connection is
  // lost.
  void Persist(std::unique_ptr<PostgresDatabase>* database, const std::function<void()>& act);
  void RunBatch(const JobQueue::Batch& batch);
  void RunTransaction(const JobQueue::Batch& batch);
  void RunJob(JobQueue::Waiting* one);
  void WaitForReaders();
  bool HasMarkAgain(std::int64_t mark);

  const std::string uri_;
  const Clock* const clock_;
  const Use use_;
  const std::string writer_id_;
  std::atomic<bool> is_reachable_{true};

  JobQueue queue_;
  std::unique_ptr<PostgresDatabase> writer_;  // of whom the queue lets work
  std::int64_t last_mark_ = 0, doubtful_mark_ = 0;

  std::mutex read_mutex_;
  std::unique_ptr<PostgresDatabase> reader_;
};

}  // namespace listwarden
