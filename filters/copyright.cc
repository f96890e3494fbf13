// A copied work shows by its length: a publisher's mark or "the article in full" weighs more above a long
// text and nothing below a reference.
// SPDX-License-Identifier: Apache-2.0
#include "filters/filters.h"

namespace listwarden {
namespace {

constexpr std::string_view kLongCopy = "long-copy";
constexpr std::size_t kCopyBytes = 1500;

class CopyrightFilter : public Filter {
 public:
  std::string_view name() const override { return "copyright"; }

  std::vector<Finding> Inspect(const Inspection& inspection) const override {
    std::vector<Finding> findings;
    for (const Hit& hit : inspection.hits) {
      Finding finding = FindingFrom(hit);
      if (hit.rule->check == kLongCopy && hit.segment->text.original().size() >= kCopyBytes)
        finding.confidence = Confidence::kMedium;
      findings.push_back(std::move(finding));
    }
    return findings;
  }
};

}  // namespace

std::unique_ptr<Filter> MakeCopyrightFilter() { return std::make_unique<CopyrightFilter>(); }

}  // namespace listwarden
