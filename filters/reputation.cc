// Blame of the body, its people and partners: the rules know the words, the registers know whom.
// SPDX-License-Identifier: Apache-2.0
#include "filters/filters.h"

namespace listwarden {
namespace {

class ReputationFilter : public Filter {
 public:
  std::string_view name() const override { return "reputation"; }

  std::vector<Finding> Inspect(const Inspection& inspection) const override {
    std::vector<Finding> findings;
    for (const Hit& hit : inspection.hits) findings.push_back(FindingFrom(hit));
    return findings;
  }
};

}  // namespace

std::unique_ptr<Filter> MakeReputationFilter() { return std::make_unique<ReputationFilter>(); }

}  // namespace listwarden
