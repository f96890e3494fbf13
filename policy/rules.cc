// SPDX-License-Identifier: Apache-2.0
#include "policy/rules.h"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/error.h"
#include "message/unmask.h"
#include "policy/grammar.h"
#include "policy/names.h"
#include "policy/pattern_words.h"
#include "policy/sentences.h"
#include "policy/surroundings.h"
#include "policy/toml_file.h"
#include "policy/word_index.h"

namespace listwarden {
namespace {

constexpr std::size_t kHitsPerRule = 20;
constexpr std::size_t kTriesPerRule = 10 * kHitsPerRule;
constexpr std::size_t kHitsPerMessage = 300;
constexpr std::size_t kQuoteCharacters = 120;
constexpr std::size_t kMentionsPerSegment = 2000;
constexpr long long kNamesReach = 200;
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

const std::map<std::string, std::vector<Region>, std::less<>>& RegionsByName() {
  static const std::map<std::string, std::vector<Region>, std::less<>> names = {
      {"subject", {Region::kSubject}},
      {"author-text", {Region::kAuthorText, Region::kHidden}},
      {"quoted", {Region::kQuoted}},
      {"signature", {Region::kSignature}},
      {"footer", {Region::kLegalFooter, Region::kListFooter}},
      {"attachment", {Region::kAttachment}},
      {"hidden", {Region::kHidden}}};
  return names;
}

Confidence ReadConfidence(TomlTable& table) {
  const std::string word = table.Text("confidence");
  for (const Confidence one : {Confidence::kLow, Confidence::kMedium, Confidence::kHigh}) {
    if (ConfidenceName(one) == word) return one;
  }
  table.Fail("confidence",
             "confidence \"" + word + "\" is unknown; expected \"low\", \"medium\" or \"high\"");
}

std::vector<Region> ReadRegions(TomlTable& table) {
  std::vector<std::string> names = table.Texts("where");
  if (names.empty()) names = {"subject", "author-text"};
  std::vector<Region> regions;
  for (const std::string& name : names) {
    const auto found = RegionsByName().find(name);
    if (found == RegionsByName().end()) {
      table.Fail("where", "region \"" + name +
                              "\" is unknown; expected subject, author-text, quoted, signature, footer, "
                              "attachment or hidden");
    }
    regions.insert(regions.end(), found->second.begin(), found->second.end());
  }
  return regions;
}

using Sets = std::map<std::string, std::string, std::less<>>;

// "{insult}" becomes "(?:idiot|fool)"; sets may use sets that stand before them.
std::string WithSets(const std::string& pattern, const Sets& sets) {
  std::string out;
  for (std::size_t at = 0; at < pattern.size();) {
    const auto open = pattern.find('{', at);
    const auto close = open == std::string::npos ? open : pattern.find('}', open);
    if (close == std::string::npos) {
      out += pattern.substr(at);
      break;
    }
    const auto found = sets.find(pattern.substr(open + 1, close - open - 1));
    if (found == sets.end() || (open > 0 && (pattern[open - 1] == 'p' || pattern[open - 1] == 'P'))) {
      out += pattern.substr(at, open + 1 - at);
      at = open + 1;
      continue;
    }
    out += pattern.substr(at, open - at) + found->second;
    at = close + 1;
  }
  return out;
}

Sets ReadSets(TomlTable file) {
  Sets sets;
  TomlTable table = file.Table("sets");
  std::vector<std::string> names = table.Keys();
  // A set may name another one whose name sorts before it.
  for (const std::string& name : names) {
    std::string joined;
    for (const std::string& one : table.Texts(name))
      joined += (joined.empty() ? "" : "|") + WithSets(one, sets);
    sets[name] = "(?:" + joined + ")";
  }
  return sets;
}

void CheckPattern(TomlTable& table, std::string_view key, const std::string& pattern, bool is_raw) {
  const RE2 compiled(pattern, Re2Options());
  if (!compiled.ok())
    table.Fail(key, "pattern '" + pattern + "': " + compiled.error() + "; expected RE2 syntax");
  if (is_raw) return;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool is_escape = i > 0 && pattern[i - 1] == '\\';
    if (pattern[i] >= 'A' && pattern[i] <= 'Z' && !is_escape && !(i > 1 && pattern[i - 2] == '\\')) {
      table.Fail(key,
                 "pattern '" + pattern +
                     "' has capital letters; write it in lower case, the text is folded (or set raw = true)");
    }
  }
}

std::vector<std::string> ReadNames(TomlTable& table, const Registers& registers) {
  std::vector<std::string> kinds = table.Texts("names");
  for (const std::string& kind : kinds) {
    if (!Registers::IsKind(kind))
      table.Fail("names", "names \"" + kind + "\" is unknown; expected one of " + Registers::Kinds());
    if (!registers.HasKind(kind))
      table.Fail("names",
                 "no register has [[" + kind + "]] entries; expected a file in registers/ with them");
  }
  return kinds;
}

std::optional<std::size_t> ReadReach(TomlTable& table, std::string_view key) {
  if (!table.Has(key)) return std::nullopt;
  const long long bytes = table.Number(key, 0);
  if (bytes < 0 || bytes > kNamesReach || table.Texts("names").empty())
    table.Fail(key, std::string(key) + " is a number of bytes from 0 to 200, beside names = [\"…\"]");
  return static_cast<std::size_t>(bytes);
}

constexpr unsigned kOfAnything = (static_cast<unsigned>(Of::kNobody) << 1) - 1;

// How its words must be said: the keys "unless-said" and "of", in [filter] for all rules of the file and in a
// rule for itself alone.
struct Manner {
  unsigned unless_said = 0;
  unsigned of = 0;
};

unsigned ReadOf(TomlTable& table, std::string_view key, const std::string& name) {
  const std::optional<Of> of = OfByName(name);
  if (!of)
    table.Fail(key, "\"" + name + "\" is unknown; expected " + (key == "of" ? "" : "of-") +
                        "reader, person, group, thing, organisation, oneself or nobody");
  return static_cast<unsigned>(*of);
}

Manner ReadManner(TomlTable& table, Manner otherwise) {
  Manner manner = otherwise;
  if (table.Has("of")) manner.of = 0;
  for (const std::string& name : table.Texts("of")) manner.of |= ReadOf(table, "of", name);
  if (!table.Has("unless-said")) return manner;
  manner.unless_said = 0;
  unsigned not_of = 0;
  for (const std::string& name : table.Texts("unless-said")) {
    if (name.starts_with("of-")) {
      not_of |= ReadOf(table, "unless-said", name.substr(3));
      continue;
    }
    const std::optional<Said> said = SaidByName(name);
    if (!said)
      table.Fail("unless-said", "\"" + name +
                                    "\" is unknown; expected negated, quoted, asked, reported, hypothetical, "
                                    "condemned, example or of-reader, of-oneself …");
    manner.unless_said |= static_cast<unsigned>(*said);
  }
  if (not_of != 0) manner.of = (manner.of == 0 ? kOfAnything : manner.of) & ~not_of;
  return manner;
}

Rule ReadRule(TomlTable& table, const std::string& clause, const Sets& sets, const Registers& registers,
              Manner of_file) {
  Rule rule;
  rule.id = table.Text("id");
  const auto slash = rule.id.find('/');
  if (slash == std::string::npos || slash == 0)
    table.Fail("id", "id \"" + rule.id + "\" has no filter; expected \"filter/name\"");
  rule.filter = rule.id.substr(0, slash);
  rule.clause = clause;
  rule.confidence = ReadConfidence(table);
  rule.where = ReadRegions(table);
  rule.words = table.Texts("words");
  rule.pattern = WithSets(table.Text("pattern", ""), sets);
  if (rule.words.empty() == rule.pattern.empty())
    table.Fail("pattern", "rule " + rule.id + ": expected either pattern or words");
  rule.raw = table.Flag("raw");
  rule.is_secret = table.Flag("secret");
  rule.quoted_lower = table.Flag("quoted-lower");
  rule.check = table.Text("check", "");
  rule.reason = table.Text("reason");
  rule.advice = table.Text("advice");
  rule.hit = table.Texts("hit");
  rule.miss = table.Texts("miss");
  if (rule.hit.empty() || rule.miss.empty())
    table.Fail("hit", "rule " + rule.id + " needs at least one hit and one miss");
  for (const std::string& one : table.Texts("unless")) rule.unless.push_back(WithSets(one, sets));
  for (const std::string& one : table.Texts("requires")) rule.requires_.push_back(WithSets(one, sets));
  rule.beside = table.Texts("beside");
  rule.names = ReadNames(table, registers);
  rule.names_before = ReadReach(table, "names-before");
  rule.names_after = ReadReach(table, "names-after");
  rule.names_in_post = table.Flag("names-in-post");
  for (const std::string& one : table.Texts("unless-post")) rule.unless_post.push_back(WithSets(one, sets));
  for (const std::string& one : rule.unless_post) CheckPattern(table, "unless-post", one, rule.raw);
  for (const std::string& one : table.Texts("requires-post"))
    rule.requires_post.push_back(WithSets(one, sets));
  for (const std::string& one : rule.requires_post) CheckPattern(table, "requires-post", one, rule.raw);
  rule.optional = table.Flag("optional");
  for (const std::string& one : rule.unless) CheckPattern(table, "unless", one, rule.raw);
  for (const std::string& one : rule.requires_) CheckPattern(table, "requires", one, rule.raw);
  if (!rule.pattern.empty()) CheckPattern(table, "pattern", rule.pattern, rule.raw);
  if (rule.quoted_lower) rule.where.push_back(Region::kQuoted);
  if (rule.raw && (table.Has("unless-said") || table.Has("of")))
    table.Fail("raw",
               "rule " + rule.id + ": the grammar reads folded text; expected no unless-said or of with raw");
  const Manner manner = ReadManner(table, rule.raw ? Manner{} : of_file);
  rule.unless_said = manner.unless_said;
  rule.of = manner.of;
  table.Finish();
  return rule;
}

struct Compiled {
  std::unique_ptr<RE2> pattern;
  std::vector<std::unique_ptr<RE2>> unless, requires_, unless_post, requires_post;
  unsigned regions = 0;  // bit per Region
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
  std::vector<std::size_t> pattern_rules;  // prefilter id -> rule
  std::unique_ptr<NameIndex> names;
  std::unique_ptr<Surroundings> surroundings;
  std::unique_ptr<WordIndex> index;
  Vocabulary vocabulary;
  std::size_t atom_count = 0;
  struct Phrase {
    std::size_t rule;
    std::size_t length;
  };
  std::vector<Phrase> phrases;  // the first ids of the index; then names, then atoms
  std::string no_about;

  void Compile();
  // What one pass over a segment's words shows.
  struct Words {
    std::vector<std::pair<std::uint32_t, std::size_t>> phrases;  // id, end
    std::vector<int> atoms;
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
  void MatchPattern(std::size_t rule, const Segment& segment, const Words& words, Found* found) const;
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
      int id = 0;
      prefilter.Add(rule.pattern, Re2Options(), &id);
      pattern_rules.push_back(i);
    }
    compiled.push_back(std::move(one));
  }
  words.insert(words.end(), names->words().begin(), names->words().end());
  vocabulary = Vocabulary(plain_words);
  std::vector<std::string> atoms;
  if (!pattern_rules.empty()) prefilter.Compile(&atoms);
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
  std::vector<char> is_seen(atom_count);
  std::vector<std::size_t> tries(rules.size());
  index->Find(folded, [&](std::uint32_t id, std::size_t end) {
    if (id >= first_atom) {
      const std::size_t atom = id - first_atom;
      if (!is_seen[atom]) words.atoms.push_back(static_cast<int>(atom));
      is_seen[atom] = 1;
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
  if (its.unless_said == 0 && its.of == 0) return true;
  const Reading reading = ReadHit(hit->segment->text, hit->begin, hit->end);
  const bool is_of = its.of == 0 || (its.of & static_cast<unsigned>(reading.of)) != 0;
  return is_of && (reading.said & its.unless_said) == 0;
}

void RuleSet::Machine::MatchPattern(std::size_t rule, const Segment& segment, const Words& words,
                                    Found* found) const {
  const std::string_view text = TextOf(rules[rule], segment);
  std::size_t at = 0;
  // Matches that `unless` takes back are bounded too.
  for (std::size_t tries = 0; at < text.size() && found->counts[rule] < kHitsPerRule && tries < kTriesPerRule;
       ++tries) {
    re2::StringPiece match;
    if (!compiled[rule].pattern->Match(Piece(text), at, text.size(), RE2::UNANCHORED, &match, 1)) return;
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
  const unsigned region = 1u << static_cast<unsigned>(segment.region);
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
  if (pattern_rules.empty()) return;
  std::vector<int> candidates;
  prefilter.AllPotentials(words.atoms, &candidates);
  std::sort(candidates.begin(), candidates.end());
  for (const int id : candidates) {
    const std::size_t rule = pattern_rules[static_cast<std::size_t>(id)];
    if ((compiled[rule].regions & region) != 0) MatchPattern(rule, segment, words, found);
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
  for (const std::filesystem::path& file : files) {
    TomlTable table = ReadToml(file);
    TomlTable filter = table.Table("filter");
    const std::string clause = filter.Text("clause", "");
    const std::string about = filter.Text("about", "");
    filter.Text("cannot-see", "");
    const Manner manner = ReadManner(filter, {});
    filter.Finish();
    const Sets sets = ReadSets(table);
    for (const std::string& id : table.Texts("off")) off.insert(id);
    for (TomlTable& one : table.Tables("rule")) {
      std::string of_rule = one.Text("clause", clause);
      if (of_rule.empty()) one.Fail("clause", "no clause; expected clause = \"…\" here or in [filter]");
      Rule rule = ReadRule(one, of_rule, sets, *registers, manner);
      if (!ids.insert(rule.id).second)
        one.Fail("id", "rule " + rule.id + " is there already; ids are unique");
      if (!about.empty()) machine->about[rule.filter] = about;
      machine->rules.push_back(std::move(rule));
    }
    table.Finish();
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
  machine->Compile();
  machine->surroundings = std::make_unique<Surroundings>(machine->rules);
  return std::shared_ptr<const RuleSet>(new RuleSet(std::move(machine)));
}

const std::vector<Rule>& RuleSet::rules() const { return machine_->rules; }

const std::string& RuleSet::about(std::string_view filter) const {
  const auto found = machine_->about.find(filter);
  return found == machine_->about.end() ? machine_->no_about : found->second;
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
