// SPDX-License-Identifier: Apache-2.0
#include "base/local_time.h"

#include <gtest/gtest.h>

namespace listwarden {
namespace {

using std::chrono::sys_days;

Time At(int year, unsigned month, unsigned day, int hour, int minute = 0) {
  return sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) +
         std::chrono::hours(hour) + std::chrono::minutes(minute);
}

TEST(LocalTime, KnowsSummerAndWinter) {
  EXPECT_EQ(LocalTime("Europe/London", At(2026, 7, 1, 12)), At(2026, 7, 1, 13));
  EXPECT_EQ(LocalTime("Europe/London", At(2026, 12, 1, 12)), At(2026, 12, 1, 12));
  EXPECT_EQ(LocalTime("Asia/Kolkata", At(2026, 12, 1, 20)), At(2026, 12, 2, 1, 30));
}

TEST(LocalTime, TheDayIsThatOfThePlace) {
  EXPECT_EQ(HourOfDay("Europe/London", At(2026, 7, 1, 23, 30), 7), At(2026, 7, 2, 6))
      << "there it is the 2nd";
  EXPECT_EQ(HourOfDay("America/New_York", At(2026, 12, 2, 3), 7), At(2026, 12, 1, 12));
}

TEST(LocalTime, AnHourOfTheDayTheClockChangesIsRightAfterTheChange) {
  EXPECT_EQ(HourOfDay("Europe/London", At(2026, 3, 29, 0, 30), 7), At(2026, 3, 29, 6)) << "forward at one";
  EXPECT_EQ(HourOfDay("Europe/London", At(2026, 10, 25, 0, 30), 7), At(2026, 10, 25, 7)) << "back at two";
}

TEST(LocalTime, OnlyNamesThatExistAreKnown) {
  EXPECT_TRUE(IsTimeZone("Europe/London"));
  EXPECT_TRUE(IsTimeZone("UTC"));
  EXPECT_FALSE(IsTimeZone("Europe/Lundon"));
  EXPECT_FALSE(IsTimeZone(""));
}

}  // namespace
}  // namespace listwarden
