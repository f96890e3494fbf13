// SPDX-License-Identifier: Apache-2.0
#include "base/clock_watch.h"

#include <time.h>

#include "base/log.h"

namespace listwarden {
namespace {

constexpr std::chrono::seconds kNoJump = std::chrono::minutes(5), kLearned = std::chrono::hours(24);

bool IsNear(std::chrono::seconds one, std::chrono::seconds other) {
  return std::chrono::abs(one - other) <= kNoJump;
}

}  // namespace

std::chrono::seconds ClockWatch::SinceBoot() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds(now.tv_sec);
}

ClockWatch::ClockWatch(const Clock& clock, Count count)
    : clock_(clock),
      count_(std::move(count)),
      good_(clock_.Now().time_since_epoch() - count_()),
      last_(good_) {}

bool ClockWatch::IsBelieved() {
  const std::chrono::seconds count = count_(), ahead = clock_.Now().time_since_epoch() - count;
  if (!IsNear(ahead, last_)) {
    last_ = ahead;
    even_since_ = count;
  }
  if (!IsNear(ahead, good_) && count - even_since_ >= kLearned) good_ = ahead;
  const bool is_believed = IsNear(ahead, good_);
  if (is_believed != is_believed_) {
    if (is_believed)
      Log(LogLevel::kInfo, "clock-believed", {});
    else
      Log(LogLevel::kError, "clock-jumped",
          {{"seconds", std::to_string((ahead - good_).count())},
           {"remedy",
            "nothing expires, and nobody is reminded, until it is back, or for a day; where it is right "
            "now, restart listwarden-desk"}});
  }
  return is_believed_ = is_believed;
}

}  // namespace listwarden
