// SPDX-License-Identifier: Apache-2.0
#include "policy/policy.h"

#include <sodium.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "base/error.h"
#include "base/local_time.h"
#include "message/authentication.h"
#include "message/header_fields.h"
#include "message/message_builder.h"
#include "policy/second_vote.h"
#include "policy/toml_file.h"
#include "policy/translation.h"

namespace listwarden {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFindingsPerFilter = 50;
constexpr std::string_view kClausesFile = "clauses.toml", kWelshFile = "cy.toml";

std::vector<fs::path> TomlFiles(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".toml") files.push_back(it->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::optional<Confidence> ReadThreshold(TomlTable& table, std::string_view key,
                                        std::optional<Confidence> otherwise) {
  if (!table.Has(key)) return otherwise;
  const std::string word = table.Text(key);
  if (word == "never") return std::nullopt;
  for (const Confidence one : {Confidence::kLow, Confidence::kMedium, Confidence::kHigh}) {
    if (ConfidenceName(one) == word) return one;
  }
  table.Fail(key, std::string(key) + " \"" + word +
                      "\" is unknown; expected \"low\", \"medium\", \"high\" or \"never\"");
}

std::vector<std::string> ReadRuleIds(TomlTable& table, std::string_view key, const RuleSet& rules) {
  std::vector<std::string> ids = table.Texts(key);
  for (const std::string& id : ids) {
    const bool is_known = std::any_of(rules.rules().begin(), rules.rules().end(),
                                      [&](const Rule& rule) { return rule.id == id; });
    if (!is_known) table.Fail(key, std::string(key) + ": there is no rule \"" + id + "\"");
  }
  return ids;
}

Mode ReadMode(TomlTable& table, Mode otherwise, bool may_be_off) {
  const std::string word = table.Text("mode", "");
  if (word.empty()) return otherwise;
  if (word == "observe") return Mode::kObserve;
  if (word == "enforce") return Mode::kEnforce;
  if (word == "off" && may_be_off) return Mode::kOff;
  table.Fail("mode", "mode \"" + word + "\" is unknown; expected \"observe\"" +
                         (may_be_off ? ", \"enforce\" or \"off\"" : " or \"enforce\""));
}

OnExpiry ReadOnExpiry(TomlTable& table) {
  const std::string word = table.Text("on-expiry", "reject");
  if (word == "reject") return OnExpiry::kReject;
  if (word == "release") return OnExpiry::kRelease;
  if (word == "discard") return OnExpiry::kDiscard;
  table.Fail("on-expiry",
             "on-expiry \"" + word + "\" is unknown; expected \"reject\", \"release\" or \"discard\"");
}

OnCorrection ReadOnCorrection(TomlTable& table) {
  const std::string word = table.Text("on-correction", "wait");
  if (word == "wait") return OnCorrection::kWait;
  if (word == "release") return OnCorrection::kRelease;
  table.Fail("on-correction", "on-correction \"" + word + "\" is unknown; expected \"wait\" or \"release\"");
}

DraftCheck ReadDraftCheck(TomlTable& table) {
  const std::string word = table.Text("draft-check", "public");
  if (word == "off") return DraftCheck::kOff;
  if (word == "signed-in") return DraftCheck::kSignedIn;
  if (word == "public") return DraftCheck::kPublic;
  table.Fail("draft-check",
             "draft-check \"" + word + "\" is unknown; expected \"public\", \"signed-in\" or \"off\"");
}

std::string HashOf(const std::vector<fs::path>& files) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, 8);
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::string text =
        file.filename().string() + '\0' + std::string(std::istreambuf_iterator<char>(in), {});
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  unsigned char hash[8];
  crypto_generichash_final(&state, hash, sizeof hash);
  char hex[17];
  sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
  return hex;
}

Action ActionOf(Confidence confidence, const FilterPolicy& policy) {
  const bool holds = policy.hold_from && confidence >= *policy.hold_from;
  const bool tags = policy.tag_from && confidence >= *policy.tag_from;
  if (!holds && !tags) return Action::kNone;
  if (policy.mode == Mode::kObserve) return Action::kObserve;
  return holds ? Action::kHold : Action::kTag;
}

bool AreOfOneAnother(std::string_view one, std::string_view other) {
  return one.find(other) != std::string_view::npos || other.find(one) != std::string_view::npos;
}

// The highest; one step up when two different rules at that level agree about different words.
Confidence Combined(const std::vector<Finding>& findings) {
  Confidence highest = Confidence::kLow;
  for (const Finding& finding : findings) highest = std::max(highest, finding.confidence);
  const Finding* first = nullptr;
  for (const Finding& finding : findings) {
    if (finding.confidence != highest) continue;
    if (first == nullptr) first = &finding;
    if (finding.rule != first->rule && !AreOfOneAnother(finding.quote, first->quote) &&
        highest != Confidence::kHigh) {
      return static_cast<Confidence>(static_cast<int>(highest) + 1);
    }
  }
  return highest;
}

bool IsExempt(const Poster& poster, const ListPolicy& list) {
  if (!poster.is_authenticated) return false;
  return std::any_of(list.exempt.begin(), list.exempt.end(), [&](const std::string& one) {
    return one == poster.address || (one.front() == '@' && "@" + DomainOf(poster.address) == one);
  });
}

int ReadWithin(TomlTable& table, const char* key, long long otherwise, long long least, long long most) {
  const long long number = table.Number(key, otherwise);
  if (number < least || number > most) {
    table.Fail(key,
               std::string(key) + " is outside " + std::to_string(least) + " to " + std::to_string(most));
  }
  return static_cast<int>(number);
}

void ReadRetention(TomlTable& table, ListPolicy* list) {
  constexpr int kMostDays = 36500;
  list->keep_texts = std::chrono::hours(24 * ReadWithin(table, "keep-texts-days", 90, 0, kMostDays));
  list->keep_records = std::chrono::hours(24 * ReadWithin(table, "keep-records-days", 730, 0, kMostDays));
}

// When and what moderators are written.
void ReadLetters(TomlTable& table, ListPolicy* list) {
  list->time_zone = table.Text("time-zone", list->time_zone);
  if (!IsTimeZone(list->time_zone)) {
    table.Fail("time-zone", "time-zone \"" + list->time_zone +
                                "\" is unknown; expected a name such as \"Europe/London\" or \"UTC\"");
  }
  const int hour = ReadWithin(table, "digest-hour", 7, -1, 23);
  list->digest_hour = hour < 0 ? std::nullopt : std::optional<int>(hour);
  list->remind = std::chrono::hours(ReadWithin(table, "remind-hours", 24, 0, 24 * 365));
  list->escalate = std::chrono::hours(ReadWithin(table, "escalate-hours", 48, 0, 24 * 365));
  list->escalate_to = table.Text("escalate-to", list->responsible);
  if (list->escalate_to.find('@') == std::string::npos)
    table.Fail("escalate-to", "escalate-to \"" + list->escalate_to + "\" is no mail address");
  list->release_by_letter = table.Flag("release-by-letter");
}

}  // namespace

bool IsWanted(const Rule& rule, const FilterPolicy& settings) {
  const std::vector<std::string>& named = rule.optional ? settings.rules_on : settings.rules_off;
  return (std::find(named.begin(), named.end(), rule.id) != named.end()) == rule.optional;
}

struct Policy::State {
  std::string name, version;
  std::optional<Time> review_due;
  std::vector<Clause> clauses;
  std::map<std::string, FilterPolicy> defaults;  // by filter
  std::vector<ListPolicy> lists;
  std::map<std::string, std::size_t> by_address;
  ListPolicy default_list;
  std::shared_ptr<const RuleSet> rules;
  std::shared_ptr<const Registers> registers;
  std::string authserv_id;
  std::vector<std::unique_ptr<Filter>> filters;
  Translation welsh;

  void ReadClauses(const fs::path& file);
  void ReadList(const fs::path& file);
  std::vector<Finding> Inspect(const Filter& filter, const Message& message, const ListPolicy& list,
                               const Poster& poster, const std::vector<Hit>& hits) const;
  // What is the same for every list.
  struct Scanned {
    std::vector<Hit> hits;
    std::vector<Vote> votes;
    std::vector<std::string> unread;
  };
  Scanned Scan(const Message& message) const;
  void Judge(const Message& message, const Poster& poster, const Scanned& scanned, const ListPolicy& list,
             Verdict* verdict) const;
};

void Policy::State::ReadClauses(const fs::path& file) {
  TomlTable table = ReadToml(file);
  if (const std::string day = table.Text("review-due", ""); !day.empty()) {
    review_due = DayFrom(day);
    if (!review_due)
      table.Fail("review-due", "review-due \"" + day + "\" is no day; expected \"2027-11-30\"");
  }
  for (TomlTable& one : table.Tables("clause")) {
    Clause clause{one.Text("id"), one.Text("filter"), one.Text("title"), one.Text("text")};
    defaults[clause.filter] = {Mode::kEnforce,
                               ReadThreshold(one, "tag-from", Confidence::kLow),
                               ReadThreshold(one, "hold-from", Confidence::kHigh),
                               {},
                               {}};
    one.Finish();
    clauses.push_back(std::move(clause));
  }
  table.Finish();
}

void Policy::State::ReadList(const fs::path& file) {
  TomlTable table = ReadToml(file);
  ListPolicy list;
  list.address = LowerAscii(table.Text("address"));
  if (list.address != "default" && list.address.find('@') == std::string::npos) {
    table.Fail("address",
               "address \"" + list.address + "\" is no mail address; expected name@domain or \"default\"");
  }
  list.name = table.Text("name");
  list.purpose = table.Text("purpose");
  list.audience = table.Text("audience");
  list.responsible = table.Text("responsible");
  list.moderators = table.Texts("moderators");
  list.language = table.Text("language", "en");
  if (list.language != "en" && list.language != "cy")
    table.Fail("language", "language \"" + list.language + "\" is unknown; expected \"en\" or \"cy\"");
  list.mode = ReadMode(table, Mode::kObserve, false);
  for (const std::string& one : table.Texts("exempt")) {
    if (one.find('@') == std::string::npos)
      table.Fail("exempt", "exempt \"" + one + "\" is neither an address nor \"@domain\"");
    list.exempt.push_back(LowerAscii(one));
  }
  list.expiry = std::chrono::hours(24 * ReadWithin(table, "expiry-days", 7, 1, 365));
  list.on_expiry = ReadOnExpiry(table);
  list.on_correction = ReadOnCorrection(table);
  list.draft_check = ReadDraftCheck(table);
  list.appeal = table.Texts("appeal");
  ReadRetention(table, &list);
  ReadLetters(table, &list);
  TomlTable per_filter = table.Table("filters");
  for (const auto& filter : filters) {
    const std::string filter_name(filter->name());
    FilterPolicy one = defaults[filter_name];
    TomlTable settings = per_filter.Table(filter_name);
    one.mode = ReadMode(settings, list.mode, true);
    if (list.mode == Mode::kObserve && one.mode == Mode::kEnforce) one.mode = Mode::kObserve;
    one.tag_from = ReadThreshold(settings, "tag-from", one.tag_from);
    one.hold_from = ReadThreshold(settings, "hold-from", one.hold_from);
    one.rules_on = ReadRuleIds(settings, "rules-on", *rules);
    one.rules_off = ReadRuleIds(settings, "rules-off", *rules);
    settings.Finish();
    list.filters[filter_name] = one;
  }
  per_filter.Finish();
  if (list.address != "default" && by_address.count(list.address) != 0)
    table.Fail("address", "list " + list.address + " is there already");
  table.Finish();
  if (list.address == "default") {
    default_list = std::move(list);
  } else {
    by_address[list.address] = lists.size();
    lists.push_back(std::move(list));
  }
}

Policy::Policy(std::unique_ptr<State> state) : state_(std::move(state)) {}
Policy::~Policy() = default;

std::shared_ptr<const Policy> Policy::Load(const fs::path& folder, std::string_view policy_name,
                                           std::vector<std::unique_ptr<Filter>> filters,
                                           std::string authserv_id) {
  if (sodium_init() < 0) throw SettingsError("libsodium cannot start");
  auto state = std::make_unique<State>();
  state->name = std::string(policy_name);
  state->filters = std::move(filters);
  state->authserv_id = std::move(authserv_id);
  const fs::path home = folder / "policies" / state->name;
  if (!fs::is_directory(home))
    throw SettingsError(home.string() +
                        ":0: no such policy folder; expected policies/NAME beside listwarden.conf");
  state->ReadClauses(home / kClausesFile);
  std::vector<fs::path> files = {home / kClausesFile}, rule_files;
  if (fs::exists(home / kWelshFile)) {
    state->welsh = Translation(home / kWelshFile);
    files.push_back(home / kWelshFile);
  }
  for (const auto& filter : state->filters) {
    const fs::path file = home / (std::string(filter->name()) + ".toml");
    if (!fs::exists(file))
      throw SettingsError(file.string() + ":0: is missing; every filter has a rule file of its name");
    rule_files.push_back(file);
  }
  for (const fs::path& file : TomlFiles(home)) {
    if (file.filename() != kClausesFile && file.filename() != kWelshFile &&
        std::find(rule_files.begin(), rule_files.end(), file) == rule_files.end()) {
      throw SettingsError(
          file.string() +
          ":1: belongs to no filter; a rule file is named as its filter, a site's own rules go to rules.d/");
    }
  }
  for (const fs::path& file : TomlFiles(folder / "rules.d")) rule_files.push_back(file);
  files.insert(files.end(), rule_files.begin(), rule_files.end());
  const std::vector<fs::path> register_files = TomlFiles(home / "registers");
  state->registers = std::make_shared<const Registers>(Registers::Load(register_files));
  files.insert(files.end(), register_files.begin(), register_files.end());
  const auto rules = RuleSet::Load(rule_files, state->registers);
  state->rules = rules;
  std::set<fs::path> models;
  for (const auto& vote : state->rules->second_votes()) models.insert(vote->file);
  files.insert(files.end(), models.begin(), models.end());
  for (const Rule& rule : state->rules->rules()) {
    const bool is_known = std::any_of(state->clauses.begin(), state->clauses.end(),
                                      [&](const Clause& one) { return one.id == rule.clause; });
    if (!is_known)
      throw RuleError(home.string() + "/clauses.toml:1: has no clause \"" + rule.clause + "\", which rule " +
                      rule.id + " names");
  }
  state->default_list.address = "";
  for (const fs::path& file : TomlFiles(folder / "lists.d")) {
    state->ReadList(file);
    files.push_back(file);
  }
  if (state->default_list.address.empty())
    throw SettingsError((folder / "lists.d").string() + ":0: has no list with address = \"default\"");
  state->version = HashOf(files);
  std::shared_ptr<const Policy> policy(new Policy(std::move(state)));
  const std::vector<std::string> wrong = policy->ProveExamples();
  if (!wrong.empty()) {
    std::string all;
    for (const std::string& one : wrong) all += (all.empty() ? "" : "\n") + one;
    throw RuleError(all);
  }
  rules->Renew();
  return policy;
}

const std::string& Policy::version() const { return state_->version; }
std::optional<Time> Policy::review_due() const { return state_->review_due; }
const std::string& Policy::name() const { return state_->name; }
const std::string& Policy::authserv_id() const { return state_->authserv_id; }
const std::vector<Clause>& Policy::clauses() const { return state_->clauses; }
const std::vector<ListPolicy>& Policy::lists() const { return state_->lists; }
const ListPolicy& Policy::default_list() const { return state_->default_list; }
const RuleSet& Policy::rules() const { return *state_->rules; }
const Registers& Policy::registers() const { return *state_->registers; }

Wording Policy::Say(std::string_view english, std::string_view language) const {
  if (language == "cy") {
    if (auto text = state_->welsh.Find(english)) return {*std::move(text), "cy"};
  }
  return {std::string(english), "en"};
}

std::vector<std::string> Policy::Untranslated() const {
  std::set<std::string> texts;
  for (const Clause& clause : state_->clauses) texts.insert({clause.title, clause.text});
  for (const Rule& rule : state_->rules->rules()) texts.insert({rule.reason, rule.advice});
  for (const auto& vote : state_->rules->second_votes()) texts.insert({vote->rule.reason, vote->rule.advice});
  std::erase_if(texts, [&](const std::string& text) { return state_->welsh.Find(text).has_value(); });
  return {texts.begin(), texts.end()};
}

const Clause* Policy::FindClause(std::string_view id) const {
  for (const Clause& clause : state_->clauses) {
    if (clause.id == id) return &clause;
  }
  return nullptr;
}

const ListPolicy* Policy::FindList(std::string_view address) const {
  const auto found = state_->by_address.find(LowerAscii(address));
  return found == state_->by_address.end() ? nullptr : &state_->lists[found->second];
}

std::vector<Finding> Policy::State::Inspect(const Filter& filter, const Message& message,
                                            const ListPolicy& list, const Poster& poster,
                                            const std::vector<Hit>& hits) const {
  std::vector<Finding> kept;
  for (Finding& finding : filter.Inspect({message, list, poster, hits})) {
    const bool is_there = std::any_of(kept.begin(), kept.end(), [&](const Finding& one) {
      return one.rule == finding.rule && one.quote == finding.quote && one.region == finding.region;
    });
    if (!is_there && kept.size() < kFindingsPerFilter) kept.push_back(std::move(finding));
  }
  std::stable_sort(kept.begin(), kept.end(),
                   [](const Finding& a, const Finding& b) { return a.confidence > b.confidence; });
  return kept;
}

namespace {

// Marks the hits that the second vote agrees with, and adds what it says where no rule found anything.
void Confirm(std::string_view filter, const FilterPolicy& settings, const std::vector<Vote>& votes,
             std::vector<Hit>* hits) {
  const std::size_t found = hits->size();
  for (const Vote& vote : votes) {
    if (vote.from->rule.filter != filter || !IsWanted(vote.from->rule, settings)) continue;
    bool has_hit = false;
    for (std::size_t i = 0; i < found; ++i) {
      if (!Overlaps(vote, (*hits)[i])) continue;
      (*hits)[i].is_confirmed = has_hit = true;
    }
    if (!has_hit) hits->push_back(HitFrom(vote));
  }
}

}  // namespace

Policy::State::Scanned Policy::State::Scan(const Message& message) const {
  Scanned scanned;
  for (const Defect& defect : message.defects) {
    if (defect.kind != DefectKind::kIrregular) scanned.unread.push_back(defect.what);
  }
  try {
    scanned.hits = rules->Scan(message);
    scanned.votes = rules->Votes(message);
  } catch (const std::exception& e) {
    scanned.unread.push_back(std::string("the rules could not be applied: ") + e.what());
  }
  return scanned;
}

void Policy::State::Judge(const Message& message, const Poster& poster, const Scanned& scanned,
                          const ListPolicy& list, Verdict* verdict) const {
  verdict->unread = scanned.unread;
  bool tags = false, holds = false;
  for (const auto& filter : filters) {
    const auto settings = list.filters.find(std::string(filter->name()));
    if (settings == list.filters.end() || settings->second.mode == Mode::kOff) continue;
    FilterVerdict one;
    one.filter = filter->name();
    std::vector<Hit> own;
    for (const Hit& hit : scanned.hits) {
      if (hit.rule->filter == one.filter && IsWanted(*hit.rule, settings->second)) own.push_back(hit);
    }
    Confirm(one.filter, settings->second, scanned.votes, &own);
    try {
      one.findings = Inspect(*filter, message, list, poster, own);
    } catch (const std::exception& e) {
      verdict->unread.push_back("filter " + one.filter + " failed: " + e.what());
      continue;
    }
    if (one.findings.empty()) continue;
    one.confidence = Combined(one.findings);
    one.action = ActionOf(one.confidence, settings->second);
    tags = tags || one.action == Action::kTag;
    holds = holds || one.action == Action::kHold;
    verdict->filters.push_back(std::move(one));
  }
  if (!verdict->unread.empty() && list.mode == Mode::kEnforce) holds = true;
  verdict->disposition = holds ? Disposition::kHold : tags ? Disposition::kTag : Disposition::kPass;
}

Verdict Policy::Judge(const Message& message, const ListPolicy& list) const {
  return Judge(message, std::vector{&list}).front();
}

std::vector<Verdict> Policy::Judge(const Message& message,
                                   const std::vector<const ListPolicy*>& lists) const {
  const Poster poster =
      PosterOf(message, AuthenticatedAuthor(message, state_->authserv_id), *state_->registers);
  std::optional<State::Scanned> scanned;
  std::vector<Verdict> verdicts;
  for (const ListPolicy* list : lists) {
    Verdict& verdict = verdicts.emplace_back();
    verdict.list = list->address;
    verdict.policy_version = state_->version;
    if (IsExempt(poster, *list)) continue;
    if (!scanned) scanned = state_->Scan(message);
    state_->Judge(message, poster, *scanned, *list, &verdict);
  }
  return verdicts;
}

std::vector<Verdict> Policy::JudgeAll(const Message& message,
                                      const std::vector<std::string>& addresses) const {
  std::vector<const ListPolicy*> lists;
  for (const std::string& address : addresses) {
    const ListPolicy* list = FindList(address);
    if (list != nullptr && std::find(lists.begin(), lists.end(), list) == lists.end()) lists.push_back(list);
  }
  if (lists.empty()) lists.push_back(&state_->default_list);
  return Judge(message, lists);
}

std::vector<std::string> Policy::ProveExamples() const {
  std::vector<std::string> wrong;
  const auto finds = [&](const Rule& rule, const std::string& text) {
    Message message;
    message.segments.push_back({rule.where.front(), "1", TextView(text)});
    std::vector<Hit> hits = state_->rules->Scan(message);
    std::erase_if(hits, [&](const Hit& hit) { return hit.rule->filter != rule.filter; });
    for (const auto& filter : state_->filters) {
      if (filter->name() != rule.filter) continue;
      for (const Finding& finding : state_->Inspect(*filter, message, state_->default_list, {}, hits)) {
        if (finding.rule == rule.id) return true;
      }
    }
    return false;
  };
  for (const Rule& rule : state_->rules->rules()) {
    for (const std::string& text : rule.hit) {
      if (!finds(rule, text)) wrong.push_back("rule " + rule.id + ": does not find its hit \"" + text + "\"");
    }
    for (const std::string& text : rule.miss) {
      if (finds(rule, text)) wrong.push_back("rule " + rule.id + ": finds its miss \"" + text + "\"");
    }
  }
  return wrong;
}

}  // namespace listwarden
