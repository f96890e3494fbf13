// SPDX-License-Identifier: Apache-2.0
#include "base/clock_watch.h"

#include <gtest/gtest.h>

namespace listwarden {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class ClockWatchTest : public testing::Test, public Clock {
 protected:
  Time Now() const override { return Time(wall); }
  bool After(seconds time) {
    wall += time;
    count += time;
    return watch.IsBelieved();
  }
  bool Jumped(seconds by) {
    wall += by;
    return After(seconds(1));
  }

  seconds wall{1790000000}, count{5000};
  ClockWatch watch{*this, [this] { return count; }};
};

TEST_F(ClockWatchTest, AClockThatGoesOnIsBelieved) {
  EXPECT_TRUE(After(seconds(1)));
  EXPECT_TRUE(After(hours(24 * 400))) << "nobody looked for a year";
  EXPECT_TRUE(Jumped(minutes(4)));
  EXPECT_TRUE(Jumped(-minutes(4)));
}

TEST_F(ClockWatchTest, AJumpIsNotBelievedUntilItIsBack) {
  EXPECT_FALSE(Jumped(hours(24 * 400)));
  EXPECT_FALSE(After(hours(23)));
  EXPECT_TRUE(Jumped(-hours(24 * 400)));
  EXPECT_FALSE(Jumped(-hours(24)));
  EXPECT_TRUE(Jumped(hours(24)));
}

TEST_F(ClockWatchTest, WhatWentOnEvenlyForADayIsRight) {
  EXPECT_FALSE(Jumped(hours(24 * 400)));
  EXPECT_FALSE(Jumped(-hours(24 * 100))) << "another jump, another day";
  EXPECT_FALSE(After(hours(23)));
  EXPECT_TRUE(After(hours(1)));
  EXPECT_FALSE(Jumped(-hours(24 * 300))) << "what was right before is wrong now";
}

TEST_F(ClockWatchTest, AClockThatRunsAwayIsNeverBelieved) {
  bool is_believed = true;
  for (int second = 0; second < 200'000; ++second) is_believed = Jumped(seconds(30));
  EXPECT_FALSE(is_believed);
}

TEST(ClockWatch, CountsOnWithTheMachine) {
  EXPECT_GT(ClockWatch::SinceBoot().count(), 0);
  EXPECT_GE(ClockWatch::SinceBoot(), ClockWatch::SinceBoot() - seconds(1));
}

}  // namespace
}  // namespace listwarden
