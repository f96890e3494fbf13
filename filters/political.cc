// Taking sides: the rules know the words, the registers know parties, politicians and governments.
// SPDX-License-Identifier: Apache-2.0
#include "filters/filters.h"

namespace listwarden {
namespace {

class PoliticalFilter : public Filter {
 public:
  std::string_view name() const override { return "political"; }

  std::vector<Finding> Inspect(const Inspection& inspection) const override {
    std::vector<Finding> findings;
    for (const Hit& hit : inspection.hits) findings.push_back(FindingFrom(hit));
    return findings;
  }
};

}  // namespace

std::unique_ptr<Filter> MakePoliticalFilter() { return std::make_unique<PoliticalFilter>(); }

}  // namespace listwarden
