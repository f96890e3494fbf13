// `report`: what became of held posts in a month.
// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "apps/commands.h"
#include "apps/service.h"
#include "apps/terminal.h"
#include "base/error.h"
#include "filters/registry.h"
#include "hold/hold_store.h"
#include "moderation/report.h"

namespace listwarden {
namespace {

std::string Percent(const Tally& tally) {
  const auto precision = tally.precision();
  return precision ? std::to_string(*precision) + " %" : "";
}

std::vector<std::string> Row(const std::string& name, const Tally& tally) {
  std::vector<std::string> row = {name};
  for (const std::size_t count : {tally.all(), tally.rejected + tally.discarded, tally.corrected,
                                  tally.released, tally.ended, tally.waiting})
    row.push_back(std::to_string(count));
  row.push_back(Percent(tally));
  return row;
}

void PrintTallies(const char* kind, const std::vector<Tally>& tallies) {
  std::vector<std::vector<std::string>> rows = {
      {kind, "held", "kept back", "put right", "released", "otherwise", "waiting", "agreed"}};
  for (const Tally& tally : tallies) rows.push_back(Row(tally.name, tally));
  std::cout << "\n" << Table(rows);
}

std::string Hours(std::chrono::seconds time) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(time).count();
  return std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
}

void Print(const Report& report, const Policy& policy, Time now) {
  std::cout << "Held posts received from " << IsoDay(report.time.from) << " to before "
            << IsoDay(report.time.until) << ": " << report.total.all() << "\n";
  if (!report.delays.empty())
    std::cout << report.delays[0].decisions << " decisions, half of them within "
              << Hours(report.delays[0].median) << ", nine of ten within " << Hours(report.delays[0].p90)
              << "\n";
  PrintTallies("list", report.lists);
  PrintTallies("filter", report.filters);
  PrintTallies("rule", report.rules);
  std::cout << "\n" << report.silent.size() << " rules held nothing (--json names them)\n";
  for (const Tally& rule : report.rules) {
    if (rule.IsMostlyOverruled())
      std::cout << Paint(Colour::kBold, rule.name) << ": mostly overruled; does it say what it means to?\n";
  }
  if (const auto due = policy.review_due())
    std::cout << (*due <= now ? Paint(Colour::kRed, "The policy's review was due on ")
                              : std::string("The policy's review is due on "))
              << IsoDay(*due) << "\n";
}

}  // namespace

int ReportCommand(const std::string& config, const std::vector<std::string>& given) {
  const Arguments arguments = ParseArguments(given);
  if (!arguments.rest.empty()) throw SettingsError("give the month as --month YYYY-MM");
  SystemClock clock;
  const std::string month = arguments.month.empty() ? IsoDay(clock.Now()).substr(0, 7) : arguments.month;
  const auto time = MonthFrom(month);
  if (!time) throw SettingsError("--month " + month + ": is no month; expected YYYY-MM, such as 2026-11");
  const Settings settings = ReadSettings(FindSettingsFile(config));
  const auto policy =
      Policy::Load(settings.folder, settings.policy, MakeFilters(), settings.notices.authserv_id);
  FiguresQuery query;
  if (!arguments.list.empty()) {
    if (policy->FindList(arguments.list) == nullptr)
      throw SettingsError("--list " + arguments.list + ": no list of that address in lists.d/");
    query.lists = {policy->FindList(arguments.list)->address};
  }
  query.from = time->from;
  query.until = time->until;
  const Figures figures = OpenHoldStore(settings.store, clock)->FiguresFor(query);
  const Report report = MakeReport(figures, *time, *policy, query.lists);
  if (arguments.is_json)
    std::cout << ReportJson(report);
  else if (arguments.is_csv)
    std::cout << ReportCsv(report);
  else
    Print(report, *policy, clock.Now());
  return 0;
}

}  // namespace listwarden
