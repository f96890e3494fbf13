// Rules find the places; numbers must prove themselves by their check digits, secrets by looking like one.
// Findings that overlap are one: the strongest.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>
#include <map>

#include "filters/filters.h"
#include "filters/identifiers.h"
#include "filters/secrets.h"

namespace listwarden {
namespace {

constexpr std::size_t kNameReach = 80;  // bytes on either side of a date of birth

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

// Any whole run of digits, single blanks and hyphens between them.
bool HoldsCardNumber(std::string_view words) {
  const auto is_digit = [&](std::size_t at) {
    return at < words.size() && words[at] >= '0' && words[at] <= '9';
  };
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (!is_digit(at)) continue;
    const std::size_t start = at;
    while (is_digit(at) || (at < words.size() && (words[at] == ' ' || words[at] == '-') && is_digit(at + 1)))
      ++at;
    if (IsCardNumber(words.substr(start, at - start))) return true;
  }
  return false;
}

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLetter(char c) { return IsUpper(c) || (c >= 'a' && c <= 'z') || c == '\'' || (c & 0x80) != 0; }

// Two words with capitals in a row ("Jane Sample", "SAMPLE, Jane", "J. Sample", "Mrs Sample") close to the
// hit, months and the like aside.
bool StandsBesideName(const Hit& hit) {
  const auto [begin, end] = hit.segment->text.ToOriginal(hit.begin, hit.end);
  const std::string_view text = hit.segment->text.original();
  const std::size_t from = begin > kNameReach ? begin - kNameReach : 0;
  const auto has_name = [](std::string_view part) {
    bool was_name = false;
    for (std::size_t at = 0; at < part.size();) {
      if (!IsLetter(part[at])) {
        was_name = was_name && std::string_view(" ,.\n\r\t-").find(part[at]) != std::string_view::npos;
        ++at;
        continue;
      }
      const std::size_t start = at;
      while (at < part.size() && IsLetter(part[at])) ++at;
      const std::string_view word = part.substr(start, at - start);
      constexpr std::string_view kNoNames[] = {"DOB",    "NHS",  "CT",  "MRI", "Pt",       "Patient",
                                               "The",    "No",   "MR",  "ID",  "Hospital", "Date",
                                               "Number", "Plan", "PET", "CHI"};
      const bool is_name =
          IsUpper(word[0]) && std::find(std::begin(kNoNames), std::end(kNoNames), word) == std::end(kNoNames);
      if (is_name && was_name) return true;
      was_name = is_name;
    }
    return false;
  };
  return has_name(text.substr(from, begin - from)) ||
         has_name(text.substr(end, std::min(kNameReach, text.size() - end)));
}

// "Mr Sample", not "MR scanner".
bool HoldsTitledName(const Hit& hit) {
  const std::string_view words = hit.Words();
  for (const std::string_view title : {"Mr", "Mrs", "Ms", "Miss", "Master"}) {
    for (auto at = words.find(title); at != std::string_view::npos; at = words.find(title, at + 1)) {
      std::size_t next = at + title.size();
      while (next < words.size() && !IsLetter(words[next])) ++next;
      if (next > at + title.size() && next < words.size() && IsUpper(words[next])) return true;
    }
  }
  return false;
}

using Check = std::function<bool(const Hit&)>;

// The checks that rule files may name.
const std::map<std::string, Check, std::less<>>& Checks() {
  static const std::map<std::string, Check, std::less<>> checks = {
      {"nhs-number", [](const Hit& hit) { return IsNhsNumber(NumberIn(hit.Words(), 0)); }},
      {"chi-number", [](const Hit& hit) { return IsChiNumber(NumberIn(hit.Words(), 0)); }},
      {"nino-last", [](const Hit& hit) { return IsNationalInsurance(NumberIn(hit.Words(), 9)); }},
      {"national-insurance", [](const Hit& hit) { return IsNationalInsurance(hit.Words()); }},
      {"card-number", [](const Hit& hit) { return HoldsCardNumber(hit.Words()); }},
      {"iban", [](const Hit& hit) { return IsIban(hit.Words()); }},
      {"name-near", StandsBesideName},
      {"titled-name", HoldsTitledName},
      {"secret", [](const Hit& hit) { return LooksLikeSecret(hit.Words()); }},
      {"assigned-secret", [](const Hit& hit) { return AssignsSecret(hit.Words()); }},
      {"password", [](const Hit& hit) { return TellsPassword(hit.Words()); }},
      {"url-password", [](const Hit& hit) { return HoldsUrlPassword(hit.Words()); }},
      {"request-login", [](const Hit& hit) { return HoldsRequestLogin(hit.Words()); }},
  };
  return checks;
}

// An unknown check agrees to nothing, so that its rule fails its own examples.
bool Agrees(const Hit& hit) {
  if (hit.rule->check.empty()) return true;
  const auto found = Checks().find(hit.rule->check);
  return found != Checks().end() && found->second(hit);
}

struct Placed {
  Finding finding;
  const Segment* segment;
  std::size_t begin, end;  // of the original
};

Placed Place(const Hit& hit) {
  const auto place =
      hit.rule->raw ? std::make_pair(hit.begin, hit.end) : hit.segment->text.ToOriginal(hit.begin, hit.end);
  return {FindingFrom(hit), hit.segment, place.first, place.second};
}

// Of those that share characters the strongest stays, the longer one of equals.
std::vector<Finding> WithoutOverlaps(std::vector<Placed> placed) {
  std::stable_sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    if (a.finding.confidence != b.finding.confidence) return a.finding.confidence > b.finding.confidence;
    return a.end - a.begin > b.end - b.begin;
  });
  std::vector<const Placed*> kept;
  std::vector<Finding> findings;
  for (Placed& one : placed) {
    const bool is_covered = std::any_of(kept.begin(), kept.end(), [&](const Placed* other) {
      return other->segment == one.segment && one.begin < other->end && other->begin < one.end;
    });
    if (is_covered) continue;
    kept.push_back(&one);
    findings.push_back(one.finding);
  }
  return findings;
}

class ConfidentialityFilter : public Filter {
 public:
  std::string_view name() const override { return "confidentiality"; }

  std::vector<Finding> Inspect(const Inspection& inspection) const override {
    std::vector<Placed> placed;
    for (const Hit& hit : inspection.hits) {
      if (Agrees(hit)) placed.push_back(Place(hit));
    }
    return WithoutOverlaps(std::move(placed));
  }
};

}  // namespace

std::unique_ptr<Filter> MakeConfidentialityFilter() { return std::make_unique<ConfidentialityFilter>(); }

}  // namespace listwarden
