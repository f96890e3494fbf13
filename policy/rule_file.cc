// SPDX-License-Identifier: Apache-2.0
#include "policy/rule_file.h"

#include <re2/re2.h>

#include <map>
#include <optional>
#include <utility>

#include "base/error.h"
#include "policy/grammar.h"
#include "policy/pattern_words.h"
#include "policy/toml_file.h"

namespace listwarden {
namespace {

constexpr long long kNamesReach = 200;

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

void CheckPattern(TomlTable& table, std::string_view key, const std::string& pattern, bool is_raw,
                  Compiler* compiler) {
  const Pattern compiled = compiler->Compiled(pattern);
  if (!compiled->ok())
    table.Fail(key, "pattern '" + pattern + "': " + compiled->error() + "; expected RE2 syntax");
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
  unsigned of = 0;  // 0 = of anything
  unsigned not_of = 0;
  unsigned Of() const { return not_of == 0 ? of : (of == 0 ? kOfAnything : of) & ~not_of; }
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
  manner.unless_said = manner.not_of = 0;
  for (const std::string& name : table.Texts("unless-said")) {
    if (name.starts_with("of-")) {
      manner.not_of |= ReadOf(table, "unless-said", name.substr(3));
      continue;
    }
    const std::optional<Said> said = SaidByName(name);
    if (!said)
      table.Fail("unless-said", "\"" + name +
                                    "\" is unknown; expected negated, quoted, asked, reported, hypothetical, "
                                    "condemned, example or of-reader, of-oneself …");
    manner.unless_said |= static_cast<unsigned>(*said);
  }
  return manner;
}

Rule ReadRule(TomlTable& table, const std::string& clause, const Sets& sets, const Registers& registers,
              Manner of_file, Compiler* compiler) {
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
  rule.across_sentences = table.Flag("across-sentences");
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
  for (const std::string& one : rule.unless_post) CheckPattern(table, "unless-post", one, rule.raw, compiler);
  for (const std::string& one : table.Texts("requires-post"))
    rule.requires_post.push_back(WithSets(one, sets));
  for (const std::string& one : rule.requires_post)
    CheckPattern(table, "requires-post", one, rule.raw, compiler);
  rule.optional = table.Flag("optional");
  for (const std::string& one : rule.unless) CheckPattern(table, "unless", one, rule.raw, compiler);
  for (const std::string& one : rule.requires_) CheckPattern(table, "requires", one, rule.raw, compiler);
  if (!rule.pattern.empty()) CheckPattern(table, "pattern", rule.pattern, rule.raw, compiler);
  if (rule.quoted_lower) rule.where.push_back(Region::kQuoted);
  if (rule.raw && (table.Has("unless-said") || table.Has("of")))
    table.Fail("raw",
               "rule " + rule.id + ": the grammar reads folded text; expected no unless-said or of with raw");
  const Manner manner = ReadManner(table, rule.raw ? Manner{} : of_file);
  rule.unless_said = manner.unless_said;
  rule.of = manner.Of();
  table.Finish();
  return rule;
}

// [[second-vote]]: what the statistical model says is shown as a finding of a rule of its own.
std::unique_ptr<const SecondVote> ReadSecondVote(TomlTable table, const std::filesystem::path& folder,
                                                 const std::string& clause, const Manner& manner,
                                                 const Sets& sets, Models* models, Compiler* compiler) {
  Rule rule;
  rule.id = table.Text("id");
  rule.filter = rule.id.substr(0, rule.id.find('/'));
  rule.clause = clause;
  rule.confidence = Confidence::kLow;
  rule.reason = table.Text("reason");
  rule.advice = table.Text("advice");
  rule.check = table.Text("check", "");
  rule.unless_said = manner.unless_said;
  rule.of = manner.Of();
  const std::filesystem::path file = folder / table.Text("model");
  const std::string name = table.Text("output", rule.filter);
  std::vector<Pattern> unless_post;
  for (const std::string& one : table.Texts("unless-post")) {
    const std::string pattern = WithSets(one, sets);
    CheckPattern(table, "unless-post", pattern, false, compiler);
    unless_post.push_back(compiler->Compiled(pattern));
  }
  table.Finish();
  std::shared_ptr<const SentenceModel>& model = (*models)[file];
  try {
    if (!model) model = std::make_shared<const SentenceModel>(SentenceModel::Load(file));
  } catch (const RuleError& e) {
    table.Fail("model", e.what());
  }
  const auto output = model->FindOutput(name);
  if (!output) table.Fail("model", "model " + file.string() + " has no output " + name);
  return std::make_unique<const SecondVote>(
      SecondVote{std::move(rule), file, model, *output, std::move(unless_post)});
}

// [slips]: the sets whose words are looked for with a slip in them, and the words that are none.
void ReadSlips(TomlTable table, const Sets& sets, RuleFile* read) {
  for (const std::string& name : table.Texts("of")) {
    const auto set = sets.find(name);
    if (set == sets.end()) table.Fail("of", "there is no set " + name + "; expected names of [sets]");
    AppendPatternWords(set->second, &read->slip_words);
  }
  read->ordinary_words = table.Texts("ordinary");
  table.Finish();
}

}  // namespace

RuleFile ReadRuleFile(const std::filesystem::path& file, const Registers& registers, Models* models,
                      Compiler* compiler) {
  RuleFile read;
  TomlTable table = ReadToml(file);
  TomlTable filter = table.Table("filter");
  const std::string clause = filter.Text("clause", "");
  read.about = filter.Text("about", "");
  filter.Text("cannot-see", "");
  const Manner manner = ReadManner(filter, {});
  filter.Finish();
  const Sets sets = ReadSets(table);
  ReadSlips(table.Table("slips"), sets, &read);
  read.off = table.Texts("off");
  for (TomlTable& one : table.Tables("rule")) {
    std::string of_rule = one.Text("clause", clause);
    if (of_rule.empty()) one.Fail("clause", "no clause; expected clause = \"…\" here or in [filter]");
    read.rules.push_back(ReadRule(one, of_rule, sets, registers, manner, compiler));
    read.rules.back().line = one.Line("id");
  }
  for (TomlTable& one : table.Tables("second-vote"))
    read.second_votes.push_back(
        ReadSecondVote(std::move(one), file.parent_path(), clause, manner, sets, models, compiler));
  table.Finish();
  return read;
}

}  // namespace listwarden
