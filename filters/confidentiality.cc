// Rules find the places; the numbers must prove themselves by their check digits.
// SPDX-License-Identifier: Apache-2.0
#include "filters/filters.h"
#include "filters/identifiers.h"

namespace listwarden {
namespace {

// The number inside the hit's words: from its first digit, or the last of its length when words and numbers
// stand before it.
std::string NumberIn(std::string_view words, std::size_t last_characters) {
  if (last_characters == 0) {
    const auto digit = words.find_first_of("0123456789");
    return std::string(digit == std::string_view::npos ? words : words.substr(digit));
  }
  std::string tail;
  for (std::size_t i = words.size(); i > 0 && tail.size() < last_characters; --i) {
    const char c = words[i - 1];
    if (c != ' ' && c != '-' && c != '.') tail.insert(tail.begin(), c);
  }
  return tail;
}

bool Agrees(const Rule& rule, std::string_view words) {
  if (rule.check.empty()) return true;
  if (rule.check == "nhs-number" || rule.check == "chi-number")
    return PassesCheck(rule.check, NumberIn(words, 0));
  if (rule.check == "nino-last") return IsNationalInsurance(NumberIn(words, 9));
  if (rule.check == "card-last") {
    for (const std::size_t length : {16u, 15u, 14u, 19u, 13u}) {
      if (IsCardNumber(NumberIn(words, length))) return true;
    }
    return false;
  }
  return PassesCheck(rule.check, words);
}

class ConfidentialityFilter : public Filter {
 public:
  std::string_view name() const override { return "confidentiality"; }

  std::vector<Finding> Inspect(const Inspection& inspection) const override {
    std::vector<Finding> findings;
    for (const Hit& hit : inspection.hits) {
      if (Agrees(*hit.rule, hit.Words())) findings.push_back(FindingFrom(hit));
    }
    return findings;
  }
};

}  // namespace

std::unique_ptr<Filter> MakeConfidentialityFilter() { return std::make_unique<ConfidentialityFilter>(); }

}  // namespace listwarden
