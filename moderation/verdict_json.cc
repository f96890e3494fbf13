// SPDX-License-Identifier: Apache-2.0
#include "moderation/verdict_json.h"

#include <nlohmann/json.hpp>

namespace listwarden {

std::string VerdictJson(const Message& message, std::string_view source, const Verdict& verdict,
                        long long microseconds) {
  using Json = nlohmann::ordered_json;
  Json filters = Json::array();
  for (const FilterVerdict& filter : verdict.filters) {
    Json findings = Json::array();
    for (const Finding& finding : filter.findings) {
      findings.push_back({{"rule", finding.rule},
                          {"clause", finding.clause},
                          {"confidence", ConfidenceName(finding.confidence)},
                          {"part", finding.part},
                          {"region", RegionName(finding.region)},
                          {"quote", finding.quote},
                          {"reason", finding.reason},
                          {"advice", finding.advice}});
    }
    filters.push_back({{"filter", filter.filter},
                       {"confidence", ConfidenceName(filter.confidence)},
                       {"action", ActionName(filter.action)},
                       {"findings", std::move(findings)}});
  }
  Json defects = Json::array();
  for (const Defect& defect : message.defects) defects.push_back(defect.what);
  const Json all = {{"source", source},
                    {"message_id", message.message_id},
                    {"list", verdict.list},
                    {"disposition", DispositionName(verdict.disposition)},
                    {"filters", std::move(filters)},
                    {"unread", verdict.unread},
                    {"defects", std::move(defects)},
                    {"microseconds", microseconds}};
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
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
