// Speaking for the body is a matter of who posts: an entitled, authenticated officer may.
// SPDX-License-Identifier: Apache-2.0
#include "filters/filters.h"

namespace listwarden {
namespace {

constexpr std::string_view kNotEntitled = "not-entitled";
constexpr std::string_view kNotRepresenting = "not-representing";

class RepresentationFilter : public Filter {
 public:
  std::string_view name() const override { return "representation"; }

  std::vector<Finding> Inspect(const Inspection& inspection) const override {
    std::vector<Finding> findings;
    for (const Hit& hit : inspection.hits) {
      const std::string& check = hit.rule->check;
      if (check == kNotEntitled && hit.named != nullptr && inspection.poster.SpeaksFor(*hit.named)) continue;
      if (check == kNotRepresenting && inspection.poster.RepresentsBody()) continue;
      findings.push_back(FindingFrom(hit));
    }
    return findings;
  }
};

}  // namespace

std::unique_ptr<Filter> MakeRepresentationFilter() { return std::make_unique<RepresentationFilter>(); }

}  // namespace listwarden
