// What became of held posts in a time, for list owners and the office: one set of numbers for pages, CSV and
// JSON.
// Threads: values.
// Errors: none.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hold/queue.h"
#include "policy/policy.h"

namespace listwarden {

struct ReportTime {
  Time from, until;  // received in [from, until)
};

// How posts ended. Whoever rejects, discards, or sees the author put the text right, agrees with the hold;
// whoever releases the text as it came overrules it.
struct Tally {
  std::string name;  // list address, filter, rule, or day the week begins ("2026-11-23"); empty: of all
  std::size_t waiting = 0, released = 0, corrected = 0, rejected = 0, discarded = 0;
  std::size_t ended = 0;  // expired, withdrawn, damaged: no moderator has judged the hold

  std::size_t all() const { return waiting + decided() + ended; }
  std::size_t agreed() const { return corrected + rejected + discarded; }
  std::size_t decided() const { return agreed() + released; }
  std::optional<unsigned> precision() const;  // percent of the decided, rounded
  // Half or more of at least five.
  bool IsMostlyOverruled() const { return decided() >= 5 && 2 * released >= decided(); }
};

struct Delay {
  std::string list;  // empty: all
  std::size_t decisions = 0;
  std::chrono::seconds median{0}, p90{0};
};

// Until a person decided: within an hour, four hours, a day, three days, a week, and longer.
inline constexpr std::array<std::chrono::hours, 5> kDelaySteps = {
    std::chrono::hours(1), std::chrono::hours(4), std::chrono::hours(24), std::chrono::hours(72),
    std::chrono::hours(168)};

struct Report {
  ReportTime time;
  Tally total;
  std::vector<Tally> weeks;                  // every week of the time, oldest first
  std::vector<Tally> filters, lists, rules;  // those with holds, most first
  std::vector<std::string> silent;           // rules that a list in question wants and that held nothing
  std::vector<Delay> delays;                 // all, then by list; empty when nobody decided
  std::array<std::size_t, kDelaySteps.size() + 1> delay_counts{};
};

// `lists`: those asked about, as in FiguresQuery.
Report MakeReport(const Figures& figures, const ReportTime& time, const Policy& policy,
                  const std::optional<std::vector<std::string>>& lists);

// "2026-11" is that month; nullopt when it is none. UTC.
std::optional<ReportTime> MonthFrom(std::string_view text);
// The last `weeks` weeks, this one included.
ReportTime LastWeeks(Time now, int weeks);

// One row of numbers for each list, filter, rule and week, and for all (RFC 4180).
std::string ReportCsv(const Report& report);
std::string ReportJson(const Report& report);

}  // namespace listwarden
