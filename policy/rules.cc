// SPDX-License-Identifier: Apache-2.0
#include "policy/rules.h"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "message/unmask.h"
#include "policy/grammar.h"
#include "policy/names.h"
#include "policy/pattern_words.h"
#include "policy/rule_file.h"
#include "policy/second_vote.h"
#include "policy/sentences.h"
#include "policy/surroundings.h"
#include "policy/word_index.h"

namespace listwarden {
namespace {

constexpr std::size_t kHitsPerRule = 20;
constexpr std::size_t kTriesPerRule = 10 * kHitsPerRule;
constexpr std::size_t kHitsPerMessage = 300;
constexpr std::size_t kQuoteCharacters = 120;
constexpr std::size_t kMentionsPerSegment = 2000;
constexpr int kShortestAtom = 3;

re2::StringPiece Piece(std::string_view text) { return {text.data(), text.size()}; }

RE2::Options Re2Options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(8 << 20);
  return options;
}

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool IsWholeWord(std::string_view text, std::size_t begin, std::size_t end) {
  const bool starts = begin == 0 || !IsWordByte(text[begin - 1]) || !IsWordByte(text[begin]);
  const bool ends = end == text.size() || !IsWordByte(text[end]) || !IsWordByte(text[end - 1]);
  return starts && ends;
}

struct Compiled {
  std::unique_ptr<RE2> pattern;
  std::vector<std::unique_ptr<RE2>> unless, requires_, unless_post, requires_post;
  std::size_t needed = 0;  // how many of its patterns must be possible: the pattern and what it requires
  bool is_whole = false;   // the pattern runs on the whole text, not by sentences
  unsigned regions = 0;    // bit per Region
};

std::string_view TextOf(const Rule& rule, const Segment& segment) {
  return rule.raw ? std::string_view(segment.text.original()) : std::string_view(segment.text.folded());
}

}  // namespace

struct RuleSet::Machine {
  std::vector<Rule> rules;
  std::vector<Compiled> compiled;
  std::map<std::string, std::string, std::less<>> about;
  re2::FilteredRE2 prefilter{kShortestAtom};
  std::size_t atom_count = 0;
  std::vector<std::size_t> pattern_rules;  // prefilter id -> rule; of the pattern and of what it requires
  std::unique_ptr<NameIndex> names;
  std::unique_ptr<Surroundings> surroundings;
  std::unique_ptr<WordIndex> index;
  Vocabulary vocabulary;
  struct Phrase {
    std::size_t rule;
    std::size_t length;
  };
  std::vector<Phrase> phrases;  // the first ids of the index; then names, then atoms
  std::string no_about;
  std::vector<std::unique_ptr<const SecondVote>> second_votes;

  void Compile();
  // What one pass over a segment's words shows.
  struct Words {
    std::vector<std::pair<std::uint32_t, std::size_t>> phrases;  // id, end
    std::vector<std::pair<std::size_t, int>> atoms;              // end, id
    std::vector<Mention> mentions;
  };
  Words FindWords(const Segment& segment) const;
  // What has been found of a message so far.
  struct Found {
    std::vector<std::size_t> counts;  // by rule
    std::vector<Hit> hits;
    std::vector<Mention> topics;  // named by the poster, once each
    const Message* message = nullptr;
    std::vector<signed char> taken_back;  // by rule, by the rest of the post: 1 yes, -1 no, 0 not looked at
  };
  bool Accepts(const Words& words, Found* found, Hit* hit, std::size_t rule) const;
  bool IsTakenBack(std::size_t rule, Found* found) const;
  void ScanSegment(const Segment& segment, Found* found) const;
  void ScanUnmasked(const Segment& segment, Found* found) const;
  void MatchPattern(std::size_t rule, const Segment& segment, std::size_t from, std::size_t to,
                    const Words& words, Found* found) const;
  std::vector<std::size_t> Candidates(const std::vector<int>& atoms) const;  // rules whose words stand there
  void MatchPatterns(const Segment& segment, const Words& words, Found* found) const;
};

void RuleSet::Machine::Compile() {
  std::vector<std::string> words, plain_words;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = rules[i];
    if (!rule.raw) AppendPatternWords(rule.pattern, &plain_words);
    Compiled one;
    for (const Region region : rule.where) one.regions |= 1u << static_cast<unsigned>(region);
    for (const std::string& text : rule.unless)
      one.unless.push_back(std::make_unique<RE2>(text, Re2Options()));
    for (const std::string& text : rule.requires_)
      one.requires_.push_back(std::make_unique<RE2>(text, Re2Options()));
    for (const std::string& text : rule.unless_post)
      one.unless_post.push_back(std::make_unique<RE2>(text, Re2Options()));
    for (const std::string& text : rule.requires_post)
      one.requires_post.push_back(std::make_unique<RE2>(text, Re2Options()));
    for (const std::string& phrase : rule.words) {
      words.push_back(TextView(phrase).folded());
      phrases.push_back({i, words.back().size()});
      AppendPatternWords(words.back(), &plain_words);
    }
    if (!rule.pattern.empty()) {
      one.pattern = std::make_unique<RE2>(rule.pattern, Re2Options());
      std::vector<std::string> needed = {rule.pattern};
      if (!rule.raw) needed.insert(needed.end(), rule.requires_.begin(), rule.requires_.end());
      for (const std::string& one_needed : needed) {
        int id = 0;
        prefilter.Add(one_needed, Re2Options(), &id);
        pattern_rules.push_back(i);
      }
      one.needed = needed.size();
    }
    compiled.push_back(std::move(one));
  }
  words.insert(words.end(), names->words().begin(), names->words().end());
  vocabulary = Vocabulary(plain_words);
  std::vector<std::string> atoms;
  if (!pattern_rules.empty()) prefilter.Compile(&atoms);
  for (std::size_t i = 0; i < rules.size(); ++i)
    compiled[i].is_whole = rules[i].raw || rules[i].across_sentences;
  for (const std::size_t rule : Candidates({})) compiled[rule].is_whole = true;
  atom_count = atoms.size();
  words.insert(words.end(), atoms.begin(), atoms.end());
  index = std::make_unique<WordIndex>(words);
}

namespace {

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

}  // namespace

RuleSet::Machine::Words RuleSet::Machine::FindWords(const Segment& segment) const {
  const std::string_view folded = segment.text.folded();
  const unsigned region = 1u << static_cast<unsigned>(segment.region);
  const std::size_t first_atom = phrases.size() + names->words().size();
  Words words;
  std::vector<std::size_t> tries(rules.size());
  index->Find(folded, [&](std::uint32_t id, std::size_t end) {
    if (id >= first_atom) {
      words.atoms.emplace_back(end, static_cast<int>(id - first_atom));
    } else if (id >= phrases.size()) {
      const std::size_t name = id - phrases.size();
      if (words.mentions.size() >= kMentionsPerSegment ||
          !IsWholeWord(folded, end - names->words()[name].size(), end))
        return;
      const auto mention = names->MentionAt(segment.text, name, end);
      if (mention) words.mentions.push_back(*mention);
    } else {
      const Phrase& phrase = phrases[id];
      if ((compiled[phrase.rule].regions & region) == 0 || tries[phrase.rule] >= kTriesPerRule ||
          !IsWholeWord(folded, end - phrase.length, end))
        return;
      words.phrases.emplace_back(id, end);
      ++tries[phrase.rule];
    }
  });
  return words;
}

bool RuleSet::Machine::IsTakenBack(std::size_t rule, Found* found) const {
  signed char& known = found->taken_back[rule];
  if (known != 0) return known > 0;
  const auto stands_in_post = [&](const std::unique_ptr<RE2>& pattern) {
    return std::any_of(
        found->message->segments.begin(), found->message->segments.end(), [&](const Segment& segment) {
          const bool is_own = segment.region == Region::kSubject || segment.region == Region::kAuthorText ||
                              segment.region == Region::kSignature;
          return is_own && RE2::PartialMatch(Piece(TextOf(rules[rule], segment)), *pattern);
        });
  };
  const Compiled& one = compiled[rule];
  const bool is_taken_back = std::any_of(one.unless_post.begin(), one.unless_post.end(), stands_in_post) ||
                             !std::all_of(one.requires_post.begin(), one.requires_post.end(), stands_in_post);
  known = is_taken_back ? 1 : -1;
  return is_taken_back;
}

bool RuleSet::Machine::Accepts(const Words& words, Found* found, Hit* hit, std::size_t rule) const {
  const Compiled& one = compiled[rule];
  const Rule& its = rules[rule];
  if (IsTakenBack(rule, found)) return false;
  if (!one.unless.empty() || !one.requires_.empty() || !its.names.empty()) {
    const std::string_view text = TextOf(its, *hit->segment);
    const auto [from, to] = SentenceAround(text, hit->begin, hit->end);
    const re2::StringPiece sentence = Piece(text.substr(from, to - from));
    const auto stands_there = [&](const std::unique_ptr<RE2>& pattern) {
      return RE2::PartialMatch(sentence, *pattern);
    };
    if (!its.names.empty()) {
      hit->named = its.names_in_post ? NamedBetween(found->topics, its.names, 0, std::string_view::npos)
                                     : NamedNear(words.mentions, *hit, from, to);
      if (hit->named == nullptr) return false;
    }
    if (std::any_of(one.unless.begin(), one.unless.end(), stands_there) ||
        !std::all_of(one.requires_.begin(), one.requires_.end(), stands_there))
      return false;
  }
  return IsSaidAsWanted(its, hit->segment->text, hit->begin, hit->end);
}

void RuleSet::Machine::MatchPattern(std::size_t rule, const Segment& segment, std::size_t from,
                                    std::size_t to, const Words& words, Found* found) const {
  const std::vector<std::string>& names_wanted = rules[rule].names;
  if (!names_wanted.empty() && NamedBetween(rules[rule].names_in_post ? found->topics : words.mentions,
                                            names_wanted, 0, std::string_view::npos) == nullptr)
    return;
  const std::string_view text = TextOf(rules[rule], segment);
  std::size_t at = from;
  // Matches that `unless` takes back are bounded too.
  for (std::size_t tries = 0; at < to && found->counts[rule] < kHitsPerRule && tries < kTriesPerRule;
       ++tries) {
    re2::StringPiece match;
    if (!compiled[rule].pattern->Match(Piece(text), at, to, RE2::UNANCHORED, &match, 1)) return;
    const auto begin = static_cast<std::size_t>(match.data() - text.data());
    const std::size_t end = begin + match.size();
    Hit hit{&rules[rule], &segment, begin, end};
    if (!match.empty() && Accepts(words, found, &hit, rule)) {
      found->hits.push_back(hit);
      ++found->counts[rule];
    }
    at = std::max(end, begin + 1);
  }
}

void RuleSet::Machine::ScanSegment(const Segment& segment, Found* found) const {
  const Words words = FindWords(segment);
  if (segment.region == Region::kSubject || segment.region == Region::kAuthorText)
    AddTopics(words.mentions, &found->topics);
  for (const auto& [id, end] : words.phrases) {
    const Phrase& phrase = phrases[id];
    if (found->counts[phrase.rule] >= kHitsPerRule) continue;
    // A raw rule's hit is placed in the original.
    auto place = std::make_pair(end - phrase.length, end);
    if (rules[phrase.rule].raw) place = segment.text.ToOriginal(place.first, place.second);
    Hit hit{&rules[phrase.rule], &segment, place.first, place.second};
    if (!Accepts(words, found, &hit, phrase.rule)) continue;
    found->hits.push_back(hit);
    ++found->counts[phrase.rule];
  }
  if (!pattern_rules.empty()) MatchPatterns(segment, words, found);
}

std::vector<std::size_t> RuleSet::Machine::Candidates(const std::vector<int>& atoms) const {
  std::vector<int> ids;
  prefilter.AllPotentials(atoms, &ids);
  std::sort(ids.begin(), ids.end());
  // A rule's patterns have ids that follow one another.
  std::vector<std::size_t> found;
  for (std::size_t i = 0, same = 0; i < ids.size(); i += same) {
    const std::size_t rule = pattern_rules[static_cast<std::size_t>(ids[i])];
    for (same = 1; i + same < ids.size() && pattern_rules[static_cast<std::size_t>(ids[i + same])] == rule;)
      ++same;
    if (same == compiled[rule].needed) found.push_back(rule);
  }
  return found;
}

// A pattern runs in the sentences where its words stand. One without words of its own, or a raw one, whose
// places are those of the original, runs once on the whole.
void RuleSet::Machine::MatchPatterns(const Segment& segment, const Words& words, Found* found) const {
  const std::string_view folded = segment.text.folded();
  const unsigned region = 1u << static_cast<unsigned>(segment.region);
  std::vector<int> atoms;
  std::vector<std::size_t> last(atom_count);  // where an atom was added last
  for (const auto& [end, atom] : words.atoms) {
    if (std::exchange(last[static_cast<std::size_t>(atom)], end) == 0) atoms.push_back(atom);
  }
  std::fill(last.begin(), last.end(), 0);
  for (const std::size_t rule : Candidates(atoms)) {
    if ((compiled[rule].regions & region) != 0 && compiled[rule].is_whole)
      MatchPattern(rule, segment, 0, TextOf(rules[rule], segment).size(), words, found);
  }
  auto next = words.atoms.begin();
  for (std::size_t from = 0, to = 0; next != words.atoms.end(); from = to) {
    to = SentenceEnd(folded, from);
    atoms.clear();
    for (; next != words.atoms.end() && next->first <= to; ++next) {
      if (std::exchange(last[static_cast<std::size_t>(next->second)], to) != to)
        atoms.push_back(next->second);
    }
    if (atoms.empty()) continue;
    for (const std::size_t rule : Candidates(atoms)) {
      if ((compiled[rule].regions & region) != 0 && !compiled[rule].is_whole)
        MatchPattern(rule, segment, from, to, words, found);
    }
  }
}

// The same rules on the text with masks undone; hits are placed where the masked words stand.
void RuleSet::Machine::ScanUnmasked(const Segment& segment, Found* found) const {
  const UnmaskedText unmasked(segment.text.folded(), vocabulary);
  if (unmasked.text().empty()) return;
  const Segment reading{segment.region, segment.part, TextView(unmasked.text())};
  Found undone = *found;
  undone.hits.clear();
  ScanSegment(reading, &undone);
  for (Hit& hit : undone.hits) {
    const auto [from, to] = reading.text.ToOriginal(hit.begin, hit.end);
    if (hit.rule->raw || !unmasked.TakesInAMask(from, to)) continue;
    std::tie(hit.begin, hit.end) = unmasked.ToFolded(from, to);
    hit.segment = &segment;
    hit.is_masked = true;
    found->hits.push_back(hit);
  }
}

RuleSet::RuleSet(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}
RuleSet::~RuleSet() = default;

std::shared_ptr<const RuleSet> RuleSet::Load(const std::vector<std::filesystem::path>& files,
                                             std::shared_ptr<const Registers> registers) {
  auto machine = std::make_unique<Machine>();
  machine->names = std::make_unique<NameIndex>(registers);
  std::set<std::string> ids, off;
  Models models;
  for (const std::filesystem::path& file : files) {
    RuleFile read = ReadRuleFile(file, *registers, &models);
    off.insert(read.off.begin(), read.off.end());
    for (Rule& rule : read.rules) {
      if (!ids.insert(rule.id).second)
        throw RuleError(file.string() + ":" + std::to_string(rule.line) + ": rule " + rule.id +
                        " is there already; ids are unique");
      if (!read.about.empty()) machine->about[rule.filter] = read.about;
      machine->rules.push_back(std::move(rule));
    }
    if (read.second_vote) {
      ids.insert(read.second_vote->rule.id);
      machine->second_votes.push_back(std::move(read.second_vote));
    }
  }
  for (const std::string& id : off) {
    if (ids.count(id) == 0)
      throw RuleError(files.back().string() + ":1: off names rule " + id + ", which does not exist");
  }
  for (const Rule& rule : machine->rules) {
    for (const std::string& id : rule.beside) {
      if (ids.count(id) == 0)
        throw RuleError(files.back().string() + ":1: rule " + rule.id + " is beside rule " + id +
                        ", which does not exist");
    }
  }
  std::erase_if(machine->rules, [&](const Rule& rule) { return off.count(rule.id) != 0; });
  std::erase_if(machine->second_votes, [&](const auto& vote) { return off.count(vote->rule.id) != 0; });
  machine->Compile();
  machine->surroundings = std::make_unique<Surroundings>(machine->rules);
  return std::shared_ptr<const RuleSet>(new RuleSet(std::move(machine)));
}

const std::vector<Rule>& RuleSet::rules() const { return machine_->rules; }

const std::string& RuleSet::about(std::string_view filter) const {
  const auto found = machine_->about.find(filter);
  return found == machine_->about.end() ? machine_->no_about : found->second;
}

std::vector<Vote> RuleSet::Votes(const Message& message) const {
  return VotesOn(message, machine_->second_votes);
}

const std::vector<std::unique_ptr<const SecondVote>>& RuleSet::second_votes() const {
  return machine_->second_votes;
}

std::vector<Hit> RuleSet::Scan(const Message& message) const {
  Machine::Found found;
  found.counts.resize(machine_->rules.size());
  found.taken_back.resize(machine_->rules.size());
  found.message = &message;
  std::vector<Hit>& hits = found.hits;
  for (const Segment& segment : message.segments) {
    const std::size_t first = hits.size();
    machine_->ScanSegment(segment, &found);
    for (auto hit = hits.begin() + static_cast<std::ptrdiff_t>(first); hit != hits.end(); ++hit) {
      hit->is_masked = segment.region == Region::kHidden ||
                       (!hit->rule->raw && segment.text.IsDisguised(hit->begin, hit->end));
    }
    machine_->ScanUnmasked(segment, &found);
    if (hits.size() > kHitsPerMessage) break;
  }
  machine_->surroundings->Sift(message, &hits);
  return std::move(found.hits);
}

void RuleSet::Warm() const {
  Message sample;
  for (const Rule& rule : machine_->rules) {
    for (const std::string& text : rule.hit)
      sample.segments.push_back({rule.where.front(), "1", TextView(text)});
  }
  Scan(sample);
}

bool IsSaidAsWanted(const Rule& rule, const TextView& text, std::size_t begin, std::size_t end) {
  if (rule.unless_said == 0 && rule.of == 0) return true;
  const Reading reading = ReadHit(text, begin, end);
  const bool is_of = rule.of == 0 || (rule.of & static_cast<unsigned>(reading.of)) != 0;
  return is_of && (reading.said & rule.unless_said) == 0;
}

std::string_view Hit::Words() const {
  if (rule->raw) return std::string_view(segment->text.original()).substr(begin, end - begin);
  return segment->text.Quote(begin, end);
}

std::string_view Hit::Sentence() const {
  const std::string_view text = TextOf(*rule, *segment);
  const auto [from, to] = SentenceAround(text, begin, end);
  return text.substr(from, to - from);
}

Finding FindingFrom(const Hit& hit) {
  const Rule& rule = *hit.rule;
  Finding finding;
  finding.rule = rule.id;
  finding.clause = rule.clause;
  finding.confidence = rule.confidence;
  if (hit.segment->region == Region::kQuoted && rule.quoted_lower && finding.confidence != Confidence::kLow) {
    finding.confidence = static_cast<Confidence>(static_cast<int>(finding.confidence) - 1);
  }
  if (hit.is_confirmed && finding.confidence == Confidence::kLow) finding.confidence = Confidence::kMedium;
  if (hit.is_masked && finding.confidence != Confidence::kHigh)
    finding.confidence = static_cast<Confidence>(static_cast<int>(finding.confidence) + 1);
  finding.region = hit.segment->region;
  finding.part = hit.segment->part;
  std::string quote;
  std::size_t characters = 0;
  for (const char c : hit.Words()) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80 && ++characters > kQuoteCharacters) break;
    quote += c == '\n' ? ' ' : c;
  }
  finding.is_secret = rule.is_secret;
  finding.quote = rule.is_secret ? MaskSecret(quote) : quote;
  finding.reason = rule.reason;
  finding.advice = rule.advice;
  return finding;
}

}  // namespace listwarden
