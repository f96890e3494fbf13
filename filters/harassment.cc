// Rules find the words; here it is decided whether they are said, and of whom: an insult that is reported,
// denied, quoted or said of oneself is none. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "filters/filters.h"

namespace listwarden {
namespace {

template <std::size_t N>
bool HasAny(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view one) { return text.find(one) != std::string_view::npos; });
}

constexpr std::array<std::string_view, 22> kReported = {
    "called me",       "called her",        "called him",      "called us",         "called them",
    "was called",      "were called",       "being called",    "been called",       "calling people",
    "calling someone", "told me i",         "told her",        "told him",          "told that",
    "is harassment",   "is abuse",          "unacceptable to", "not acceptable to", "complain",
    "racist remark",   "please do not call"};
constexpr std::array<std::string_view, 12> kOfOneself = {
    "i am a",      "i am an", "i'm a",    "i'm an",        "i am such", "i'm such",
    "i feel like", "i was a", "i was an", "makes me look", "me being",  "forgive my"};
constexpr std::array<std::string_view, 9> kDenied = {
    "you are not ",        "you're not ",          "not that you are", "nobody says you",  "not calling you",
    "don't think you are", "do not think you are", "doesn't make you", "does not make you"};

// Between quotation marks in the same sentence.
bool IsInQuotationMarks(std::string_view sentence, std::string_view words) {
  const auto at = sentence.find(words);
  if (at == std::string_view::npos) return false;
  const auto before = std::count(sentence.begin(), sentence.begin() + static_cast<std::ptrdiff_t>(at), '"');
  return before % 2 == 1 && sentence.find('"', at + words.size()) != std::string_view::npos;
}

class HarassmentFilter : public Filter {
 public:
  std::string_view name() const override { return "harassment"; }

  std::vector<Finding> Inspect(const Inspection& inspection) const override {
    std::vector<Finding> findings;
    for (const Hit& hit : inspection.hits) {
      const std::string_view sentence = hit.Sentence();
      const std::string_view words =
          std::string_view(hit.segment->text.folded()).substr(hit.begin, hit.end - hit.begin);
      if (HasAny(sentence, kReported) || HasAny(sentence, kOfOneself) || HasAny(sentence, kDenied) ||
          IsInQuotationMarks(sentence, words))
        continue;
      findings.push_back(FindingFrom(hit));
    }
    return findings;
  }
};

}  // namespace

std::unique_ptr<Filter> MakeHarassmentFilter() { return std::make_unique<HarassmentFilter>(); }

}  // namespace listwarden
