// SPDX-License-Identifier: Apache-2.0
#include "moderation/intake.h"

#include <algorithm>

#include "base/log.h"
#include "message/authentication.h"
#include "message/header_fields.h"
#include "moderation/dedupe_key.h"
#include "moderation/list_path.h"
#include "moderation/similar.h"
#include "moderation/verdict_json.h"

namespace listwarden {
namespace {

constexpr std::size_t kLongestTag = 150;
constexpr int kLettersPerDay = 5;

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

}  // namespace

Intake::Intake(HoldStore& store, AccountStore& accounts, std::shared_ptr<const Notices> notices,
               const Clock& clock)
    : store_(store),
      letter_decisions_(store, accounts, clock),
      draft_checks_(store, clock),
      notices_(std::move(notices)),
      clock_(clock) {}

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
  if (AuthenticatedAuthor(message, policy.authserv_id()) != author) return false;
  return store_.FindTrust(verdict.list, author).has_value();
}

bool Intake::IsOurs(const Policy& policy, std::string_view forward_path) {
  return ListFor(policy, forward_path) != nullptr || DraftListFor(policy, forward_path) != nullptr ||
         CurrentNotices()->TokenIn(forward_path).has_value();
}

void Intake::TakeOwnMail(const Policy& policy, const Message& message, Outcome* outcome) {
  const auto notices = CurrentNotices();
  std::string_view refusal;
  bool is_taken = false;
  for (const std::string& path : message.envelope.forward_paths) {
    const ListPolicy* list = DraftListFor(policy, path);
    if (notices->TokenIn(path)) {
      if (letter_decisions_.Take(policy, *notices, message, path))
        is_taken = true;
      else
        refusal = LetterDecisions::kRefusal;
    } else if (list != nullptr) {
      if (draft_checks_.Take(policy, *notices, message, *list, path))
        is_taken = true;
      else
        refusal = DraftChecks::kRefusal;
    } else {
      continue;
    }
    outcome->held_paths.push_back(path);
  }
  // There is one reply for all recipients: no refusal takes the mail from the others.
  const bool is_alone = outcome->held_paths.size() == message.envelope.forward_paths.size();
  if (is_taken || refusal.empty() || !is_alone) return;
  outcome->kind = Outcome::Kind::kRefuse;
  outcome->text = refusal;
}

void Intake::JudgeForLists(const Policy& policy, const Message& message, Outcome* outcome) {
  const std::vector<ListPaths> by_list = ByList(policy, message.envelope.forward_paths);
  std::vector<const ListPolicy*> lists;
  for (const ListPaths& one : by_list) lists.push_back(one.list);
  const std::vector<Verdict> verdicts = policy.Judge(message, lists);
  std::vector<std::string> tags;
  for (std::size_t i = 0; i < by_list.size(); ++i) {
    const ListPaths& one = by_list[i];
    const Verdict& verdict = verdicts[i];
    std::string held_id;
    if (verdict.disposition == Disposition::kTag) {
      AddTags(verdict, &tags);
    } else if (verdict.disposition != Disposition::kPass && !IsTrusted(policy, message, verdict)) {
      held_id = HoldFor(policy, message, verdict, *one.list, one.paths);
      outcome->held_paths.insert(outcome->held_paths.end(), one.paths.begin(), one.paths.end());
    }
    LogVerdict(message, verdict, held_id);
  }
  outcome->tag = TagFor(tags);
}

Outcome Intake::Receive(const Policy& policy, const Message& message) {
  Outcome outcome;
  try {
    TakeOwnMail(policy, message, &outcome);
    if (outcome.kind == Outcome::Kind::kRefuse) return outcome;
    JudgeForLists(policy, message, &outcome);
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
