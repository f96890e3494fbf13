// SPDX-License-Identifier: Apache-2.0
#include "base/local_time.h"

#include <unicode/timezone.h>

#include <memory>

namespace listwarden {
namespace {

std::chrono::seconds OffsetAt(const std::string& name, Time time) {
  const std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(name.c_str()));
  int32_t raw = 0, summer = 0;
  UErrorCode error = U_ZERO_ERROR;
  zone->getOffset(static_cast<UDate>(time.time_since_epoch().count()) * 1000, false, raw, summer, error);
  return U_FAILURE(error) ? std::chrono::seconds(0) : std::chrono::seconds((raw + summer) / 1000);
}

}  // namespace

bool IsTimeZone(const std::string& name) {
  const std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(name.c_str()));
  icu::UnicodeString id;
  return zone->getID(id) != UCAL_UNKNOWN_ZONE_ID;
}

Time LocalTime(const std::string& zone, Time time) { return time + OffsetAt(zone, time); }

Time HourOfDay(const std::string& zone, Time time, int hour) {
  const auto day = std::chrono::floor<std::chrono::days>(LocalTime(zone, time));
  const Time wall = Time(day) + std::chrono::hours(hour);
  return wall - OffsetAt(zone, wall - OffsetAt(zone, wall));
}

}  // namespace listwarden
