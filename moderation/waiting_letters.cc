// Letters about many posts that wait.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "hold/identity.h"
#include "moderation/letter.h"
#include "moderation/mail_text.h"
#include "moderation/notices.h"
#include "moderation/reminders.h"

namespace listwarden {
namespace {

constexpr std::size_t kLineBytes = 150, kMostReasons = 3;

// "5 hours", "3 days": days from three on.
std::string Span(std::chrono::seconds span, const std::string& language) {
  const bool is_welsh = language == "cy";
  const auto hours = std::max<long long>(0, std::chrono::floor<std::chrono::hours>(span).count());
  if (hours < 1) return is_welsh ? "llai nag awr" : "less than an hour";
  if (hours == 1) return is_welsh ? "1 awr" : "1 hour";
  if (hours < 72) return std::to_string(hours) + (is_welsh ? " awr" : " hours");
  return std::to_string(hours / 24) + (is_welsh ? " diwrnod" : " days");
}

// The principles that the post may touch; empty when it could not be read.
std::string ReasonsOf(const HeldSummary& held, const Policy& policy, const std::string& language) {
  std::vector<std::string> titles;
  for (const FindingRow& finding : held.findings) {
    const Clause* clause = policy.FindClause(finding.clause);
    if (clause == nullptr) continue;
    const std::string title = policy.Say(clause->title, language).text;
    const bool is_there = std::find(titles.begin(), titles.end(), title) != titles.end();
    if (!is_there && titles.size() < kMostReasons) titles.push_back(title);
  }
  std::string all;
  for (const std::string& title : titles) all += (all.empty() ? "" : "; ") + title;
  return all;
}

LetterValues PostValues(const HeldSummary& held, const ListPolicy& list, const Policy& policy, Time now,
                        const std::string& language) {
  LetterValues values;
  values.texts["subject"] = OneLine(held.subject.empty() ? "(…)" : held.subject, kLineBytes);
  values.texts["from"] = OneLine(held.from, kLineBytes);
  values.texts["why"] = ReasonsOf(held, policy, language);
  values.flags["is-unread"] = values.texts["why"].empty();
  values.texts["age"] = Span(now - WaitsSince(held, list), language);
  values.texts["left"] = Span(held.expires - now, language);
  values.texts["id"] = held.id;
  return values;
}

LetterValues ListValues(const WaitingPosts& waiting, const Policy& policy, Time now,
                        const std::string& language) {
  LetterValues values;
  values.texts["list"] = waiting.list->name;
  values.texts["address"] = waiting.list->address;
  values.texts["count"] = std::to_string(waiting.count);
  values.flags["on-expiry-return"] = waiting.list->on_expiry == OnExpiry::kReject;
  values.flags["on-expiry-release"] = waiting.list->on_expiry == OnExpiry::kRelease;
  values.flags["on-expiry-discard"] = waiting.list->on_expiry == OnExpiry::kDiscard;
  const std::size_t shown = std::min(waiting.posts.size(), kMostInOneLetter);
  for (std::size_t i = 0; i < shown; ++i)
    values.lists["posts"].push_back(PostValues(waiting.posts[i], *waiting.list, policy, now, language));
  values.flags["is-many"] = waiting.count > shown;
  values.texts["more"] = std::to_string(waiting.count - shown);
  return values;
}

}  // namespace

OutboxRow Notices::ForWaiting(const std::string& event, const std::string& language, const std::string& to,
                              const std::vector<WaitingPosts>& lists, const Policy& policy, Time now,
                              const std::string& key) const {
  LetterValues values;
  std::size_t count = 0;
  for (const WaitingPosts& waiting : lists) {
    count += waiting.count;
    values.lists["lists"].push_back(ListValues(waiting, policy, now, language));
  }
  values.texts["count"] = std::to_string(count);
  values.flags["is-one"] = count == 1;
  values.texts["list"] = lists.front().list->name;
  values.texts["hours"] = std::to_string(lists.front().list->escalate.count());
  values.texts["desk"] = settings_.desk_url;
  values.flags["has-desk"] = !settings_.desk_url.empty();
  OutboxRow row = Written({event, language, to, "", now}, values, key);
  row.content = WithId(std::move(row.content), Sha256Hex(key).substr(0, 16));  // it is about no single post
  return row;
}

}  // namespace listwarden
