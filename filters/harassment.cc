// Rules find the words and the grammar tells of whom and how they are said.
// SPDX-License-Identifier: Apache-2.0
#include "filters/filters.h"

namespace listwarden {
namespace {

class HarassmentFilter : public Filter {
 public:
  std::string_view name() const override { return "harassment"; }

  std::vector<Finding> Inspect(const Inspection& inspection) const override {
    std::vector<Finding> findings;
    for (const Hit& hit : inspection.hits) findings.push_back(FindingFrom(hit));
    return findings;
  }
};

}  // namespace

std::unique_ptr<Filter> MakeHarassmentFilter() { return std::make_unique<HarassmentFilter>(); }

}  // namespace listwarden
