// What pages say about times, states and people, in the reader's language.
// Threads: values; `pages` and `clock` outlive it.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "hold/held_message.h"
#include "web/pages.h"

namespace listwarden {

class Phrases {
 public:
  Phrases(const Pages& pages, std::string language, Time now)
      : pages_(&pages), language_(std::move(language)), now_(now) {}

  std::string Say(std::string_view key, const std::map<std::string, std::string>& values = {}) const;
  std::string Count(std::string_view key, std::size_t count) const;  // KEY-one for 1
  std::string Span(std::chrono::seconds span) const;                 // "3 days"
  std::string When(Time time) const;                                 // "25 November 2026, 14:02", local time
  std::string Day(Time time) const;                                  // "25 November 2026", UTC
  std::string ShortDay(Time time) const;                             // "25 November"
  std::string Month(Time time) const;                                // "November 2026"
  std::string Waiting(const HeldSummary& held) const;
  std::string Expiry(const HeldSummary& held) const;
  std::string State(const HeldSummary& held) const;
  std::string Outcome(const HeldSummary& held) const;  // who decided what, when; or the state
  std::string Subject(const HeldSummary& held) const;  // never empty
  std::string Claim(const HeldSummary& held, std::string_view user) const;  // empty when nobody's
  bool IsSoon(const HeldSummary& held) const;                               // expires within a day
  const std::string& language() const { return language_; }
  Time now() const { return now_; }

 private:
  std::string MonthName(int number) const;  // 0 is January

  const Pages* pages_;
  std::string language_;
  Time now_;
};

std::string Elided(std::string_view text, std::size_t most);  // "…" for what is over so many bytes
std::string Size(std::size_t bytes);                          // "12 kB"

}  // namespace listwarden
