// Write jobs of callers that wait at the same time run together, one batch at a time: whoever finds nobody at
// work leads, and takes the others' jobs along.
// Threads: any.
// Errors: a caller gets those of its own job.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <vector>

#include "hold/sql_database.h"

namespace listwarden {

class JobQueue {
 public:
  using Job = std::function<void(SqlDatabase&)>;
  struct Waiting {
    const Job* job;
    std::exception_ptr error;
    bool is_done = false;
  };
  using Batch = std::vector<Waiting*>;

  // Returns when `job` is done, by this caller's `run_batch` or another's. What `run_batch` throws is the error of
  // each job that has none of its own.
  void Run(const Job& job, const std::function<void(const Batch&)>& run_batch);
  // Between two batches; goes before those that wait.
  void Alone(const std::function<void()>& act);

 private:
  void TakeBatch(Batch* batch);

  std::mutex mutex_;
  std::condition_variable changed_;
  Batch queue_;
  bool is_busy_ = false;
  int waiting_alone_ = 0;
};

}  // namespace listwarden
