// SPDX-License-Identifier: Apache-2.0
#include "hold/job_queue.h"

#include <algorithm>

namespace listwarden {
namespace {

constexpr std::size_t kMostJobsTogether = 64;

}  // namespace

void JobQueue::Run(const Job& job, const std::function<void(const Batch&)>& run_batch) {
  Waiting mine{&job, nullptr};
  Batch batch;
  batch.reserve(kMostJobsTogether);  // whoever leads must not run out of memory halfway
  batch.push_back(&mine);
  std::unique_lock<std::mutex> lock(mutex_);
  queue_.push_back(&mine);
  changed_.wait(lock, [&] { return mine.is_done || (!is_busy_ && waiting_alone_ == 0); });
  if (!mine.is_done) {
    is_busy_ = true;
    TakeBatch(&batch);
    lock.unlock();
    try {
      run_batch(batch);
    } catch (...) {
      for (Waiting* one : batch) {
        if (!one->error) one->error = std::current_exception();
      }
    }
    lock.lock();
    for (Waiting* one : batch) one->is_done = true;
    is_busy_ = false;
    changed_.notify_all();
  }
  lock.unlock();
  if (mine.error) std::rethrow_exception(mine.error);
}

// The leader's own job comes first, so that a long queue cannot leave it out.
void JobQueue::TakeBatch(Batch* batch) {
  std::erase(queue_, batch->front());
  const auto others = static_cast<std::ptrdiff_t>(std::min(queue_.size(), kMostJobsTogether - 1));
  batch->insert(batch->end(), queue_.begin(), queue_.begin() + others);
  queue_.erase(queue_.begin(), queue_.begin() + others);
}

void JobQueue::Alone(const std::function<void()>& act) {
  std::unique_lock<std::mutex> lock(mutex_);
  ++waiting_alone_;
  changed_.wait(lock, [&] { return !is_busy_; });
  is_busy_ = true;
  lock.unlock();
  std::exception_ptr failure;
  try {
    act();
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  is_busy_ = false;
  --waiting_alone_;
  changed_.notify_all();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace listwarden
