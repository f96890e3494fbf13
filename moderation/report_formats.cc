// The report as CSV and JSON.
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "moderation/report.h"

namespace listwarden {
namespace {

using nlohmann::json;

// Quoted always; a spreadsheet would take some first characters for a formula.
std::string Cell(const std::string& text) {
  std::string cell = "\"";
  if (!text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos) cell += '\'';
  for (const char c : text) cell += c == '"' ? "\"\"" : std::string(1, c);
  return cell + "\"";
}

const Delay* DelayNamed(const Report& report, const std::string& list) {
  for (const Delay& delay : report.delays) {
    if (delay.list == list) return &delay;
  }
  return nullptr;
}

std::string Row(const char* kind, const Tally& tally, const Delay* delay) {
  std::string row = std::string(kind) + "," + Cell(tally.name);
  for (const std::size_t count : {tally.all(), tally.waiting, tally.released, tally.corrected, tally.rejected,
                                  tally.discarded, tally.ended})
    row += "," + std::to_string(count);
  const auto precision = tally.precision();
  row += "," + (precision ? std::to_string(*precision) : "");
  row += "," + (delay ? std::to_string(delay->median.count()) : "");
  row += "," + (delay ? std::to_string(delay->p90.count()) : "");
  return row + "\r\n";
}

json Json(const Tally& tally) {
  json one = {{"name", tally.name},           {"holds", tally.all()},         {"waiting", tally.waiting},
              {"released", tally.released},   {"corrected", tally.corrected}, {"rejected", tally.rejected},
              {"discarded", tally.discarded}, {"ended", tally.ended}};
  const auto precision = tally.precision();
  one["precision"] = precision ? json(*precision) : json();
  one["is_mostly_overruled"] = tally.IsMostlyOverruled();
  return one;
}

json Json(const std::vector<Tally>& tallies) {
  json all = json::array();
  for (const Tally& tally : tallies) all.push_back(Json(tally));
  return all;
}

}  // namespace

std::string ReportCsv(const Report& report) {
  std::string text =
      "kind,name,holds,waiting,released,corrected,rejected,discarded,ended,precision_percent,"
      "median_seconds,p90_seconds\r\n";
  text += Row("all", report.total, DelayNamed(report, ""));
  for (const Tally& tally : report.lists) text += Row("list", tally, DelayNamed(report, tally.name));
  for (const Tally& tally : report.filters) text += Row("filter", tally, nullptr);
  for (const Tally& tally : report.rules) text += Row("rule", tally, nullptr);
  for (const std::string& rule : report.silent) text += Row("rule", {.name = rule}, nullptr);
  for (const Tally& tally : report.weeks) text += Row("week", tally, nullptr);
  return text;
}

std::string ReportJson(const Report& report) {
  json delays = json::array();
  for (const Delay& delay : report.delays) {
    delays.push_back({{"list", delay.list},
                      {"decisions", delay.decisions},
                      {"median_seconds", delay.median.count()},
                      {"p90_seconds", delay.p90.count()}});
  }
  const json all = {{"from", IsoTime(report.time.from)},
                    {"until", IsoTime(report.time.until)},
                    {"all", Json(report.total)},
                    {"lists", Json(report.lists)},
                    {"filters", Json(report.filters)},
                    {"rules", Json(report.rules)},
                    {"silent_rules", report.silent},
                    {"weeks", Json(report.weeks)},
                    {"delays", delays}};
  return all.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace listwarden
