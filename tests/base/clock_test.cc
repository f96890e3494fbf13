// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <gtest/gtest.h>

#include <ctime>

namespace listwarden {
namespace {

TEST(SystemClock, TellsTheTimeOfTheMachineInWholeSeconds) {
  timespec before{}, after{};
  clock_gettime(CLOCK_REALTIME, &before);
  const auto now = SystemClock().Now().time_since_epoch().count();
  clock_gettime(CLOCK_REALTIME, &after);
  EXPECT_GE(now, before.tv_sec);
  EXPECT_LE(now, after.tv_sec);
}

TEST(IsoTime, IsUtcWhateverTheZoneOfTheMachine) {
  ASSERT_EQ(setenv("TZ", "America/New_York", 1), 0);
  tzset();
  EXPECT_EQ(IsoTime(Time{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(MailTime(Time{}), "Thu, 01 Jan 1970 00:00:00 +0000");
  unsetenv("TZ");
  tzset();
}

TEST(IsoTime, KnowsLeapDaysAndTimesBefore1970) {
  EXPECT_EQ(IsoTime(Time{std::chrono::seconds{1709210096}}), "2024-02-29T12:34:56Z");
  EXPECT_EQ(IsoTime(Time{std::chrono::seconds{-1}}), "1969-12-31T23:59:59Z");
}

TEST(IsoDay, ComesBackFromItsText) {
  const Time start{std::chrono::seconds{1709164800}};
  EXPECT_EQ(IsoDay(start + std::chrono::hours(23)), "2024-02-29");
  EXPECT_EQ(DayFrom("2024-02-29"), start);
}

TEST(IsoDay, NothingElseIsADay) {
  for (const char* text : {"", "2023-02-29", "2024-13-01", "2024-2-29", "2024-2-29x", " 024-02-29",
                           "2024-+2-29", "2024-02-29x", "2024/02/29"})
    EXPECT_FALSE(DayFrom(text)) << text;
}

}  // namespace
}  // namespace listwarden
