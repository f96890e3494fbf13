// SPDX-License-Identifier: Apache-2.0
#include "moderation/reminders.h"

#include <algorithm>
#include <map>

#include "base/local_time.h"
#include "base/log.h"
#include "message/header_fields.h"
#include "moderation/mail_text.h"

namespace listwarden {
namespace {

constexpr std::string_view kReminded = "reminded", kEscalated = "escalated", kClock = "clock";
constexpr std::size_t kPage = 200, kMostOnRecord = 100000;
// With the posts that are due come those due within a day, so that one letter a day will do.
constexpr auto kTogether = std::chrono::hours(24);

// A post that waits anew has a new end, and is spoken of anew.
std::string MarkOf(const HeldSummary& held) { return "expires " + IsoTime(held.expires); }

std::optional<Time> RecordedAt(HoldStore& store, const HeldSummary& held, std::string_view action) {
  const std::string mark = MarkOf(held);
  for (const AuditRow& row : store.Audit(held.id)) {
    if (row.action == action && row.details == mark) return row.time;
  }
  return std::nullopt;
}

// Calls `take` for what waits on a list until it returns false.
template <typename Take>
void ForEachWaiting(HoldStore& store, const ListPolicy& list, QueueOrder order, const Take& take) {
  QueueQuery query;
  query.lists = {{list.address}};
  query.order = order;
  query.limit = kPage;
  for (;;) {
    const QueuePage page = store.Queue(query);
    for (const QueueRow& row : page.rows) {
      if (!take(row.held)) return;
    }
    if (page.rows.size() < kPage) return;
    query.offset += kPage;
  }
}

// What had come by then and waits still, the first to end first.
WaitingPosts WaitingAt(HoldStore& store, const ListPolicy& list, Time time) {
  QueueQuery query;
  query.lists = {{list.address}};
  query.until = time;
  query.order = QueueOrder::kExpiry;
  query.limit = kMostInOneLetter;
  QueuePage page = store.Queue(query);
  WaitingPosts waiting{&list, {}, page.count};
  for (QueueRow& row : page.rows) waiting.posts.push_back(std::move(row.held));
  return waiting;
}

struct Digest {
  std::string to;
  std::vector<WaitingPosts> lists;
};

// In the language of the lists; where they have two, in that of the moderator's account; without one, a
// letter for each.
std::map<std::string, std::vector<WaitingPosts>> ByLanguage(const Digest& digest, AccountStore& accounts) {
  std::map<std::string, std::vector<WaitingPosts>> letters;
  for (const WaitingPosts& waiting : digest.lists) letters[waiting.list->language].push_back(waiting);
  if (letters.size() < 2) return letters;
  const auto user = accounts.FindUserByAddress(LowerAscii(AddressOf(digest.to)));
  if (user && !user->is_disabled) return {{user->language, digest.lists}};
  return letters;
}

}  // namespace

std::optional<Time> RemindedAt(HoldStore& store, const HeldSummary& held) {
  return RecordedAt(store, held, kReminded);
}

Time WaitsSince(const HeldSummary& held, const ListPolicy& list) {
  return std::max(held.received,
                  held.expires - std::chrono::duration_cast<std::chrono::seconds>(list.expiry));
}

Reminders::Reminders(HoldStore& store, AccountStore& accounts, const Notices& notices, const Clock& clock)
    : store_(store), accounts_(accounts), notices_(notices), clock_(clock) {}

void Reminders::SendDue(const Policy& policy) {
  if (on_record_.size() > kMostOnRecord) on_record_.clear();
  SendDigests(policy);
  for (const ListPolicy& list : policy.lists()) {
    if (list.remind.count() > 0) Remind(policy, list);
    if (list.escalate.count() > 0) Escalate(policy, list);
  }
}

void Reminders::SendDigests(const Policy& policy) {
  std::map<std::string, Digest> digests;  // by key: one person has one, however lists spell the address
  const Time now = clock_.Now();
  for (const ListPolicy& list : policy.lists()) {
    if (!list.digest_hour) continue;
    const Time hour = HourOfDay(list.time_zone, now, *list.digest_hour);
    if (now < hour) continue;
    const WaitingPosts waiting = WaitingAt(store_, list, hour);
    if (waiting.count == 0) continue;
    for (const std::string& moderator : Moderators(list)) {
      Digest& digest = digests["moderator-digest:" + LowerAscii(AddressOf(moderator)) + ":" + IsoTime(hour)];
      if (digest.to.empty()) digest.to = moderator;
      digest.lists.push_back(waiting);
    }
  }
  for (const auto& [key, digest] : digests) {
    if (on_record_.count(key) != 0) continue;
    Act act;
    act.actor = kClock;
    act.why = AddressOf(digest.to);
    for (const auto& [language, lists] : ByLanguage(digest, accounts_)) {
      act.outbox.push_back(notices_.ForWaiting("moderator-digest", language, digest.to, lists, policy, now,
                                               act.outbox.empty() ? key : key + ":" + language));
    }
    store_.RecordOnce({act}, "digest");
    on_record_.insert(key);
  }
}

bool Reminders::IsOnRecord(const HeldSummary& held, std::string_view action) {
  const std::string key = std::string(action) + held.id + MarkOf(held);
  if (on_record_.count(key) != 0) return true;
  if (!RecordedAt(store_, held, action)) return false;
  on_record_.insert(key);
  return true;
}

void Reminders::Write(const ListPolicy& list, const std::vector<HeldSummary>& posts, std::string_view action,
                      std::vector<OutboxRow> letters) {
  std::vector<Act> acts(1);
  acts[0].actor = kClock;
  acts[0].why = list.address;
  acts[0].outbox = std::move(letters);
  for (const HeldSummary& held : posts) {
    Act& act = acts.emplace_back();
    act.held_id = held.id;
    act.actor = kClock;
    act.why = MarkOf(held);
  }
  if (store_.RecordOnce(acts, action) == DecisionResult::kDone)
    Log(LogLevel::kInfo, action, {{"list", list.address}, {"posts", std::to_string(posts.size())}});
}

void Reminders::Remind(const Policy& policy, const ListPolicy& list) {
  const Time now = clock_.Now(), due = now + std::chrono::duration_cast<std::chrono::seconds>(list.remind);
  std::vector<HeldSummary> posts;
  bool is_due = false;
  ForEachWaiting(store_, list, QueueOrder::kExpiry, [&](const HeldSummary& held) {
    if (held.expires > due + kTogether || (held.expires > due && !is_due)) return false;
    if (IsOnRecord(held, kReminded)) return true;
    is_due = is_due || held.expires <= due;
    posts.push_back(held);
    return true;
  });
  if (posts.empty()) return;
  std::vector<OutboxRow> letters;
  const WaitingPosts waiting{&list, posts, posts.size()};
  for (const std::string& moderator : Moderators(list)) {
    letters.push_back(notices_.ForWaiting(
        "moderator-reminder", list.language, moderator, {waiting}, policy, now,
        "moderator-reminder:" + AddressOf(moderator) + ":" + posts[0].id + ":" + IsoTime(posts[0].expires)));
  }
  Write(list, posts, kReminded, std::move(letters));
}

void Reminders::Escalate(const Policy& policy, const ListPolicy& list) {
  const Time now = clock_.Now(),
             before = now - std::chrono::duration_cast<std::chrono::seconds>(list.escalate);
  std::vector<HeldSummary> posts;
  ForEachWaiting(store_, list, QueueOrder::kOldest, [&](const HeldSummary& held) {
    if (held.received > before) return false;
    const bool is_somebodys = held.claimed_until > now;
    if (!is_somebodys && WaitsSince(held, list) <= before && !IsOnRecord(held, kEscalated))
      posts.push_back(held);
    return true;
  });
  if (posts.empty()) return;
  // One letter a day for a list: what becomes due later today waits for tomorrow's.
  const std::string key =
      "moderator-escalation:" + list.address + ":" + IsoTime(LocalTime(list.time_zone, now)).substr(0, 10);
  const WaitingPosts waiting{&list, posts, posts.size()};
  Write(list, posts, kEscalated,
        {notices_.ForWaiting("moderator-escalation", list.language, list.escalate_to, {waiting}, policy, now,
                             key)});
}

}  // namespace listwarden
