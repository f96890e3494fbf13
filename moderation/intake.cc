// SPDX-License-Identifier: Apache-2.0
#include "moderation/intake.h"

#include <sodium.h>

#include <algorithm>

#include "base/log.h"
#include "message/authentication.h"
#include "message/header_fields.h"
#include "moderation/similar.h"
#include "moderation/verdict_json.h"

namespace listwarden {
namespace {

constexpr std::size_t kLongestTag = 150;
constexpr int kLettersPerDay = 5, kChecksPerDay = 20;
constexpr std::string_view kCheckSuffix = "-check";

// Plain words for list managers, moderators and posters alike: they may all see the field.
std::string TagFor(const std::vector<std::string>& filters) {
  if (filters.empty()) return "";
  std::string tag = "tag; the post may touch";
  for (std::size_t i = 0; i < filters.size(); ++i) tag += (i == 0 ? " " : ", ") + filters[i];
  return tag.substr(0, kLongestTag);
}

void AddTags(const Verdict& verdict, std::vector<std::string>* filters) {
  for (const FilterVerdict& filter : verdict.filters) {
    const bool is_there = std::find(filters->begin(), filters->end(), filter.filter) != filters->end();
    if (filter.action == Action::kTag && !is_there) filters->push_back(filter.filter);
  }
}

std::string Rules(const Verdict& verdict) {
  std::string rules;
  for (const FilterVerdict& filter : verdict.filters) {
    for (const Finding& finding : filter.findings) rules += (rules.empty() ? "" : ",") + finding.rule;
  }
  return rules.substr(0, 300);
}

void LogVerdict(const Message& message, const Verdict& verdict, const std::string& held_id) {
  Log(LogLevel::kInfo, "judged",
      {{"queue_id", message.envelope.queue_id},
       {"list", verdict.list},
       {"from", message.envelope.reverse_path},
       {"size", std::to_string(message.raw.size())},
       {"action", std::string(DispositionName(verdict.disposition))},
       {"rules", Rules(verdict)},
       {"unread", std::to_string(verdict.unread.size())},
       {"id", held_id}});
}

struct ListPaths {
  const ListPolicy* list;
  std::vector<std::string> paths;
};

std::vector<ListPaths> ByList(const Policy& policy, const std::vector<std::string>& paths) {
  std::vector<ListPaths> lists;
  for (const std::string& path : paths) {
    const ListPolicy* list = ListFor(policy, path);
    if (list == nullptr) continue;
    auto found =
        std::find_if(lists.begin(), lists.end(), [&](const ListPaths& one) { return one.list == list; });
    if (found == lists.end()) found = lists.insert(lists.end(), {list, {}});
    found->paths.push_back(path);
  }
  return lists;
}

// "user%host" or "host!user" as user@host; nothing when it is neither.
std::string Rerouted(std::string_view local) {
  const auto percent = local.rfind('%');
  if (percent != std::string_view::npos)
    return std::string(local.substr(0, percent)) + "@" + std::string(local.substr(percent + 1));
  const auto bang = local.find('!');
  if (bang != std::string_view::npos)
    return std::string(local.substr(bang + 1)) + "@" + std::string(local.substr(0, bang));
  return "";
}

std::string Unquoted(std::string_view local) {
  if (local.size() < 2 || local.front() != '"' || local.back() != '"') return std::string(local);
  std::string out;
  for (std::size_t i = 1; i + 1 < local.size(); ++i) {
    if (local[i] == '\\' && i + 2 < local.size()) ++i;
    out += local[i];
  }
  return out;
}

}  // namespace

std::vector<FindingRow> FindingRows(const Verdict& verdict) {
  std::vector<FindingRow> rows;
  for (const FilterVerdict& filter : verdict.filters) {
    for (const Finding& finding : filter.findings) {
      rows.push_back({filter.filter, finding.rule, finding.clause,
                      std::string(ConfidenceName(finding.confidence)), std::string(ActionName(filter.action)),
                      finding.quote});
    }
  }
  for (const std::string& what : verdict.unread)
    rows.push_back({"unread", "unread", "", "high", "hold", what});
  return rows;
}

const ListPolicy* ListFor(const Policy& policy, std::string_view forward_path) {
  constexpr int kMostRewrites = 4;
  std::string path(forward_path);
  for (int i = 0; i < kMostRewrites && !path.empty(); ++i) {
    const auto route = path.front() == '@' ? path.find(':') : std::string::npos;
    if (route != std::string::npos) path.erase(0, route + 1);
    while (!path.empty() && path.back() == '.') path.pop_back();
    const auto at = std::min(path.rfind('@'), path.size());
    const std::string local = Unquoted(std::string_view(path).substr(0, at)), domain = path.substr(at);
    if (const ListPolicy* list = policy.FindList(local + domain)) return list;
    if (const ListPolicy* list = policy.FindList(local.substr(0, local.find('+')) + domain)) return list;
    path = Rerouted(local);
  }
  return nullptr;
}

const ListPolicy* DraftListFor(const Policy& policy, std::string_view forward_path) {
  if (ListFor(policy, forward_path) != nullptr) return nullptr;
  const std::string path = LowerAscii(forward_path);
  const auto at = path.rfind('@');
  if (at == std::string::npos || at <= kCheckSuffix.size() ||
      path.compare(at - kCheckSuffix.size(), kCheckSuffix.size(), kCheckSuffix) != 0)
    return nullptr;
  const ListPolicy* list = policy.FindList(path.substr(0, at - kCheckSuffix.size()) + path.substr(at));
  return list != nullptr && list->draft_check == DraftCheck::kPublic ? list : nullptr;
}

std::string DedupeKey(const Message& message, std::string_view list,
                      const std::vector<std::string>& held_paths) {
  std::string text = std::string(list) + '\n' + LowerAscii(message.envelope.reverse_path) + '\n';
  std::vector<std::string> paths = held_paths;
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) text += LowerAscii(path) + '\n';
  // Without a Message-ID of the client's the MTA makes one from the queue id, anew at each try.
  const std::string& queue_id = message.envelope.queue_id;
  if (queue_id.empty() || message.message_id.find(queue_id) == std::string::npos)
    text += message.message_id + '\n';
  for (const HeaderField& field : message.fields) {
    const std::string name = LowerAscii(field.name);
    // What our own MTA adds anew at each try is no part of what the client sent.
    if (name == "received" || name == "return-path" || name == "authentication-results" || name == "date" ||
        name == "message-id" || name.rfind("x-", 0) == 0)
      continue;
    text += name + ':' + std::string(Trim(field.value)) + '\n';
  }
  text += message.raw.substr(message.body_offset);
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  char hex[2 * sizeof hash + 1];
  sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
  return hex;
}

Intake::Intake(HoldStore& store, AccountStore& accounts, std::shared_ptr<const Notices> notices,
               const Clock& clock)
    : store_(store), letter_decisions_(store, accounts, clock), notices_(std::move(notices)), clock_(clock) {}

void Intake::SetNotices(std::shared_ptr<const Notices> notices) {
  std::lock_guard<std::mutex> guard(notices_mutex_);
  notices_ = std::move(notices);
}

std::shared_ptr<const Notices> Intake::CurrentNotices() {
  std::lock_guard<std::mutex> guard(notices_mutex_);
  return notices_;
}

PosterLetter Intake::LetterDue(const std::string& reverse_path, const std::string& list) {
  const int today = store_.CountNotice(LowerAscii(reverse_path), list);
  if (today <= kLettersPerDay) return PosterLetter::kFull;
  return today == kLettersPerDay + 1 ? PosterLetter::kLimit : PosterLetter::kNone;
}

std::string Intake::HoldFor(const Policy& policy, const Message& message, const Verdict& verdict,
                            const ListPolicy& list, const std::vector<std::string>& paths) {
  NewHold hold;
  hold.dedupe_key = DedupeKey(message, list.address, paths);
  hold.list = list.address;
  hold.reverse_path = message.envelope.reverse_path;
  hold.forward_paths = paths;
  hold.from = message.from.empty() ? message.envelope.reverse_path : message.from.front().address;
  hold.subject = ShownSubject(message, verdict);
  hold.message_id = message.message_id;
  hold.queue_id = message.envelope.queue_id;
  hold.raw = message.raw;
  hold.verdict_json = VerdictJson(message, message.envelope.queue_id, verdict, 0);
  hold.findings = FindingRows(verdict);
  hold.similar_key = SimilarKey(message);
  hold.policy_version = verdict.policy_version;
  hold.language = list.language;
  const auto notices = CurrentNotices();
  hold.may_answer = notices->MayAnswerTo(message);
  const Time now = clock_.Now();
  hold.expires = now + std::chrono::duration_cast<std::chrono::seconds>(list.expiry);
  Letters letters =
      notices->ForHold(message, verdict, list, policy, now, hold.expires,
                       hold.may_answer ? LetterDue(hold.reverse_path, list.address) : PosterLetter::kNone);
  hold.letters = std::move(letters.rows);
  hold.links = std::move(letters.links);
  return store_.Hold(hold).id;
}

// The author is one whom the list trusts, and it is they who logged in: a name in From proves nothing.
bool Intake::IsTrusted(const Policy& policy, const Message& message, const Verdict& verdict) {
  if (!verdict.unread.empty() || message.from.size() != 1) return false;
  const std::string author = LowerAscii(message.from.front().address);
  return AuthenticatedAuthor(message, policy.authserv_id()) == author &&
         store_.FindTrust(verdict.list, author).has_value();
}

bool Intake::IsOurs(const Policy& policy, std::string_view forward_path) {
  return ListFor(policy, forward_path) != nullptr || DraftListFor(policy, forward_path) != nullptr ||
         CurrentNotices()->TokenIn(forward_path).has_value();
}

void Intake::TakeAnswers(const Policy& policy, const Message& message, Outcome* outcome) {
  const auto notices = CurrentNotices();
  bool is_known = true;
  for (const std::string& path : message.envelope.forward_paths) {
    if (!notices->TokenIn(path)) continue;
    is_known = letter_decisions_.Take(policy, *notices, message, path) && is_known;
    outcome->held_paths.push_back(path);
  }
  if (is_known || outcome->held_paths.size() < message.envelope.forward_paths.size()) return;
  outcome->kind = Outcome::Kind::kRefuse;
  outcome->text = "No letter of ours waits for an answer at this address";
}

void Intake::CheckDrafts(const Policy& policy, const Message& message, Outcome* outcome) {
  const auto notices = CurrentNotices();
  const std::size_t before = outcome->held_paths.size();
  bool is_answered = true;
  for (const std::string& path : message.envelope.forward_paths) {
    const ListPolicy* list = DraftListFor(policy, path);
    if (list == nullptr) continue;
    outcome->held_paths.push_back(path);
    const std::string sender = LowerAscii(message.envelope.reverse_path);
    if (!notices->MayAnswerTo(message) ||
        store_.CountNotice(sender, "check:" + list->address) > kChecksPerDay) {
      is_answered = false;
      continue;
    }
    Act act;
    act.actor = "milter";
    act.why = list->address;
    act.outbox.push_back(notices->ForDraft(message, policy.Judge(message, *list), *list, policy, clock_.Now(),
                                           DedupeKey(message, list->address, {path})));
    store_.Record(act, "draft-checked");
  }
  const bool is_alone = outcome->held_paths.size() == message.envelope.forward_paths.size();
  if (is_answered || !is_alone || before > 0) return;
  outcome->kind = Outcome::Kind::kRefuse;
  outcome->text = "A draft is checked only for a sender who is verified, and twenty times a day";
}

void Intake::JudgeForLists(const Policy& policy, const Message& message, Outcome* outcome) {
  std::vector<std::string> tags;
  for (const ListPaths& one : ByList(policy, message.envelope.forward_paths)) {
    const Verdict verdict = policy.Judge(message, *one.list);
    std::string held_id;
    switch (verdict.disposition) {
      case Disposition::kPass:
        break;
      case Disposition::kTag:
        AddTags(verdict, &tags);
        break;
      case Disposition::kHold:
        if (IsTrusted(policy, message, verdict)) break;
        held_id = HoldFor(policy, message, verdict, *one.list, one.paths);
        outcome->held_paths.insert(outcome->held_paths.end(), one.paths.begin(), one.paths.end());
        break;
      case Disposition::kDefer:
        outcome->kind = Outcome::Kind::kDefer;
        outcome->text = "The message cannot be judged now; please try again later";
        return;
    }
    LogVerdict(message, verdict, held_id);
  }
  outcome->tag = TagFor(tags);
}

Outcome Intake::Receive(const Policy& policy, const Message& message) {
  Outcome outcome;
  try {
    TakeAnswers(policy, message, &outcome);
    CheckDrafts(policy, message, &outcome);
    if (outcome.kind == Outcome::Kind::kRefuse) return outcome;
    JudgeForLists(policy, message, &outcome);
    if (outcome.kind == Outcome::Kind::kDefer) return outcome;
  } catch (const StoreError& e) {
    Log(LogLevel::kError, "store-failed", {{"queue_id", message.envelope.queue_id}, {"why", e.what()}});
    return {Outcome::Kind::kDefer, {}, {}, "The message cannot be kept safely now; please try again later"};
  }
  if (!outcome.held_paths.empty()) {
    const bool is_all = outcome.held_paths.size() == message.envelope.forward_paths.size();
    outcome.kind = is_all ? Outcome::Kind::kHeldAll : Outcome::Kind::kHeldSome;
  } else if (!outcome.tag.empty()) {
    outcome.kind = Outcome::Kind::kTag;
  }
  return outcome;
}

}  // namespace listwarden
