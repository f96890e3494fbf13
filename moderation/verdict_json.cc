// SPDX-License-Identifier: Apache-2.0
#include "moderation/verdict_json.h"

#include <nlohmann/json.hpp>

namespace listwarden {
namespace {

// Values of these are JSON already. The library's own arrays and objects ask for memory when they are destroyed, and
// the program ends where there is none: it writes the strings alone.
using Fields = std::initializer_list<std::pair<std::string_view, std::string>>;

std::string Quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Object(Fields fields) {
  std::string json;
  for (const auto& [name, value] : fields)
    json += (json.empty() ? "{\"" : ",\"") + std::string(name) + "\":" + value;
  return json + '}';
}

template <typename Values, typename Write>
std::string Array(const Values& values, Write write) {
  std::string json = "[";
  for (const auto& value : values) json += (json.size() == 1 ? "" : ",") + write(value);
  return json + ']';
}

std::string FindingJson(const Finding& finding) {
  return Object({{"rule", Quoted(finding.rule)},
                 {"clause", Quoted(finding.clause)},
                 {"confidence", Quoted(ConfidenceName(finding.confidence))},
                 {"part", Quoted(finding.part)},
                 {"region", Quoted(RegionName(finding.region))},
                 {"quote", Quoted(finding.quote)},
                 {"reason", Quoted(finding.reason)},
                 {"advice", Quoted(finding.advice)}});
}

std::string FilterJson(const FilterVerdict& filter) {
  return Object({{"filter", Quoted(filter.filter)},
                 {"confidence", Quoted(ConfidenceName(filter.confidence))},
                 {"action", Quoted(ActionName(filter.action))},
                 {"findings", Array(filter.findings, FindingJson)}});
}

}  // namespace

std::string VerdictJson(const Message& message, std::string_view source, const Verdict& verdict,
                        long long microseconds) {
  return Object(
      {{"source", Quoted(source)},
       {"message_id", Quoted(message.message_id)},
       {"list", Quoted(verdict.list)},
       {"disposition", Quoted(DispositionName(verdict.disposition))},
       {"filters", Array(verdict.filters, FilterJson)},
       {"unread", Array(verdict.unread, Quoted)},
       {"defects", Array(message.defects, [](const Defect& defect) { return Quoted(defect.what); })},
       {"microseconds", std::to_string(microseconds)}});
}

std::vector<FindingRow> FindingRows(const Verdict& verdict) {
  std::vector<FindingRow> rows;
  for (const FilterVerdict& filter : verdict.filters) {
    for (const Finding& finding : filter.findings) {
      rows.push_back({filter.filter, finding.rule, finding.clause,
                      std::string(ConfidenceName(finding.confidence)), std::string(ActionName(filter.action)),
                      finding.quote});
    }
  }
  for (const std::string& what : verdict.unread)
    rows.push_back({"unread", "unread", "", "high", "hold", what});
  return rows;
}

}  // namespace listwarden
