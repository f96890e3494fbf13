// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <cstdio>
#include <ctime>

namespace listwarden {
namespace {

std::string Format(Time time, const char* format) {
  const std::time_t seconds = time.time_since_epoch().count();  // system_clock ends in 2262
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, format, &parts)};
}

}  // namespace

Time SystemClock::Now() const {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string IsoTime(Time time) { return Format(time, "%Y-%m-%dT%H:%M:%SZ"); }
std::string MailTime(Time time) { return Format(time, "%a, %d %b %Y %H:%M:%S +0000"); }

std::string IsoDay(Time time) { return IsoTime(time).substr(0, 10); }

std::optional<Time> DayFrom(const std::string& text) {
  int year = 0;
  unsigned month = 0, day = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2u", &year, &month, &day) != 3) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  const Time start = std::chrono::sys_days(date);
  return IsoDay(start) == text ? std::optional(start) : std::nullopt;  // sscanf takes "2026-1-1xx"
}

}  // namespace listwarden
