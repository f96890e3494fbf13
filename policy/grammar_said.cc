// How the words of a hit are said: denied, quoted, asked, reported, supposed, condemned, as an example.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "policy/grammar_sentence.h"
#include "policy/grammar_words.h"
#include "policy/sentences.h"

namespace listwarden::grammar {
namespace {

constexpr std::size_t kQuotationReach = 600;

}  // namespace

// Whether the negator's denial is real: "not only", "nothing but", "can't believe" affirm.
bool Sentence::NegatorHolds(Index at) const {
  const Index next = at + 1;
  if (Says(next, {"only", "just", "merely", "simply", "but", "least", "doubt", "wonder", "less",
                  "surprisingly", "unlike", "better", "longer", "surprised", "surprising", "sure", "to"}) &&
      !Says(next, {"longer"}) && !(Says(next, {"to"}) && !Says(next + 1, {"mention", "say", "forget"})))
    return false;
  for (Index i = next; i < first_; ++i) {
    if (Is(i, words::kFactive) || Says(i, {"except", "than", "short"})) return false;
  }
  if (Says(next, {"believe", "imagine"}) && Says(at, {"can't", "cannot", "cant", "couldn't"})) return false;
  // "don't be an idiot" says that he is being one.
  if (Says(at, {"don't", "dont", "not"}) && Says(next, {"be"})) return false;
  // "can't you idiots read": a question turned round.
  if (tokens_[at].text.ends_with("n't") && Is(next, words::kReader) && next >= first_) return false;
  // "isn't it obvious that": a question that wants a yes.
  if (tokens_[at].text.ends_with("n't") && at == ClauseStart() && Asked()) return false;
  return true;
}

// A denial reaches what is predicated ("you are no fool"), not what is merely pointed at ("I won't work with
// these fools"); a hit that carries its own subject is denied by way of saying or thinking ("I never said you
// are a fool").
bool Sentence::Negated() const {
  if (IsVocative()) return false;
  const Index start = ClauseStart();
  Index i = first_;
  while (i > start && first_ - i < 3 && Is(i - 1, words::kAdjective)) --i;
  const bool is_definite = i > start && Is(i - 1, words::kDefinite) &&
                           !(i > start + 1 && (IsCopula(i - 2) || Is(i - 2, words::kNegator)));
  const bool has_subject =
      InHit().has_value() && Is(first_, words::kPronoun | words::kGroup | words::kPerson | words::kTitle);
  for (Index at = first_; at > start;) {
    --at;
    if (!Is(at, words::kNegator)) continue;
    if (!NegatorHolds(at)) return false;
    if (Is(at + 1, words::kOpinion | words::kAddressing) || Is(at, words::kSpeech)) return true;
    bool is_said = false;
    for (Index j = at + 1; j < first_; ++j) is_said = is_said || Is(j, words::kOpinion | words::kAddressing);
    if (is_said) return true;
    if (Says(at, {"not"}) && Says(at + 1, {"that", "because"})) return true;
    if (!is_definite && !has_subject) return true;
  }
  return Says(last_, {"he", "she", "they", "you", "it"}) && IsCopula(last_ + 1) &&
         Is(last_ + 2, words::kNegator);
}

// The range between the quotation marks around the hit.
std::optional<std::pair<std::size_t, std::size_t>> Sentence::Quotation() const {
  const std::string_view text = view_.folded();
  const std::size_t low = begin_ > kQuotationReach ? begin_ - kQuotationReach : 0;
  std::size_t paragraph = begin_;
  while (paragraph > low && text[paragraph - 1] != '\n') --paragraph;
  std::size_t stop = end_;
  while (stop < text.size() && stop - end_ < kQuotationReach && text[stop] != '\n') ++stop;
  const std::string_view before = text.substr(paragraph, begin_ - paragraph);
  const std::string_view after = text.substr(end_, stop - end_);
  if (std::count(before.begin(), before.end(), '"') % 2 == 1) {
    const auto close = after.find('"');
    if (close != std::string_view::npos) return std::make_pair(paragraph + before.rfind('"'), end_ + close);
  }
  // Single ones: one that opens before, one that closes after, nothing of the kind between.
  for (std::size_t i = before.size(); i > 0; --i) {
    if (before[i - 1] != '\'') continue;
    const bool opens =
        (i == 1 || before[i - 2] == ' ' || before[i - 2] == '(') && (i == before.size() || before[i] != ' ');
    if (!opens && i < before.size() && IsLetter(before[i])) continue;  // an apostrophe
    if (!opens) break;
    for (std::size_t j = 0; j < after.size(); ++j) {
      if (after[j] == '\'' && (j + 1 == after.size() || !IsLetter(after[j + 1])))
        return std::make_pair(paragraph + i - 1, end_ + j);
    }
    break;
  }
  return std::nullopt;
}

// Quoting in order to insult is no quotation: "as we say: …", "you are an "…"".
bool Sentence::Quoted() const {
  const auto quotation = Quotation();
  if (!quotation) return false;
  Index open = first_;
  while (open > 0 && tokens_[open - 1].begin >= quotation->first) --open;
  Index i = open;
  while (i > 0 && open - i < 4 && (Is(i - 1, words::kModifier | words::kArticle) || Says(i - 1, {",", ":"})))
    --i;
  if (i == 0) return true;
  const Index before = i - 1;
  if (Is(before, words::kReader)) return false;
  if (IsCopula(before)) return Subject(before) == Of::kThing;
  if (Is(before, words::kSpeech) && before > 0 && Is(before - 1, words::kOneself | words::kAnybody) &&
      !Is(before, words::kPast))
    return false;
  for (Index at = open; at > 0 && open - at < 7; --at) {
    const bool puts = Says(at, {"it", "plainly", "word", "words", "english", "say"}) &&
                      (Says(at - 1, {"put", "speaking", "a", "plain"}) || (at > 1 && Says(at - 2, {"as"})));
    if (puts) return false;
  }
  return true;
}

bool Sentence::Asked() const {
  for (Index i = last_; i < tokens_.size(); ++i) {
    if (Says(i, {"?"})) return true;
  }
  for (Index i = ClauseStart(); i < first_; ++i) {
    if (Is(i, words::kAsking) || (Says(i, {"know", "ask", "see"}) && Says(i + 1, {"if", "whether"})))
      return true;
  }
  return false;
}

// "A lad called Jamie", "some firm called Sample".
bool Sentence::OnlyNames(Index called) const {
  if (!Says(called, {"called"}) || Says(called + 1, {"me", "us", "you", "him", "her", "them"})) return false;
  for (Index i = called; i > 0 && called - i < 3; --i) {
    if (Says(i - 1, {"a", "an", "some"})) return i < called;
  }
  return false;
}

// Who reports: not the writer himself at this moment, nor "everybody" against the reader.
bool Sentence::SpeakerCounts(Index speech) const {
  if (speech > 0 && Says(speech - 1, {"as", "to"}) && !Is(speech, words::kPast)) return false;
  if (speech > 0 && Says(speech, {"tell"}) && Says(speech - 1, {"can", "could"})) return false;
  if (OnlyNames(speech)) return false;
  Index who = speech;
  while (who > 0 && speech - who < 4 &&
         (Is(who - 1, words::kModal | words::kModifier | words::kNegator | words::kCopula) ||
          Says(who - 1, {"have", "has", "had", "will", "'ll", "do", "did", "to", "can", "only"})))
    --who;
  if (who == 0) return !(speech == 0 && !tokens_[speech].text.ends_with("ing")) || Is(speech, words::kPast);
  const bool is_past = Is(speech, words::kPast);
  const Index subject = who - 1;
  if (Is(subject, words::kOneself) && Is(subject, words::kPronoun)) return is_past;
  if (subject > 0 && Says(subject - 1, {"as"})) return false;
  if (Is(subject, words::kAnybody) && of_ == Of::kReader) return false;
  return true;
}

// "my honest opinion", "our view", "I am of the opinion".
bool Sentence::IsOnesOwn(Index noun) const {
  for (Index i = noun; i > 0 && noun - i < 3; --i) {
    if (Is(i - 1, words::kOneself)) return !Is(i - 1, words::kPronoun);
  }
  return noun > 3 && Says(noun - 1, {"the"}) && Says(noun - 2, {"of"}) && Is(noun - 4, words::kOneself);
}

bool Sentence::Reported() const {
  const bool is_vocative = IsVocative();
  for (Index at = first_; at > 0;) {
    --at;
    if (Says(at, {";"}) || (is_vocative && Says(at, {","})) || Says(at, {"but"})) break;
    if (Is(at, words::kSpeech) && SpeakerCounts(at)) return true;
    if (Says(at, {"according", "being", "been"}) && Says(at + 1, {"to", "called", "told"})) return true;
    if (Says(at, {"claim", "view", "notion", "idea", "belief", "opinion", "attitude", "saying", "joke",
                  "jokes"}) &&
        Says(at + 1, {"that", "of", "about"}) && !IsOnesOwn(at))
      return true;
    if (Says(at, {"reportedly", "allegedly", "supposedly"}) ||
        (Says(at, {"accounts"}) && at > 0 && Says(at - 1, {"all"})))
      return true;
  }
  // "…, he said."
  for (Index i = last_; i + 2 < tokens_.size() && i < last_ + 12; ++i) {
    if (Says(i, {",", "\""}) && Is(i + 1, words::kPerson | words::kGroup | words::kTitle) &&
        (Is(i + 2, words::kPast) || Is(i + 3, words::kPast)))
      return true;
  }
  return false;
}

bool Sentence::Hypothetical() const {
  const Index start = ClauseStart();
  if (start > 0 && Is(start - 1, words::kCondition)) return true;
  for (Index i = start; i < first_; ++i) {
    if (Is(i, words::kCondition) || (Is(i, words::kModal) && first_ - i < 6)) return true;
  }
  return false;
}

// The words are mentioned (a saying, a quotation, a view) and the sentence turns against that.
bool Sentence::Condemned() const {
  bool is_mentioned = Quotation().has_value() || Example();
  for (Index i = 0; i < first_; ++i) {
    const bool speaks = Is(i, words::kSpeech | words::kAddressing) ||
                        Says(i, {"claim", "view", "notion", "idea", "belief", "attitude", "to", "those"});
    is_mentioned = is_mentioned || speaks;
  }
  if (!is_mentioned) return false;
  for (Index i = 0; i < tokens_.size(); ++i) {
    if (i >= first_ && i < last_) continue;
    if (Is(i, words::kCondemning)) return true;
    const bool forbids =
        Is(i, words::kNegator) && i < first_ &&
        (Says(i + 1, {"be", "to", "acceptable", "ok", "okay", "right", "on", "call", "say"}) ||
         Says(i, {"never", "nobody", "don't", "mustn't", "shouldn't"}));
    const Index verb = Says(i + 1, {"should", "may", "must", "ought", "can"}) ? i + 2 : i + 1;
    if (forbids && Is(verb, words::kSpeech | words::kAddressing)) return true;
    if (Is(i, words::kNegator) && Says(i + 1, {"acceptable", "ok", "okay", "right", "fair", "kind", "true"}))
      return true;
  }
  return false;
}

bool Sentence::Example() const {
  for (Index i = first_; i > 0 && first_ - i < 4; --i) {
    const Index at = i - 1;
    if (Is(at, words::kMention)) return true;
    if (Says(at, {"e.g", "eg", "example", "instance"})) return true;
    if (Says(at, {"like", "as"}) && at > 0 &&
        (Is(at - 1, words::kMention) || Says(at - 1, {"such", "comments", "things", "remarks"})))
      return true;
  }
  return false;
}

}  // namespace listwarden::grammar
