// Rules find the words and the grammar tells of whom and how they are said. A statistical model has a second
// vote on each sentence: by itself it only tags; where it agrees with a rule, that finding weighs more.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "filters/filters.h"
#include "policy/grammar.h"
#include "policy/sentences.h"

namespace listwarden {
namespace {

constexpr std::size_t kJudgedText = 64 << 10;  // of each segment, by the model
constexpr std::size_t kMostVotes = 10;
constexpr std::size_t kWordsNamed = 3;
constexpr std::ptrdiff_t kFewestBlanks = 2;  // a sentence of one or two words tells the model nothing
constexpr unsigned kNoFinding = static_cast<unsigned>(Said::kNegated) | static_cast<unsigned>(Said::kQuoted) |
                                static_cast<unsigned>(Said::kReported) |
                                static_cast<unsigned>(Said::kCondemned) |
                                static_cast<unsigned>(Said::kExample);

bool IsPosters(Region region) { return region == Region::kSubject || region == Region::kAuthorText; }

// The model knows words only; the grammar knows how they are said.
bool IsSaid(const TextView& text, std::string_view word) {
  const auto begin = static_cast<std::size_t>(word.data() - text.folded().data());
  const Reading reading = ReadHit(text, begin, begin + word.size());
  return (reading.said & kNoFinding) == 0 && reading.of != Of::kOneself && reading.of != Of::kThing;
}

class HarassmentFilter : public Filter {
 public:
  std::string_view name() const override { return "harassment"; }

  std::vector<Finding> Inspect(const Inspection& inspection) const override {
    std::vector<Finding> findings;
    for (const Hit& hit : inspection.hits) findings.push_back(OfRule(hit, inspection.second_vote));
    if (inspection.second_vote == nullptr) return findings;
    for (const Segment& segment : inspection.message.segments) {
      if (IsPosters(segment.region)) Vote(*inspection.second_vote, segment, inspection.hits, &findings);
    }
    return findings;
  }

 private:
  static Finding OfRule(const Hit& hit, const SecondVote* vote) {
    Finding finding = FindingFrom(hit);
    if (vote != nullptr && finding.confidence == Confidence::kLow &&
        vote->model.Score(hit.Sentence()) >= vote->model.agrees())
      finding.confidence = Confidence::kMedium;
    return finding;
  }

  static void Vote(const SecondVote& vote, const Segment& segment, std::span<const Hit> hits,
                   std::vector<Finding>* findings) {
    const std::string_view text = std::string_view(segment.text.folded()).substr(0, kJudgedText);
    std::size_t votes = 0;
    for (std::size_t begin = 0, end = 0; begin < text.size() && votes < kMostVotes; begin = end) {
      end = SentenceEnd(text, begin);
      const std::string_view sentence = text.substr(begin, end - begin);
      if (std::count(sentence.begin(), sentence.end(), ' ') < kFewestBlanks ||
          vote.model.Score(sentence) < vote.model.tag_alone())
        continue;
      const bool has_hit = std::any_of(hits.begin(), hits.end(), [&](const Hit& hit) {
        return hit.segment == &segment && hit.begin < end && hit.end > begin;
      });
      const auto words = vote.model.Weightiest(sentence, kWordsNamed);
      if (has_hit || words.empty() || !IsSaid(segment.text, words.front())) continue;
      Finding finding = FindingFrom({&vote.rule, &segment, begin, end});
      finding.reason += " Most weight:";
      for (const std::string_view word : words) finding.reason += " \"" + std::string(word) + "\"";
      finding.reason += ".";
      findings->push_back(std::move(finding));
      ++votes;
    }
  }
};

}  // namespace

std::unique_ptr<Filter> MakeHarassmentFilter() { return std::make_unique<HarassmentFilter>(); }

}  // namespace listwarden
