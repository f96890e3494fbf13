// The time on the wall of a place: IANA names such as "Europe/London".
// Threads: any.
// Errors: none; a name that is not known is UTC.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "base/clock.h"

namespace listwarden {

bool IsTimeZone(const std::string& name);

// The date and time of day there, as if it were UTC.
Time LocalTime(const std::string& zone, Time time);
// When it is `hour` o'clock there on the day of `time`; a clock change on that day may shift it by an hour.
Time HourOfDay(const std::string& zone, Time time, int hour);

}  // namespace listwarden
