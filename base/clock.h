// Where time comes from, so that expiry and leases can be tested without waiting.
// Threads: Now() may be called from any thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <optional>
#include <string>

namespace listwarden {

using Time = std::chrono::sys_seconds;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time Now() const = 0;
};

class SystemClock : public Clock {
 public:
  Time Now() const override;
};

// "2026-11-24T09:30:00Z" and "Tue, 24 Nov 2026 09:30:00 +0000" (RFC 5322 section 3.3).
std::string IsoTime(Time time);
std::string MailTime(Time time);
std::string IsoDay(Time time);                         // "2026-11-25", UTC
std::optional<Time> DayFrom(const std::string& text);  // its start, UTC; nullopt when it is no day

}  // namespace listwarden
