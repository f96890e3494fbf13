// Of whom the words of a hit are said: you, a person, a group, a thing, an organisation, oneself.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "policy/grammar_sentence.h"
#include "policy/grammar_words.h"

namespace listwarden::grammar {

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

}  // namespace listwarden::grammar
