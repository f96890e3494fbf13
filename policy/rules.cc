// SPDX-License-Identifier: Apache-2.0
#include "policy/rules.h"

#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "policy/grammar.h"
#include "policy/rule_file.h"
#include "policy/rule_matcher.h"
#include "policy/second_vote.h"
#include "policy/sentences.h"

namespace listwarden {
namespace {

constexpr std::size_t kQuoteCharacters = 120;

}  // namespace

struct RuleSet::Machine {
  std::vector<Rule> rules;
  std::map<std::string, std::string, std::less<>> about;
  std::string no_about;
  std::vector<std::unique_ptr<const SecondVote>> second_votes;
  std::unique_ptr<RuleMatcher> matcher;
};

RuleSet::RuleSet(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}
RuleSet::~RuleSet() = default;

std::shared_ptr<RuleSet> RuleSet::Load(const std::vector<std::filesystem::path>& files,
                                       std::shared_ptr<const Registers> registers) {
  auto machine = std::make_unique<Machine>();
  std::set<std::string> ids, off;
  Models models;
  Compiler compiler;
  std::vector<std::string> slip_words, ordinary_words;
  for (const std::filesystem::path& file : files) {
    RuleFile read = ReadRuleFile(file, *registers, &models, &compiler);
    off.insert(read.off.begin(), read.off.end());
    slip_words.insert(slip_words.end(), read.slip_words.begin(), read.slip_words.end());
    ordinary_words.insert(ordinary_words.end(), read.ordinary_words.begin(), read.ordinary_words.end());
    for (Rule& rule : read.rules) {
      if (!ids.insert(rule.id).second)
        throw RuleError(file.string() + ":" + std::to_string(rule.line) + ": rule " + rule.id +
                        " is there already; ids are unique");
      if (!read.about.empty()) machine->about[rule.filter] = read.about;
      machine->rules.push_back(std::move(rule));
    }
    for (auto& second_vote : read.second_votes) {
      ids.insert(second_vote->rule.id);
      machine->second_votes.push_back(std::move(second_vote));
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
  machine->matcher = std::make_unique<RuleMatcher>(machine->rules, std::move(registers),
                                                   Slips(slip_words, ordinary_words), &compiler);
  return std::shared_ptr<RuleSet>(new RuleSet(std::move(machine)));
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

std::vector<Hit> RuleSet::Scan(const Message& message) const { return machine_->matcher->Scan(message); }

void RuleSet::Renew() { machine_->matcher->Renew(); }

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
  const std::string_view text = rule->raw ? segment->text.original() : segment->text.folded();
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
  finding.reason = rule.reason + hit.because;
  finding.advice = rule.advice;
  return finding;
}

}  // namespace listwarden
