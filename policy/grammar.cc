// SPDX-License-Identifier: Apache-2.0
#include "policy/grammar.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>
#include <vector>

#include "policy/grammar_words.h"
#include "policy/sentences.h"

namespace listwarden {
namespace {

constexpr std::size_t kWordsEachSide = 48;
constexpr std::size_t kQuotationReach = 600;

struct Token {
  std::string_view text;
  std::size_t begin = 0;
  std::uint32_t is = 0;
  bool is_word = false;
};

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Words keep inner hyphens and apostrophes, except that 're, 's, 'm, 'd, 'll and 've stand alone.
std::size_t WordEnd(std::string_view text, std::size_t at) {
  const auto is_clitic = [&](std::size_t from) {
    std::size_t to = from + 1;
    while (to < text.size() && IsLetter(text[to])) ++to;
    return IsOneOf(text.substr(from, to - from), {"'re", "'s", "'m", "'d", "'ll", "'ve"});
  };
  std::size_t end = at + 1;
  while (end < text.size()) {
    const char c = text[end];
    const bool is_inner = (c == '\'' || c == '-') && end + 1 < text.size() && IsLetter(text[end + 1]);
    if (c == '\'' && is_inner && is_clitic(end)) break;
    if (!IsLetter(c) && !IsDigit(c) && !is_inner) break;
    ++end;
  }
  return end;
}

std::vector<Token> Tokens(std::string_view text, std::size_t offset) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == ' ' || c == '\n') {
      ++at;
      continue;
    }
    const bool starts_clitic =
        c == '\'' && at > 0 && IsLetter(text[at - 1]) && at + 1 < text.size() && IsLetter(text[at + 1]);
    const bool is_word = IsLetter(c) || IsDigit(c) || starts_clitic;
    const std::size_t end = is_word ? WordEnd(text, at) : at + 1;
    Token token{text.substr(at, end - at), offset + at, 0, is_word};
    if (is_word) token.is = words::ClassOf(token.text);
    tokens.push_back(token);
    at = end;
  }
  return tokens;
}

// One sentence with the hit's tokens [first, last) in it.
class Sentence {
 public:
  Sentence(const TextView& view, std::size_t begin, std::size_t end);
  Reading Read() const;

 private:
  using Index = std::size_t;
  static constexpr Index kNone = static_cast<Index>(-1);

  bool Is(Index i, std::uint32_t kind) const { return i < tokens_.size() && (tokens_[i].is & kind) != 0; }
  bool Says(Index i, std::initializer_list<std::string_view> words) const {
    return i < tokens_.size() && IsOneOf(tokens_[i].text, words);
  }
  bool IsStop(Index i) const { return !tokens_[i].is_word && !Says(i, {"'", "\"", "*", "_", "-"}); }
  bool IsCopula(Index i) const;
  bool IsCapitalised(Index i) const;
  Index ClauseStart() const;
  bool IsVocative() const;

  std::optional<Of> InHit() const;
  std::optional<Of> Addressed() const;
  std::optional<Of> Modified() const;
  std::optional<Of> OfCopula() const;
  std::optional<Of> Referring() const;
  std::optional<Of> Nearest() const;
  Of Subject(Index verb) const;
  Of Noun(Index head) const;
  Of Target() const;

  bool Negated() const;
  bool NegatorHolds(Index at) const;
  bool Quoted() const;
  bool Asked() const;
  bool IsOnesOwn(Index noun) const;
  bool Reported() const;
  bool Hypothetical() const;
  bool Condemned() const;
  bool Example() const;
  bool OnlyNames(Index called) const;
  bool SpeakerCounts(Index speech) const;
  std::optional<std::pair<std::size_t, std::size_t>> Quotation() const;

  const TextView& view_;
  std::size_t begin_, end_;
  std::vector<Token> tokens_;
  Index first_ = 0, last_ = 0;
  Of of_ = Of::kNobody;
};

Sentence::Sentence(const TextView& view, std::size_t begin, std::size_t end)
    : view_(view), begin_(begin), end_(end) {
  const std::string_view text = view.folded();
  const auto [from, to] = SentenceAround(text, begin, end);
  tokens_ = Tokens(text.substr(from, to - from), from);
  while (first_ < tokens_.size() && tokens_[first_].begin + tokens_[first_].text.size() <= begin) ++first_;
  last_ = first_;
  while (last_ < tokens_.size() && tokens_[last_].begin < end) ++last_;
  if (last_ + kWordsEachSide < tokens_.size()) tokens_.resize(last_ + kWordsEachSide);
  if (first_ > kWordsEachSide) {
    const Index cut = first_ - kWordsEachSide;
    tokens_.erase(tokens_.begin(), tokens_.begin() + static_cast<std::ptrdiff_t>(cut));
    first_ -= cut;
    last_ -= cut;
  }
  of_ = Target();
}

// "'s" is a verb after a pronoun or before what a predicate begins with.
bool Sentence::IsCopula(Index i) const {
  if (!Is(i, words::kCopula)) return false;
  if (tokens_[i].text != "'s") return true;
  return (i > 0 && Is(i - 1, words::kPronoun)) || i + 1 == first_ ||
         Is(i + 1, words::kArticle | words::kNegator | words::kModifier);
}

bool Sentence::IsCapitalised(Index i) const {
  if (!tokens_[i].is_word || tokens_[i].text.size() < 2) return false;
  const std::string_view as_written =
      view_.Quote(tokens_[i].begin, tokens_[i].begin + tokens_[i].text.size());
  const auto is_upper = [&](std::size_t at) { return as_written[at] >= 'A' && as_written[at] <= 'Z'; };
  return as_written.size() > 1 && is_upper(0) && !is_upper(1);
}

// A comma ends a clause, unless it closes a parenthesis of a few words: "you are, frankly, an idiot".
Sentence::Index Sentence::ClauseStart() const {
  Index i = first_;
  while (i > 0) {
    const Index before = i - 1;
    if (Says(before, {","})) {
      Index open = before;
      for (Index back = before; back > 0 && before - back < 5; --back) {
        if (Says(back - 1, {","})) open = back - 1;
      }
      if (open == before) return i;
      i = open;
      continue;
    }
    const bool is_nothing_but =
        Says(before, {"but"}) && before > 0 && Says(before - 1, {"nothing", "anything"});
    if (IsStop(before) || (Is(before, words::kBreak) && !is_nothing_but)) return i;
    if (Says(before, {"and", "or"}) && Is(i, words::kPronoun)) return i;
    --i;
  }
  return 0;
}

bool Sentence::IsVocative() const {
  const bool starts = first_ == 0 || Says(first_ - 1, {",", "\"", ":", "-"});
  const bool ends = last_ >= tokens_.size() || IsStop(last_);
  const bool has_verb = std::any_of(tokens_.begin() + static_cast<std::ptrdiff_t>(first_),
                                    tokens_.begin() + static_cast<std::ptrdiff_t>(last_),
                                    [](const Token& token) { return (token.is & words::kCopula) != 0; });
  return !has_verb && ((starts && ends) || Is(first_, words::kReader));
}

Of Sentence::Noun(Index head) const {
  const std::uint32_t is = tokens_[head].is;
  const bool is_titled = head > 0 && (Is(head - 1, words::kTitle) ||
                                      (Says(head - 1, {"."}) && head > 1 && Is(head - 2, words::kTitle)));
  if (is_titled) return Of::kPerson;
  if ((is & words::kReader) != 0) return Of::kReader;
  if ((is & words::kOneself) != 0 && (is & words::kPronoun) != 0) return Of::kOneself;
  if ((is & words::kPerson) != 0) return Of::kPerson;
  if ((is & words::kGroup) != 0) return Of::kGroup;
  if ((is & words::kOrganisation) != 0) return Of::kOrganisation;
  if ((is & words::kThing) != 0) return Of::kThing;
  if (IsCapitalised(head)) {
    if (head > 0 && IsCapitalised(head - 1) && (Is(head - 1, words::kName) || head > 1)) return Of::kPerson;
    return Of::kNobody;
  }
  // "those" and "these" alone are persons or things.
  if ((is & (words::kDefinite | words::kFunction | words::kCopula)) != 0) return Of::kNobody;
  return Of::kThing;
}

// Who or what stands before the verb: its head noun is left of "of", "in" and the like.
Of Sentence::Subject(Index verb) const {
  Index head = kNone;
  for (Index i = verb; i > 0 && verb - i < 10;) {
    --i;
    if (Says(i, {","})) {
      if (head != kNone) break;
      // "the chair, frankly, is": over the parenthesis.
      Index open = i;
      while (open > 0 && i - open < 5 && !Says(open - 1, {","})) --open;
      if (open == 0 || !Says(open - 1, {","})) break;
      i = open - 1;
      continue;
    }
    if (Is(i, words::kRelative)) return Of::kPerson;
    if (Is(i, words::kPreposition) && head != kNone) {
      head = kNone;
      continue;
    }
    if (IsStop(i) || Is(i, words::kBreak) || Says(i, {"that", "if", "and", "or"})) {
      if (head == kNone && Says(i, {"that"})) return Of::kThing;
      break;
    }
    if (head == kNone) {
      if (Says(i, {"days", "time"}) && i > 0 && Says(i - 1, {"these", "this"})) {
        --i;
        continue;
      }
      if (Is(i, words::kModifier | words::kNegator | words::kModal) &&
          !Is(i, words::kPronoun | words::kPerson | words::kGroup))
        continue;
      head = i;
      if (Is(i, words::kPronoun) && !Is(i, words::kThing)) break;
    } else if (Is(i, words::kPronoun | words::kCopula | words::kSpeech) && !Is(i, words::kThing)) {
      break;  // a verb or another subject: the noun phrase has ended
    }
  }
  return head == kNone ? Of::kNobody : Noun(head);
}

// The hit names whom it is about: "you are an idiot", "women are too weak".
std::optional<Of> Sentence::InHit() const {
  std::optional<Of> found;
  for (Index i = first_; i < last_; ++i) {
    if (Is(i, words::kReader)) return Of::kReader;
    if (found || i + 1 == last_) continue;
    if (Is(i, words::kTitle)) found = Of::kPerson;
    if (Is(i, words::kOneself) && Is(i, words::kPronoun) && i == first_ && IsCopula(i + 1))
      found = Of::kOneself;
    if (Is(i, words::kPerson)) found = Of::kPerson;
    if (Is(i, words::kGroup)) found = Of::kGroup;
  }
  return found;
}

// "you complete …", "…, read the manual"; "called her a …", "makes us look like …".
std::optional<Of> Sentence::Addressed() const {
  Index i = first_;
  while (i > 0 && first_ - i < 4 && Is(i - 1, words::kModifier | words::kAdjective)) --i;
  if (i > 0 && Is(i - 1, words::kReader) && Is(i - 1, words::kPronoun)) return Of::kReader;
  for (Index back = i; back > 0 && i - back < 6; --back) {
    const Index at = back - 1;
    if (IsStop(at) || IsCopula(at)) break;
    if (!Is(at, words::kAddressing)) continue;
    for (Index whom = at + 1; whom < first_; ++whom) {
      if (Is(whom, words::kPronoun | words::kPerson | words::kGroup | words::kName | words::kTitle))
        return Is(whom, words::kTitle) ? Of::kPerson : Noun(whom);
    }
    if (at > 0 && IsCopula(at - 1)) return Subject(at - 1);
    return std::nullopt;
  }
  if (IsVocative() && !Is(first_, words::kAdjective)) return Of::kReader;
  return std::nullopt;
}

// "a stupid question": an adjective speaks of the noun that follows it.
std::optional<Of> Sentence::Modified() const {
  if (last_ == first_ || !Is(last_ - 1, words::kAdjective) || last_ >= tokens_.size()) return std::nullopt;
  Index next = last_;
  while (next < tokens_.size() && next - last_ < 2 && Is(next, words::kAdjective)) ++next;
  if (next >= tokens_.size() || !tokens_[next].is_word) return std::nullopt;
  if (Is(next, words::kFunction | words::kPreposition | words::kModifier | words::kCopula | words::kBreak))
    return std::nullopt;
  const Of of = Noun(next);
  if (of == Of::kPerson || of == Of::kGroup) {
    const std::optional<Of> subject = OfCopula();
    return subject ? subject : of;
  }
  return of == Of::kNobody ? std::nullopt : std::optional<Of>(of);
}

// "the chair is a …", "are you …": the subject of the nearest "is" in the clause.
std::optional<Of> Sentence::OfCopula() const {
  const Index start = ClauseStart();
  if (first_ < last_ && IsCopula(first_)) return Subject(first_);
  for (Index i = first_; i > start && first_ - i < 10; --i) {
    const Index at = i - 1;
    if (!IsCopula(at)) {
      if (Is(at, words::kPreposition) && !Says(at, {"of", "like"})) return std::nullopt;
      continue;
    }
    if (at + 1 < first_ && Is(at + 1, words::kPronoun) && !Is(at + 1, words::kThing)) return Noun(at + 1);
    if (at == start && at + 1 < first_) {
      for (Index j = at + 1; j < first_; ++j) {
        if (Is(j, words::kPerson | words::kGroup | words::kThing | words::kOrganisation)) return Noun(j);
      }
    }
    return Subject(at);
  }
  return std::nullopt;
}

// "the idiot who changed this", "these clowns": the word itself points at somebody.
std::optional<Of> Sentence::Referring() const {
  if (last_ == first_ || Is(last_ - 1, words::kAdjective)) return std::nullopt;
  Index i = first_;
  while (i > 0 && first_ - i < 3 && Is(i - 1, words::kAdjective)) --i;
  const bool points =
      (i > 0 && Is(i - 1, words::kDefinite | words::kArticle | words::kOneself | words::kModifier)) ||
      (i > 0 && Says(i - 1, {"which", "what", "whose"})) || Is(last_, words::kRelative);
  if (!points) return std::nullopt;
  if (i > 0 && Is(i - 1, words::kModifier) && Is(i - 1, words::kCopula)) return std::nullopt;
  if (Says(last_, {"of"}) && last_ + 2 < tokens_.size()) return Noun(last_ + 2);
  return tokens_[last_ - 1].text.ends_with("s") ? Of::kGroup : Of::kPerson;
}

std::optional<Of> Sentence::Nearest() const {
  const Index start = ClauseStart();
  for (Index i = first_; i > start; --i) {
    const Index at = i - 1;
    if (Is(at, words::kReader)) return Of::kReader;
    if (Is(at, words::kOneself) && Is(at, words::kPronoun)) return Of::kOneself;
    if (Is(at, words::kPerson)) return Of::kPerson;
    if (Is(at, words::kGroup)) return Of::kGroup;
    if (Is(at, words::kOrganisation)) return Of::kOrganisation;
    if (Is(at, words::kThing)) return Of::kThing;
  }
  return std::nullopt;
}

Of Sentence::Target() const {
  if (const auto of = InHit()) return *of;
  if (const auto of = Modified()) return *of;
  if (const auto of = Addressed()) return *of;
  if (const auto of = OfCopula()) return *of;
  if (const auto of = Referring()) return *of;
  if (const auto of = Nearest()) return *of;
  return Of::kNobody;
}

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

Reading Sentence::Read() const {
  Reading reading;
  reading.of = of_;
  const auto note = [&](bool is_so, Said manner) {
    if (is_so) reading.said |= static_cast<unsigned>(manner);
  };
  note(Negated(), Said::kNegated);
  note(Quoted(), Said::kQuoted);
  note(Asked(), Said::kAsked);
  note(Reported(), Said::kReported);
  note(Hypothetical(), Said::kHypothetical);
  note(Condemned(), Said::kCondemned);
  note(Example(), Said::kExample);
  return reading;
}

constexpr std::array<std::pair<std::string_view, Said>, 7> kSaid = {{{"negated", Said::kNegated},
                                                                     {"quoted", Said::kQuoted},
                                                                     {"asked", Said::kAsked},
                                                                     {"reported", Said::kReported},
                                                                     {"hypothetical", Said::kHypothetical},
                                                                     {"condemned", Said::kCondemned},
                                                                     {"example", Said::kExample}}};
constexpr std::array<std::pair<std::string_view, Of>, 7> kOf = {{{"reader", Of::kReader},
                                                                 {"person", Of::kPerson},
                                                                 {"group", Of::kGroup},
                                                                 {"thing", Of::kThing},
                                                                 {"organisation", Of::kOrganisation},
                                                                 {"oneself", Of::kOneself},
                                                                 {"nobody", Of::kNobody}}};

}  // namespace

Reading ReadHit(const TextView& text, std::size_t begin, std::size_t end) {
  return Sentence(text, begin, end).Read();
}

std::optional<Said> SaidByName(std::string_view name) {
  for (const auto& [known, manner] : kSaid) {
    if (known == name) return manner;
  }
  return std::nullopt;
}

std::optional<Of> OfByName(std::string_view name) {
  for (const auto& [known, of] : kOf) {
    if (known == name) return of;
  }
  return std::nullopt;
}

}  // namespace listwarden
