// Can the wall clock be believed? It must go on as the machine's count of time since its start does. One that
// jumped is not, until it is back, or has gone on evenly for a day (it was wrong before), or a new process looks.
// Threads: one at a time.
// Limits: a jump of up to five minutes is none.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "base/clock.h"

namespace listwarden {

class ClockWatch {
 public:
  using Count = std::function<std::chrono::seconds()>;
  static std::chrono::seconds SinceBoot();  // counts while the machine sleeps, too
  explicit ClockWatch(const Clock& clock, Count count = SinceBoot);

  bool IsBelieved();

 private:
  const Clock& clock_;
  Count count_;
  std::chrono::seconds good_, last_;  // wall clock less count: the believed, and the last one seen
  std::chrono::seconds even_since_{0};
  bool is_believed_ = true;
};

}  // namespace listwarden
