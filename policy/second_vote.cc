// SPDX-License-Identifier: Apache-2.0
#include "policy/second_vote.h"

#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "policy/sentences.h"

namespace listwarden {
namespace {

constexpr std::size_t kJudgedSegment = 64 << 10, kJudgedMessage = 256 << 10;
constexpr std::size_t kLongestSentence = 800;
constexpr std::size_t kMostVotes = 10;
constexpr std::size_t kWordsNamed = 3;
constexpr std::ptrdiff_t kFewestBlanks = 4;

bool IsPosters(Region region) { return region == Region::kSubject || region == Region::kAuthorText; }

std::string_view TextOf(const Vote& vote) {
  return std::string_view(vote.segment->text.folded()).substr(vote.begin, vote.end - vote.begin);
}

// The model knows words only; the grammar knows how they are said.
bool IsSaid(const Vote& vote) {
  const auto words = vote.from->model->Weightiest(TextOf(vote), vote.from->output, 1);
  if (words.empty()) return false;
  const TextView& text = vote.segment->text;
  const auto begin = static_cast<std::size_t>(words.front().data() - text.folded().data());
  return IsSaidAsWanted(vote.from->rule, text, begin, begin + words.front().size());
}

// Tables, listings and a few words tell the model nothing.
bool IsProse(std::string_view words) {
  const auto is_of_prose = [](unsigned char c) {
    return std::isalpha(c) != 0 || c >= 0x80 || c == ' ' || c == '\'';
  };
  return std::count(words.begin(), words.end(), ' ') >= kFewestBlanks &&
         std::count(words.begin(), words.end(), '@') <= 1 &&
         std::count_if(words.begin(), words.end(), is_of_prose) * 10 >= std::ssize(words) * 7;
}

struct Sentence {
  const Segment* segment = nullptr;
  std::size_t begin = 0, end = 0;
  bool is_prose = false;
  SentenceModel::Sums sums;
};

std::vector<Sentence> SentencesOf(const Message& message) {
  std::vector<Sentence> sentences;
  std::size_t judged = 0;
  for (const Segment& segment : message.segments) {
    if (!IsPosters(segment.region) || judged >= kJudgedMessage) continue;
    const std::string_view text = std::string_view(segment.text.folded()).substr(0, kJudgedSegment);
    judged += text.size();
    for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end) {
      begin = std::min(text.find_first_not_of(' ', begin), text.size());
      end = SentenceEnd(text, begin, kLongestSentence);
      const std::string_view words = text.substr(begin, end - begin);
      sentences.push_back({&segment, begin, end, IsProse(words), {}});
    }
  }
  return sentences;
}

// Prose, and what stands before it.
void ReadWhatIsAsked(const SentenceModel& model, std::vector<Sentence>* sentences) {
  for (std::size_t i = 0; i < sentences->size(); ++i) {
    Sentence& one = (*sentences)[i];
    if (one.is_prose || (i + 1 < sentences->size() && (*sentences)[i + 1].is_prose))
      one.sums =
          model.Read(std::string_view(one.segment->text.folded()).substr(one.begin, one.end - one.begin));
  }
}

// The more sentences, the likelier that one of them looks like something by chance.
float AllowanceFor(std::size_t sentences) {
  constexpr float kPerDoubling = 0.4f;
  constexpr std::size_t kShortPost = 12;
  return sentences <= kShortPost ? 0 : kPerDoubling * std::log2(static_cast<float>(sentences) / kShortPost);
}

bool IsTakenBack(const SecondVote& second, const Message& message) {
  return std::any_of(message.segments.begin(), message.segments.end(), [&](const Segment& segment) {
    if (!IsPosters(segment.region) && segment.region != Region::kSignature) return false;
    return std::any_of(second.unless_post.begin(), second.unless_post.end(), [&](const auto& pattern) {
      return RE2::PartialMatch(segment.text.folded(), *pattern);
    });
  });
}

class Ballot {
 public:
  explicit Ballot(const SecondVote& from)
      : from_(from), threshold_(from.model->output(from.output).threshold) {}

  // `before` is the sentence in front of `now` in the segment, or nullptr; `allowance` is taken off the
  // score.
  void Judge(const Segment& segment, const Sentence* before, const Sentence& now, float allowance,
             std::vector<Vote>* votes) {
    if (cast_ >= kMostVotes) return;
    float score = from_.model->Score(now.sums, from_.output) - allowance;
    std::size_t begin = now.begin;
    if (before != nullptr && score < threshold_ && !(last_segment_ == &segment && last_end_ == before->end)) {
      const float both = from_.model->Score(before->sums + now.sums, from_.output) - allowance;
      if (both > score) {
        score = both;
        begin = before->begin;
      }
    }
    if (score < threshold_) return;
    const Vote vote{&from_, &segment, begin, now.end};
    if (!IsSaid(vote)) return;
    votes->push_back(vote);
    last_segment_ = &segment;
    last_end_ = now.end;
    ++cast_;
  }

 private:
  const SecondVote& from_;
  float threshold_;
  std::size_t cast_ = 0;
  const Segment* last_segment_ = nullptr;
  std::size_t last_end_ = 0;
};

}  // namespace

std::vector<Vote> VotesOn(const Message& message,
                          const std::vector<std::unique_ptr<const SecondVote>>& seconds) {
  std::vector<Vote> votes;
  std::map<const SentenceModel*, std::vector<Ballot>> by_model;
  for (const auto& one : seconds) {
    if (!IsTakenBack(*one, message)) by_model[one->model.get()].emplace_back(*one);
  }
  std::vector<Sentence> sentences = SentencesOf(message);
  for (auto& [model, ballots] : by_model) {
    ReadWhatIsAsked(*model, &sentences);
    const float allowance = AllowanceFor(sentences.size());
    for (std::size_t i = 0; i < sentences.size(); ++i) {
      const Sentence& now = sentences[i];
      if (!now.is_prose) continue;
      const bool has_before = i > 0 && sentences[i - 1].segment == now.segment;
      for (Ballot& ballot : ballots)
        ballot.Judge(*now.segment, has_before ? &sentences[i - 1] : nullptr, now, allowance, &votes);
    }
  }
  return votes;
}

bool Overlaps(const Vote& vote, const Hit& hit) {
  if (hit.segment != vote.segment) return false;
  auto place = std::make_pair(vote.begin, vote.end);
  if (hit.rule->raw) place = vote.segment->text.ToOriginal(place.first, place.second);
  return hit.begin < place.second && hit.end > place.first;
}

Hit HitFrom(const Vote& vote) {
  Hit hit{.rule = &vote.from->rule, .segment = vote.segment, .begin = vote.begin, .end = vote.end};
  hit.because = " Most weight:";
  for (const std::string_view word :
       vote.from->model->Weightiest(TextOf(vote), vote.from->output, kWordsNamed))
    hit.because += " \"" + std::string(word) + "\"";
  hit.because += ".";
  return hit;
}

}  // namespace listwarden
