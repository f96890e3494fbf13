// SPDX-License-Identifier: Apache-2.0
#include "policy/rule_matcher.h"

#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "message/unmask.h"
#include "policy/candidates.h"
#include "policy/names.h"
#include "policy/pattern_words.h"
#include "policy/required_words.h"
#include "policy/sentences.h"
#include "policy/surroundings.h"
#include "policy/word_index.h"

namespace listwarden {
namespace {

constexpr std::size_t kHitsPerRule = 20;
constexpr std::size_t kTriesPerRule = 10 * kHitsPerRule;
constexpr std::size_t kHitsPerMessage = 300;
constexpr std::size_t kMentionsPerSegment = 2000;
constexpr std::size_t kLoneSlip = 6;  // a shorter word alone may be anything
// What one message may cost, in bytes that patterns read; each takes up to ten nanoseconds.
constexpr std::size_t kMostWork = 64 << 20;
constexpr std::size_t kWorkOfATry = 30;
constexpr std::size_t kWorkOfALook = 300;

re2::StringPiece Piece(std::string_view text) { return {text.data(), text.size()}; }

constexpr unsigned BitOf(Region region) { return 1u << static_cast<unsigned>(region); }

constexpr unsigned kOthersText =
    BitOf(Region::kQuoted) | BitOf(Region::kLegalFooter) | BitOf(Region::kListFooter);

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool IsWholeWord(std::string_view text, std::size_t begin, std::size_t end) {
  const bool starts = begin == 0 || !IsWordByte(text[begin - 1]) || !IsWordByte(text[begin]);
  const bool ends = end == text.size() || !IsWordByte(text[end]) || !IsWordByte(text[end - 1]);
  return starts && ends;
}

struct Patterns {
  Patterns(const Rule& rule, Compiler* compiler)
      : pattern(rule.pattern.empty() ? nullptr : compiler->Compiled(rule.pattern)),
        unless(compiler->Compiled(rule.unless)),
        requires_(compiler->Compiled(rule.requires_)),
        unless_post(compiler->Compiled(rule.unless_post)),
        requires_post(compiler->Compiled(rule.requires_post)) {
    for (const Region region : rule.where) regions |= BitOf(region);
  }
  Pattern pattern;
  std::vector<Pattern> unless, requires_, unless_post, requires_post;
  unsigned regions = 0;  // bit per Region
};

std::string_view TextOf(const Rule& rule, const Segment& segment) {
  return rule.raw ? std::string_view(segment.text.original()) : std::string_view(segment.text.folded());
}

// Clauses of the pattern and of what it requires in the same sentence. The original of a raw rule may have
// marks inside a word that the folded text has not; a long sentence is cut where a word may be.
std::vector<AnyOf> ClausesOf(const Rule& rule) {
  std::vector<AnyOf> clauses =
      RequiredWords(rule.pattern, rule.raw ? Boundaries::kIgnored : Boundaries::kCount);
  for (const std::string& required : rule.requires_) {
    const std::vector<AnyOf> more = RequiredWords(required, Boundaries::kIgnored);
    clauses.insert(clauses.end(), more.begin(), more.end());
  }
  return clauses;
}

// Of the sentence [from, to), or of the bytes around the hit that the rule allows.
const RegisterEntry* NamedNear(const std::vector<Mention>& mentions, const Hit& hit, std::size_t from,
                               std::size_t to) {
  const Rule& rule = *hit.rule;
  if (rule.names_before || rule.names_after) {
    const std::size_t before = rule.names_before.value_or(0), after = rule.names_after.value_or(0);
    from = std::max(from, hit.begin - std::min(hit.begin, before));
    to = std::min(to, hit.end + after);
  }
  return NamedBetween(mentions, rule.names, from, to);
}

void AddTopics(const std::vector<Mention>& mentions, std::vector<Mention>* topics) {
  for (const Mention& one : mentions) {
    const bool is_there = std::any_of(topics->begin(), topics->end(),
                                      [&](const Mention& other) { return other.entry == one.entry; });
    if (!is_there) topics->push_back(one);
  }
}

struct Phrase {
  std::size_t rule;
  std::string text;
};

// What the rules look for in some of the regions.
struct Wanted {
  Wanted(const std::vector<Rule>& rules, const std::vector<Patterns>& patterns, const NameIndex& names,
         unsigned regions);

  std::vector<Phrase> phrases;  // the first ids of the index; then names, then what candidates ask for
  std::size_t first_required = 0;
  std::vector<std::size_t> rule_of;  // by candidate
  std::unique_ptr<const Candidates> candidates;
  std::unique_ptr<const WordIndex> index;
  Vocabulary vocabulary;
};

Wanted::Wanted(const std::vector<Rule>& rules, const std::vector<Patterns>& patterns, const NameIndex& names,
               unsigned regions) {
  std::vector<std::string> words, plain_words;
  std::vector<std::vector<AnyOf>> clauses;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = rules[i];
    if ((patterns[i].regions & regions) == 0) continue;
    if (!rule.raw) AppendPatternWords(rule.pattern, &plain_words);
    for (const std::string& phrase : rule.words) {
      phrases.push_back({i, TextView(phrase).folded()});
      words.push_back(phrases.back().text);
      AppendPatternWords(words.back(), &plain_words);
    }
    if (rule.pattern.empty()) continue;
    clauses.push_back(ClausesOf(rule));
    rule_of.push_back(i);
  }
  words.insert(words.end(), names.words().begin(), names.words().end());
  first_required = words.size();
  candidates = std::make_unique<const Candidates>(clauses);
  words.insert(words.end(), candidates->words().begin(), candidates->words().end());
  index = std::make_unique<const WordIndex>(words);
  vocabulary = Vocabulary(plain_words);
}

std::vector<Patterns> CompiledPatterns(const std::vector<Rule>& rules, Compiler* compiler) {
  std::vector<Patterns> patterns;
  for (const Rule& rule : rules) patterns.emplace_back(rule, compiler);
  return patterns;
}

}  // namespace

struct RuleMatcher::Machine {
  Machine(const std::vector<Rule>& all, std::shared_ptr<const Registers> registers, Slips its_slips,
          Compiler* compiler)
      : rules(all),
        patterns(CompiledPatterns(all, compiler)),
        names(std::move(registers)),
        surroundings(all),
        slips(std::move(its_slips)),
        own(rules, patterns, names, ~kOthersText),
        others(rules, patterns, names, kOthersText) {}

  const std::vector<Rule>& rules;
  std::vector<Patterns> patterns;  // by rule
  NameIndex names;
  Surroundings surroundings;
  Slips slips;
  Wanted own, others;  // few rules look at what others wrote

  const Wanted& WantedIn(const Segment& segment) const {
    return (kOthersText & BitOf(segment.region)) == 0 ? own : others;
  }
  // What one pass over a segment's words shows.
  struct Words {
    std::vector<std::pair<std::size_t, std::size_t>> phrases;   // id, end
    std::vector<std::pair<std::size_t, std::size_t>> required;  // end, number among the candidates' words
    std::vector<Mention> mentions;
  };
  Words FindWords(const Segment& segment) const;
  // What has been found of a message so far.
  struct Found {
    void Spend(std::size_t bytes) {
      *work += bytes;
      if (*work > kMostWork) throw std::runtime_error("they would take too long");
    }

    std::size_t* work;                // all that was spent on the message
    std::vector<bool> due;            // by rule: it is looked for now
    std::vector<std::size_t> counts;  // by rule
    std::vector<Hit> hits;
    std::vector<Mention> topics;  // named by the poster, once each
    const Message* message = nullptr;
    std::vector<signed char> taken_back;  // by rule, by the rest of the post: 1 yes, -1 no, 0 not looked at
    std::map<std::pair<const RE2*, bool>, bool> in_post;  // by pattern, on the original or folded: it stands
  };
  bool Accepts(const Words& words, Found* found, Hit* hit, std::size_t rule) const;
  bool IsTakenBack(std::size_t rule, Found* found) const;
  void ScanSegment(const Segment& segment, Found* found) const;
  void ScanUnmasked(const Segment& segment, Found* found) const;
  void MatchPattern(std::size_t rule, const Segment& segment, std::size_t from, std::size_t to,
                    const Words& words, Found* found) const;
  void MatchPatterns(const Segment& segment, const Words& words, Found* found) const;
  std::vector<Hit> ScanFor(std::vector<bool> due, const Message& message, std::size_t* work) const;
};

RuleMatcher::Machine::Words RuleMatcher::Machine::FindWords(const Segment& segment) const {
  const std::string_view folded = segment.text.folded();
  const Wanted& wanted = WantedIn(segment);
  const std::size_t phrases = wanted.phrases.size();
  Words words;
  const auto stands_whole = [&](std::string_view word, std::size_t end) {
    return end >= word.size() && folded.substr(end - word.size(), word.size()) == word &&
           IsWholeWord(folded, end - word.size(), end);
  };
  std::vector<std::size_t> tries(phrases == 0 ? 0 : rules.size());
  for (const auto& [end, id] : wanted.index->Find(folded)) {
    if (id >= wanted.first_required) {
      words.required.emplace_back(end, id - wanted.first_required);
    } else if (id >= phrases) {
      const std::size_t name = id - phrases;
      if (words.mentions.size() >= kMentionsPerSegment || !stands_whole(names.words()[name], end)) continue;
      const auto mention = names.MentionAt(segment.text, name, end);
      if (mention) words.mentions.push_back(*mention);
    } else {
      const Phrase& phrase = wanted.phrases[id];
      if ((patterns[phrase.rule].regions & BitOf(segment.region)) == 0 ||
          tries[phrase.rule] >= kTriesPerRule || !stands_whole(phrase.text, end))
        continue;
      words.phrases.emplace_back(id, end);
      ++tries[phrase.rule];
    }
  }
  return words;
}

bool RuleMatcher::Machine::IsTakenBack(std::size_t rule, Found* found) const {
  signed char& known = found->taken_back[rule];
  if (known != 0) return known > 0;
  const auto stands_in_post = [&](const Pattern& pattern) {
    const auto [stands, is_new] = found->in_post.try_emplace({pattern.get(), rules[rule].raw});
    if (!is_new) return stands->second;
    stands->second = std::any_of(
        found->message->segments.begin(), found->message->segments.end(), [&](const Segment& segment) {
          const bool is_own = segment.region == Region::kSubject || segment.region == Region::kAuthorText ||
                              segment.region == Region::kSignature;
          if (!is_own) return false;
          const std::string_view text = TextOf(rules[rule], segment);
          found->Spend(text.size());
          return RE2::PartialMatch(Piece(text), *pattern);
        });
    return stands->second;
  };
  const Patterns& one = patterns[rule];
  const bool is_taken_back = std::any_of(one.unless_post.begin(), one.unless_post.end(), stands_in_post) ||
                             !std::all_of(one.requires_post.begin(), one.requires_post.end(), stands_in_post);
  known = is_taken_back ? 1 : -1;
  return is_taken_back;
}

bool RuleMatcher::Machine::Accepts(const Words& words, Found* found, Hit* hit, std::size_t rule) const {
  const Patterns& one = patterns[rule];
  const Rule& its = rules[rule];
  found->Spend(kWorkOfALook);
  if (!one.unless.empty() || !one.requires_.empty() || !its.names.empty()) {
    const std::string_view text = TextOf(its, *hit->segment);
    const auto [from, to] = SentenceAround(text, hit->begin, hit->end);
    const re2::StringPiece sentence = Piece(text.substr(from, to - from));
    const auto stands_there = [&](const Pattern& pattern) {
      found->Spend(kWorkOfATry + sentence.size());
      return RE2::PartialMatch(sentence, *pattern);
    };
    if (!its.names.empty()) {
      found->Spend(words.mentions.size());
      hit->named = its.names_in_post ? NamedBetween(found->topics, its.names, 0, std::string_view::npos)
                                     : NamedNear(words.mentions, *hit, from, to);
      if (hit->named == nullptr) return false;
    }
    if (std::any_of(one.unless.begin(), one.unless.end(), stands_there) ||
        !std::all_of(one.requires_.begin(), one.requires_.end(), stands_there))
      return false;
  }
  // The rest of the post is read last: it is the longest.
  return IsSaidAsWanted(its, hit->segment->text, hit->begin, hit->end) && !IsTakenBack(rule, found);
}

void RuleMatcher::Machine::MatchPattern(std::size_t rule, const Segment& segment, std::size_t from,
                                        std::size_t to, const Words& words, Found* found) const {
  const std::vector<std::string>& names_wanted = rules[rule].names;
  if (!names_wanted.empty()) found->Spend(words.mentions.size());
  if (!names_wanted.empty() && NamedBetween(rules[rule].names_in_post ? found->topics : words.mentions,
                                            names_wanted, 0, std::string_view::npos) == nullptr)
    return;
  const std::string_view text = TextOf(rules[rule], segment);
  std::size_t at = from;
  // Matches that `unless` takes back are bounded too.
  for (std::size_t tries = 0; at < to && found->counts[rule] < kHitsPerRule && tries < kTriesPerRule;
       ++tries) {
    re2::StringPiece match;
    const bool has_match = patterns[rule].pattern->Match(Piece(text), at, to, RE2::UNANCHORED, &match, 1);
    const auto begin = has_match ? static_cast<std::size_t>(match.data() - text.data()) : to;
    const std::size_t end = begin + match.size();
    found->Spend(kWorkOfATry + end - at);
    if (!has_match) return;
    Hit hit{&rules[rule], &segment, begin, end};
    if (!match.empty() && Accepts(words, found, &hit, rule)) {
      found->hits.push_back(hit);
      ++found->counts[rule];
    }
    at = std::max(end, begin + 1);
  }
}

void RuleMatcher::Machine::ScanSegment(const Segment& segment, Found* found) const {
  const Words words = FindWords(segment);
  if (segment.region == Region::kSubject || segment.part == kSubjectPart ||
      segment.region == Region::kAuthorText)
    AddTopics(words.mentions, &found->topics);
  for (const auto& [id, end] : words.phrases) {
    const Phrase& phrase = WantedIn(segment).phrases[id];
    if (!found->due[phrase.rule] || found->counts[phrase.rule] >= kHitsPerRule) continue;
    // A raw rule's hit is placed in the original.
    auto place = std::make_pair(end - phrase.text.size(), end);
    if (rules[phrase.rule].raw) place = segment.text.ToOriginal(place.first, place.second);
    Hit hit{&rules[phrase.rule], &segment, place.first, place.second};
    if (!Accepts(words, found, &hit, phrase.rule)) continue;
    found->hits.push_back(hit);
    ++found->counts[phrase.rule];
  }
  MatchPatterns(segment, words, found);
}

// A pattern runs in the sentences where its words stand; one that may cross sentences, once on the whole.
void RuleMatcher::Machine::MatchPatterns(const Segment& segment, const Words& words, Found* found) const {
  const Wanted& wanted = WantedIn(segment);
  Candidates::Tally tally(*wanted.candidates);
  const auto is_here = [&](std::size_t rule) {
    return (patterns[rule].regions & BitOf(segment.region)) != 0 && found->due[rule];
  };
  for (const auto& [end, word] : words.required) tally.Add(word);
  bool has_sentence_rule = false;
  for (const std::size_t candidate : tally.Take()) {
    const std::size_t rule = wanted.rule_of[candidate];
    if (!is_here(rule)) continue;
    has_sentence_rule |= !rules[rule].across_sentences;
    if (rules[rule].across_sentences)
      MatchPattern(rule, segment, 0, TextOf(rules[rule], segment).size(), words, found);
  }
  if (!has_sentence_rule) return;
  const std::string_view folded = segment.text.folded();
  auto next = words.required.begin();
  for (std::size_t from = 0, to = 0; from < folded.size(); from = to) {
    to = SentenceEnd(folded, from);
    for (; next != words.required.end() && next->first <= to; ++next) tally.Add(next->second);
    for (const std::size_t candidate : tally.Take()) {
      const std::size_t rule = wanted.rule_of[candidate];
      if (!is_here(rule) || rules[rule].across_sentences) continue;
      const auto [begin, end] =
          rules[rule].raw ? segment.text.ToOriginal(from, to) : std::make_pair(from, to);
      MatchPattern(rule, segment, begin, end, words, found);
    }
  }
}

// The same rules on the text with slips and masks undone; hits are placed where those words stand.
void RuleMatcher::Machine::ScanUnmasked(const Segment& segment, Found* found) const {
  const UnmaskedText unmasked(segment.text.folded(), WantedIn(segment).vocabulary, slips);
  if (unmasked.text().empty()) return;
  const Segment reading{segment.region, segment.part, TextView(unmasked.text())};
  Found undone = *found;
  undone.hits.clear();
  ScanSegment(reading, &undone);
  for (Hit& hit : undone.hits) {
    const auto [from, to] = reading.text.ToOriginal(hit.begin, hit.end);
    const UnmaskedText::Change change = unmasked.ChangeIn(from, to);
    if (hit.rule->raw || change == UnmaskedText::Change::kNone) continue;
    const std::string_view words =
        std::string_view(reading.text.folded()).substr(hit.begin, hit.end - hit.begin);
    if (change == UnmaskedText::Change::kSlip && words.size() < kLoneSlip && words.find(' ') == words.npos)
      continue;
    std::tie(hit.begin, hit.end) = unmasked.ToFolded(from, to);
    hit.segment = &segment;
    hit.is_masked = change == UnmaskedText::Change::kMask;
    found->hits.push_back(hit);
  }
}

RuleMatcher::RuleMatcher(const std::vector<Rule>& rules, std::shared_ptr<const Registers> registers,
                         Slips slips, Compiler* compiler)
    : machine_(std::make_unique<Machine>(rules, std::move(registers), std::move(slips), compiler)) {}
RuleMatcher::~RuleMatcher() = default;

void RuleMatcher::Renew() {
  machine_->patterns.clear();
  Compiler compiler;
  machine_->patterns = CompiledPatterns(machine_->rules, &compiler);
}

std::vector<Hit> RuleMatcher::Machine::ScanFor(std::vector<bool> due, const Message& message,
                                               std::size_t* work) const {
  Found found;
  found.work = work;
  found.due = std::move(due);
  found.counts.resize(rules.size());
  found.taken_back.resize(rules.size());
  found.message = &message;
  std::vector<Hit>& hits = found.hits;
  for (const Segment& segment : message.segments) {
    const std::size_t first = hits.size();
    ScanSegment(segment, &found);
    for (auto hit = hits.begin() + static_cast<std::ptrdiff_t>(first); hit != hits.end(); ++hit) {
      hit->is_masked = segment.region == Region::kHidden ||
                       (!hit->rule->raw && segment.text.IsDisguised(hit->begin, hit->end));
    }
    ScanUnmasked(segment, &found);
    if (hits.size() > kHitsPerMessage) break;
  }
  return std::move(found.hits);
}

std::vector<Hit> RuleMatcher::Scan(const Message& message) const {
  const Surroundings& surroundings = machine_->surroundings;
  std::size_t work = 0;
  std::vector<Hit> hits = machine_->ScanFor(surroundings.AtOnce(), message, &work);
  if (std::vector<bool> awaited = surroundings.Awaited(hits); !awaited.empty()) {
    const std::vector<Hit> more = machine_->ScanFor(std::move(awaited), message, &work);
    hits.insert(hits.end(), more.begin(), more.end());
  }
  surroundings.Sift(message, &hits);
  return hits;
}

}  // namespace listwarden
