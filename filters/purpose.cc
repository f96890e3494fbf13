// Two of its rules need more than words: a short answer counts only when it is all that the post says, and a
// subject that the list's own purpose names is never off it.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "filters/filters.h"

namespace listwarden {
namespace {

constexpr std::string_view kAlone = "alone";  // the post says nothing besides
constexpr std::string_view kTopic = "topic";  // unless the list's purpose names it
constexpr std::size_t kLettersBesides = 28;   // a greeting and a name
constexpr std::size_t kLettersBelow = 120;    // below a subject that says it all
constexpr std::size_t kShortestTopicWord = 4;

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

std::size_t LettersOf(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), IsLetter));
}

bool IsAlone(const Hit& hit, const Message& message) {
  std::size_t letters = 0;
  for (const Segment& segment : message.segments) {
    if (segment.region == Region::kAuthorText) letters += LettersOf(segment.text.folded());
  }
  if (hit.segment->region == Region::kSubject) return letters <= kLettersBelow;
  const std::string_view words =
      std::string_view(hit.segment->text.folded()).substr(hit.begin, hit.end - hit.begin);
  return hit.segment->region == Region::kAuthorText && letters <= LettersOf(words) + kLettersBesides;
}

bool IsOfPurpose(const Hit& hit, const ListPolicy& list) {
  const TextView purpose(list.purpose + " " + list.audience);
  const std::string_view words =
      std::string_view(hit.segment->text.folded()).substr(hit.begin, hit.end - hit.begin);
  for (std::size_t at = 0; at < words.size();) {
    std::size_t end = at;
    while (end < words.size() && IsLetter(words[end])) ++end;
    if (end - at >= kShortestTopicWord &&
        purpose.folded().find(words.substr(at, end - at)) != std::string::npos)
      return true;
    at = std::max(end, at + 1);
  }
  return false;
}

class PurposeFilter : public Filter {
 public:
  std::string_view name() const override { return "purpose"; }

  std::vector<Finding> Inspect(const Inspection& inspection) const override {
    std::vector<Finding> findings;
    for (const Hit& hit : inspection.hits) {
      if (hit.rule->check == kAlone && !IsAlone(hit, inspection.message)) continue;
      if (hit.rule->check == kTopic && IsOfPurpose(hit, inspection.list)) continue;
      findings.push_back(FindingFrom(hit));
    }
    return findings;
  }
};

}  // namespace

std::unique_ptr<Filter> MakePurposeFilter() { return std::make_unique<PurposeFilter>(); }

}  // namespace listwarden
