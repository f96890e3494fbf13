// SPDX-License-Identifier: Apache-2.0
#include "moderation/report.h"

#include <algorithm>
#include <map>
#include <set>

#include "moderation/moderation_service.h"

namespace listwarden {
namespace {

using std::chrono::days;
using std::chrono::seconds;

// 1 January 1970 was a Thursday: Monday 5 January is day 4.
Time WeekOf(Time time) {
  constexpr auto kWeek = days(7);
  return time - (time.time_since_epoch() - days(4)) % kWeek;
}

void Count(const Figures::Holds& holds, Tally* tally) {
  std::size_t* where = &tally->ended;
  if (holds.outcome == HoldState::kHeld) where = &tally->waiting;
  if (holds.outcome == HoldState::kRejected) where = &tally->rejected;
  if (holds.outcome == HoldState::kDiscarded) where = &tally->discarded;
  if (holds.outcome == HoldState::kReleased)
    where = holds.is_corrected ? &tally->corrected : &tally->released;
  *where += holds.holds;
}

std::vector<Tally> TallyBy(const std::vector<Figures::Holds>& all, std::string Figures::Holds::*key) {
  std::map<std::string, Tally> by_name;
  for (const Figures::Holds& holds : all) Count(holds, &by_name[holds.*key]);
  std::vector<Tally> tallies;
  for (auto& [name, tally] : by_name) {
    tally.name = name;
    tallies.push_back(std::move(tally));
  }
  std::stable_sort(tallies.begin(), tallies.end(),
                   [](const Tally& a, const Tally& b) { return a.all() > b.all(); });
  return tallies;
}

std::vector<Tally> TallyWeeks(const std::vector<Figures::Holds>& all, const ReportTime& time) {
  std::map<Time, Tally> by_week;
  for (Time week = WeekOf(time.from); week < time.until; week += days(7)) by_week[week].name = IsoDay(week);
  for (const Figures::Holds& holds : all) Count(holds, &by_week[holds.week]);
  std::vector<Tally> tallies;
  for (auto& [week, tally] : by_week) tallies.push_back(std::move(tally));
  return tallies;
}

// The least of the sorted values that `percent` percent do not pass (nearest rank).
seconds Percentile(const std::vector<seconds>& sorted, std::size_t percent) {
  return sorted[(sorted.size() * percent + 99) / 100 - 1];
}

Delay DelayOf(const std::string& list, std::vector<seconds> after) {
  std::sort(after.begin(), after.end());
  return {list, after.size(), Percentile(after, 50), Percentile(after, 90)};
}

bool IsByPerson(const Figures::Decided& decided) {
  if (decided.by == kCorrectionActor) return false;
  return decided.outcome == HoldState::kReleased || decided.outcome == HoldState::kRejected ||
         decided.outcome == HoldState::kDiscarded;
}

void AddDelays(const std::vector<Figures::Decided>& all, Report* report) {
  std::vector<seconds> every;
  std::map<std::string, std::vector<seconds>> by_list;
  for (const Figures::Decided& decided : all) {
    if (!IsByPerson(decided)) continue;
    every.push_back(decided.after);
    by_list[decided.list].push_back(decided.after);
    const auto step = std::lower_bound(kDelaySteps.begin(), kDelaySteps.end(), decided.after);
    ++report->delay_counts[static_cast<std::size_t>(step - kDelaySteps.begin())];
  }
  if (every.empty()) return;
  report->delays.push_back(DelayOf("", std::move(every)));
  for (auto& [list, after] : by_list) report->delays.push_back(DelayOf(list, std::move(after)));
}

bool IsWantedByAny(const Rule& rule, const Policy& policy,
                   const std::optional<std::vector<std::string>>& lists) {
  return std::any_of(policy.lists().begin(), policy.lists().end(), [&](const ListPolicy& list) {
    if (lists && std::find(lists->begin(), lists->end(), list.address) == lists->end()) return false;
    const auto settings = list.filters.find(rule.filter);
    return settings != list.filters.end() && settings->second.mode != Mode::kOff &&
           IsWanted(rule, settings->second);
  });
}

}  // namespace

std::optional<unsigned> Tally::precision() const {
  if (decided() == 0) return std::nullopt;
  return static_cast<unsigned>((200 * agreed() + decided()) / (2 * decided()));
}

Report MakeReport(const Figures& figures, const ReportTime& time, const Policy& policy,
                  const std::optional<std::vector<std::string>>& lists) {
  Report report;
  report.time = time;
  for (const Figures::Holds& holds : figures.by_list) Count(holds, &report.total);
  report.weeks = TallyWeeks(figures.by_list, time);
  report.lists = TallyBy(figures.by_list, &Figures::Holds::list);
  report.filters = TallyBy(figures.by_filter, &Figures::Holds::filter);
  report.rules = TallyBy(figures.by_rule, &Figures::Holds::rule);
  std::set<std::string> fired;
  for (const Tally& rule : report.rules) fired.insert(rule.name);
  for (const Rule& rule : policy.rules().rules()) {
    if (!fired.contains(rule.id) && IsWantedByAny(rule, policy, lists)) report.silent.push_back(rule.id);
  }
  std::sort(report.silent.begin(), report.silent.end());
  AddDelays(figures.decided, &report);
  return report;
}

std::optional<ReportTime> MonthFrom(std::string_view text) {
  if (text.size() != 7) return std::nullopt;
  const auto first = DayFrom(std::string(text) + "-01");
  if (!first) return std::nullopt;
  const std::chrono::year_month_day day(std::chrono::floor<days>(*first));
  return ReportTime{*first, Time(std::chrono::sys_days(day + std::chrono::months(1)))};
}

ReportTime LastWeeks(Time now, int weeks) {
  const Time next = WeekOf(now) + days(7);
  return {next - days(7 * weeks), next};
}

}  // namespace listwarden
