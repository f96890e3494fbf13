// SPDX-License-Identifier: Apache-2.0
#include "web/queue_query.h"

#include <algorithm>
#include <span>

namespace listwarden {
namespace {

constexpr std::size_t kLookAhead = 200;
constexpr const char* kQueueKeys[] = {"list",   "filter", "order",   "q",    "group", "similar",
                                      "author", "rule",   "outcome", "from", "until", "report"};
constexpr const char* kReportKeys[] = {"period", "list"};
constexpr std::pair<const char*, QueueOrder> kOrders[] = {
    {"decided", QueueOrder::kDecided}, {"oldest", QueueOrder::kOldest}, {"newest", QueueOrder::kNewest},
    {"expiry", QueueOrder::kExpiry},   {"author", QueueOrder::kAuthor}, {"subject", QueueOrder::kSubject},
    {"list", QueueOrder::kList}};

// The numbers of a report, as its links name them.
struct Counted {
  std::string_view name;
  QueueQuery::Counted counted;
};
const Counted kCounted[] = {
    {"any", {}},
    {"waiting", {{HoldState::kHeld}, {}}},
    {"kept", {{HoldState::kRejected, HoldState::kDiscarded}, {}}},
    {"corrected", {{HoldState::kReleased}, true}},
    {"released", {{HoldState::kReleased}, false}},
    {"ended", {{HoldState::kExpired, HoldState::kWithdrawn, HoldState::kDamaged}, {}}}};

std::string Words(const FieldList& query, std::span<const char* const> keys) {
  std::string words;
  for (const char* key : keys) {
    if (query[key].empty() || (std::string_view(key) == "order" && query[key] == "oldest")) continue;
    words += (words.empty() ? "" : "&") + std::string(key) + "=" + PercentEncoded(query[key]);
  }
  return words;
}

}  // namespace

QueueQuery QueryFrom(const Call& call, const FieldList& query) {
  QueueQuery wanted;
  wanted.lists = ListsWhere(*call.user, Permission::kSee);
  const std::string& list = query["list"];
  // A list that is not the visitor's gives nothing, like one that is not there.
  if (!list.empty()) {
    wanted.lists.emplace();
    if (call.May(Permission::kSee, list)) wanted.lists->push_back(list);
  }
  wanted.filter = query["filter"];
  wanted.rule = query["rule"];
  wanted.from = DayFrom(query["from"]);
  wanted.until = DayFrom(query["until"]);
  for (const auto& [name, counted] : kCounted) {
    if (query["outcome"] == name) wanted.counted = counted;
  }
  wanted.text = query["q"].substr(0, 200);
  wanted.author = query["author"];
  wanted.similar_key = query["similar"];
  wanted.is_grouped = !query["group"].empty();
  for (const auto& [name, order] : kOrders) {
    if (query["order"] == name) wanted.order = order;
  }
  return wanted;
}

std::string QueueWords(const FieldList& query) { return Words(query, kQueueKeys); }
std::string ReportWords(const FieldList& query) { return Words(query, kReportKeys); }

std::string NextPost(const Call& call, const std::string& queue, std::string_view id) {
  QueueQuery query = QueryFrom(call, ParseForm(queue));
  query.limit = kLookAhead;
  const std::vector<QueueRow> rows = call.site.store.Queue(query).rows;
  const auto here =
      std::find_if(rows.begin(), rows.end(), [&](const QueueRow& row) { return row.held.id == id; });
  if (here != rows.end() && here + 1 != rows.end()) return (here + 1)->held.id;
  const bool is_only = rows.empty() || (rows.size() == 1 && here != rows.end());
  return is_only || rows.front().held.id == id ? "" : rows.front().held.id;
}

const std::vector<std::string>& QueueOrders() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, order] : kOrders) all.emplace_back(name);
    return all;
  }();
  return names;
}

}  // namespace listwarden
