// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <ctime>

namespace listwarden {
namespace {

std::string Format(Time time, const char* format) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
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

}  // namespace listwarden
