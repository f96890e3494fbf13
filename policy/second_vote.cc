// SPDX-License-Identifier: Apache-2.0
#include "policy/second_vote.h"

#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

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
  for (const std::string_view code : {"$(", "==", "----", "&&"}) {
    if (words.find(code) != std::string_view::npos) return false;
  }
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
      begin = text.find_first_not_of(' ', begin);
      if (begin == std::string_view::npos) break;
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

// The more sentences, the likelier that one of them looks like something by chance. The model's thresholds
// were set with the same.
float AllowanceFor(std::size_t sentences) {
  constexpr float kPerDoubling = 1.2f;
  constexpr std::size_t kShortPost = 6;
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

// What one filter asks of a message's windows: a sentence, or two that stand together. One that reaches the
// threshold is a vote; where none does but all together do, the best of them is.
class Ballot {
 public:
  Ballot(const SecondVote& from, float allowance)
      : from_(&from), threshold_(from.model->output(from.output).threshold + allowance) {}

  // `before` is the sentence in front of `now` in the segment, or nullptr.
  void Judge(const Sentence* before, const Sentence& now) {
    const float alone = Weigh(now.sums);
    Candidate one{{from_, now.segment, now.begin, now.end}, alone};
    if (before != nullptr) {
      const float both = Weigh(before->sums + now.sums);
      if (alone < threshold_ && both > alone && !EndsAt(before))
        one = {{from_, now.segment, before->begin, now.end}, both};
    }
    if (one.score > best_.score) best_ = one;
    if (one.score >= threshold_ && found_.size() < kMostVotes) Take(one.vote);
  }

  std::vector<Vote> Count() {
    if (found_.empty() && together_ > 1) Take(best_.vote);
    return std::move(found_);
  }

 private:
  struct Candidate {
    Vote vote;
    float score;
  };

  float Weigh(const SentenceModel::Sums& sums) {
    constexpr float kTooLittle = 8;
    const float score = from_->model->Score(sums, from_->output);
    if (score > threshold_ - kTooLittle) together_ += std::exp(score - threshold_);
    return score;
  }
  bool EndsAt(const Sentence* before) const {
    return !found_.empty() && found_.back().segment == before->segment && found_.back().end == before->end;
  }
  void Take(const Vote& vote) {
    if (IsSaid(vote)) found_.push_back(vote);
  }

  const SecondVote* from_;
  float threshold_;
  float together_ = 0;  // sum of exp(score - threshold)
  Candidate best_{{}, -std::numeric_limits<float>::infinity()};
  std::vector<Vote> found_;
};

}  // namespace

std::vector<Vote> VotesOn(const Message& message,
                          const std::vector<std::unique_ptr<const SecondVote>>& seconds) {
  std::vector<Sentence> sentences = SentencesOf(message);
  const float allowance = AllowanceFor(sentences.size());
  std::map<const SentenceModel*, std::vector<Ballot>> by_model;
  for (const auto& one : seconds) {
    if (!IsTakenBack(*one, message)) by_model[one->model.get()].emplace_back(*one, allowance);
  }
  std::vector<Vote> votes;
  for (auto& [model, ballots] : by_model) {
    ReadWhatIsAsked(*model, &sentences);
    for (std::size_t i = 0; i < sentences.size(); ++i) {
      if (!sentences[i].is_prose) continue;
      const bool has_before = i > 0 && sentences[i - 1].segment == sentences[i].segment;
      for (Ballot& ballot : ballots) ballot.Judge(has_before ? &sentences[i - 1] : nullptr, sentences[i]);
    }
    for (Ballot& ballot : ballots) {
      const std::vector<Vote> found = ballot.Count();
      votes.insert(votes.end(), found.begin(), found.end());
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
