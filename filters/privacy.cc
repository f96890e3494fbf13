// Besides its rules: a picture that comes with words about people and none of consent, and long lists of
// addresses.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>

#include "filters/filters.h"

namespace listwarden {
namespace {

constexpr std::size_t kManyAddresses = 12;

bool IsAddressCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == '+';
}

// Message-IDs look like addresses, but no person's name has that many digits.
bool NamesAPerson(std::string_view local_part) {
  return std::count_if(local_part.begin(), local_part.end(), [](char c) { return c >= '0' && c <= '9'; }) < 8;
}

// The different mail addresses of a folded text.
std::set<std::string_view> AddressesIn(std::string_view text) {
  std::set<std::string_view> addresses;
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    std::size_t begin = at, end = at + 1;
    while (begin > 0 && IsAddressCharacter(text[begin - 1])) --begin;
    while (end < text.size() && IsAddressCharacter(text[end])) ++end;
    const std::string_view domain = text.substr(at + 1, end - at - 1);
    if (begin < at && domain.find('.') != std::string_view::npos &&
        NamesAPerson(text.substr(begin, at - begin)))
      addresses.insert(text.substr(begin, end - begin));
  }
  return addresses;
}

class PrivacyFilter : public Filter {
 public:
  std::string_view name() const override { return "privacy"; }

  std::vector<Finding> Inspect(const Inspection& inspection) const override {
    std::vector<Finding> findings;
    for (const Hit& hit : inspection.hits) findings.push_back(FindingFrom(hit));
    for (const Segment& segment : inspection.message.segments) {
      if (segment.region != Region::kAuthorText) continue;
      const std::set<std::string_view> addresses = AddressesIn(segment.text.folded());
      if (addresses.size() < kManyAddresses) continue;
      Finding finding;
      finding.rule = "privacy/many-addresses";
      finding.clause = "privacy";
      finding.confidence = Confidence::kMedium;
      finding.part = segment.part;
      finding.quote =
          std::string(*addresses.begin()) + " and " + std::to_string(addresses.size() - 1) + " more";
      finding.reason = "The text holds a long list of people's addresses.";
      finding.advice = "Take the list out; the organisers can pass on messages.";
      findings.push_back(std::move(finding));
    }
    return findings;
  }
};

}  // namespace

std::unique_ptr<Filter> MakePrivacyFilter() { return std::make_unique<PrivacyFilter>(); }

}  // namespace listwarden
