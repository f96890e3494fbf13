// Praise counts when it is of a company or product (the rules ask the registers). The same words weigh more
// from a vendor, or from one who represents the body.
// SPDX-License-Identifier: Apache-2.0
#include "filters/filters.h"

namespace listwarden {
namespace {

class EndorsementFilter : public Filter {
 public:
  std::string_view name() const override { return "endorsement"; }

  std::vector<Finding> Inspect(const Inspection& inspection) const override {
    std::vector<Finding> findings;
    const bool weighs_more = inspection.poster.RepresentsBody() || inspection.poster.company != nullptr;
    for (const Hit& hit : inspection.hits) {
      Finding finding = FindingFrom(hit);
      if (weighs_more && finding.confidence != Confidence::kHigh) {
        finding.confidence = static_cast<Confidence>(static_cast<int>(finding.confidence) + 1);
      }
      findings.push_back(std::move(finding));
    }
    return findings;
  }
};

}  // namespace

std::unique_ptr<Filter> MakeEndorsementFilter() { return std::make_unique<EndorsementFilter>(); }

}  // namespace listwarden
