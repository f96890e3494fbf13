// SPDX-License-Identifier: Apache-2.0
#include "moderation/verdict_json.h"

#include "base/json_text.h"

namespace listwarden {
namespace {

template <typename Values, typename Write>
std::string ArrayOf(const Values& values, Write write) {
  std::vector<std::string> written;
  for (const auto& value : values) written.push_back(write(value));
  return JsonArray(written);
}

std::string FindingJson(const Finding& finding) {
  return JsonObject({{"rule", JsonString(finding.rule)},
                     {"clause", JsonString(finding.clause)},
                     {"confidence", JsonString(ConfidenceName(finding.confidence))},
                     {"part", JsonString(finding.part)},
                     {"region", JsonString(RegionName(finding.region))},
                     {"quote", JsonString(finding.quote)},
                     {"reason", JsonString(finding.reason)},
                     {"advice", JsonString(finding.advice)}});
}

std::string FilterJson(const FilterVerdict& filter) {
  return JsonObject({{"filter", JsonString(filter.filter)},
                     {"confidence", JsonString(ConfidenceName(filter.confidence))},
                     {"action", JsonString(ActionName(filter.action))},
                     {"findings", ArrayOf(filter.findings, FindingJson)}});
}

}  // namespace

std::string VerdictJson(const Message& message, std::string_view source, const Verdict& verdict,
                        long long microseconds) {
  return JsonObject(
      {{"source", JsonString(source)},
       {"message_id", JsonString(message.message_id)},
       {"list", JsonString(verdict.list)},
       {"disposition", JsonString(DispositionName(verdict.disposition))},
       {"filters", ArrayOf(verdict.filters, FilterJson)},
       {"unread", ArrayOf(verdict.unread, JsonString)},
       {"defects", ArrayOf(message.defects, [](const Defect& defect) { return JsonString(defect.what); })},
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
