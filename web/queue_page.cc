// SPDX-License-Identifier: Apache-2.0
#include "web/queue_page.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "hold/identity.h"
#include "message/header_fields.h"
#include "web/marked_text.h"
#include "web/queue_query.h"

namespace listwarden {
namespace {

constexpr std::size_t kRowsOnPage = 50;
constexpr std::size_t kReasonsInRow = 3, kQuotesInReason = 2;
const std::vector<HoldState> kDecidedStates = {
    HoldState::kApproved,  HoldState::kSending,   HoldState::kReleased,
    HoldState::kRejected,  HoldState::kDiscarded, HoldState::kExpired,
    HoldState::kWithdrawn, HoldState::kFailed,    HoldState::kDamaged};

// One line for each filter, with its gravest confidence and a few of its words; the gravest first.
std::vector<View> Reasons(const Call& call, const HeldSummary& held) {
  std::vector<View> reasons;
  std::vector<std::string> filters, seen;
  for (const FindingRow& finding : held.findings) {
    const auto place = std::find(filters.begin(), filters.end(), finding.filter);
    const auto index = static_cast<std::size_t>(place - filters.begin());
    if (place == filters.end()) {
      if (filters.size() == kReasonsInRow) continue;
      filters.push_back(finding.filter);
      View reason;
      reason.texts["level"] = finding.confidence;
      reason.texts["filter"] = FilterName(call, finding.filter);
      reason.texts["confidence"] = call.phrases.Say("confidence-" + finding.confidence);
      reasons.push_back(std::move(reason));
    }
    std::vector<View>& quotes = reasons[index].lists["quotes"];
    const std::string words(Trim(finding.quote));
    const bool is_there = std::find(seen.begin(), seen.end(), words) != seen.end();
    if (is_there || words.empty() || quotes.size() == kQuotesInReason) continue;
    seen.push_back(words);
    quotes.emplace_back().texts["quote"] = Elided(words, 90);
  }
  return reasons;
}

View RowView(const Call& call, const QueueRow& row, const std::string& words) {
  const HeldSummary& held = row.held;
  const Phrases& phrases = call.phrases;
  const bool is_waiting = held.state == HoldState::kHeld;
  View view;
  view.texts["id"] = held.id;
  view.texts["revision"] = std::to_string(held.revision);
  const std::string subject = CoveredSubject(phrases, held);
  view.texts["subject"] = Elided(subject, 160);
  view.texts["pick-label"] = phrases.Say("row-pick", {{"subject", Elided(subject, 80)}});
  view.texts["from"] = Elided(held.from, 100);
  view.texts["list-name"] = ListName(call, held.list);
  view.texts["from-query"] = words.empty() ? "" : "?" + words;
  view.texts["age"] = is_waiting ? phrases.Waiting(held) : phrases.State(held);
  view.texts["expiry"] = is_waiting ? phrases.Expiry(held) : "";
  view.texts["claim"] = phrases.Claim(held, call.user->name);
  view.texts["appeal"] = is_waiting && !held.appealed_from.empty()
                             ? phrases.Say("row-appeal", {{"who", held.appealed_from}})
                             : "";
  view.texts["corrected"] = held.content > 0 ? phrases.Say("story-corrected") : "";
  view.texts["outcome"] = is_waiting ? "" : Elided(phrases.Outcome(held), 200);
  view.texts["group"] = row.similar > 1 ? phrases.Count("row-group", row.similar - 1) : "";
  view.texts["similar-key"] = held.similar_key;
  view.flags["is-soon"] = is_waiting && phrases.IsSoon(held);
  view.flags["may-pick"] = is_waiting && call.May(Permission::kDecide, held.list);
  view.lists["reasons"] = Reasons(call, held);
  return view;
}

void AddChoices(const Call& call, bool is_queue, View* view) {
  const FieldList& query = call.request.query;
  view->lists["list-choices"] = ListChoices(call, Permission::kSee);
  std::vector<std::string> filters;
  for (const Clause& clause : call.site.policy->clauses()) {
    if (std::find(filters.begin(), filters.end(), clause.filter) != filters.end()) continue;
    filters.push_back(clause.filter);
    view->lists["filter-choices"].push_back(
        Option(clause.filter, FilterName(call, clause.filter), query["filter"]));
  }
  view->lists["filter-choices"].push_back(Option("unread", FilterName(call, "unread"), query["filter"]));
  for (const std::string& name : QueueOrders()) {
    if (name == "decided" && is_queue) continue;
    view->lists["order-choices"].push_back(Option(name, call.phrases.Say("order-" + name), query["order"]));
  }
}

// What a report's link asks for, beside what the form of the page can say.
void AddCounted(const Call& call, View* view) {
  const FieldList& query = call.request.query;
  for (const char* key : {"rule", "outcome", "from", "until", "report"}) {
    if (query[key].empty()) continue;
    View kept;
    kept.texts["name"] = key;
    kept.texts["value"] = query[key];
    view->lists["kept"].push_back(std::move(kept));
  }
  const QueueQuery asked = QueryFrom(call, query);
  if (!asked.counted || !asked.from || !asked.until) return;
  const std::string& outcome = query["outcome"];
  view->texts["heading"] = call.phrases.Say(outcome == "any" ? "counted-any" : "report-" + outcome);
  view->texts["counted"] =
      call.phrases.Say("counted-between", {{"from", call.phrases.Day(*asked.from)},
                                           {"until", call.phrases.Day(*asked.until - std::chrono::days(1))}});
  view->texts["counted-rule"] = asked.rule;
  view->texts["report"] = "/reports?" + ReportWords(ParseForm(query["report"]));
}

std::size_t PageNumber(const FieldList& query) {
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(ParseNumber(query["page"]).value_or(1), 1, 99'999));
}

std::string LinkTo(const std::string& path, const std::string& words, std::size_t page) {
  return path + "?" + (words.empty() ? "" : words + "&") + "page=" + std::to_string(page);
}

void AddPages(const Call& call, const QueuePage& page, const std::string& words, View* view) {
  const std::size_t number = PageNumber(call.request.query), first = (number - 1) * kRowsOnPage;
  if (number > 1) view->texts["previous"] = LinkTo(call.request.path, words, number - 1);
  if (first + page.rows.size() < page.count)
    view->texts["next-page"] = LinkTo(call.request.path, words, number + 1);
  view->texts["range"] = call.phrases.Say("queue-range", {{"first", std::to_string(first + 1)},
                                                          {"last", std::to_string(first + page.rows.size())},
                                                          {"count", std::to_string(page.count)}});
}

// Why there is nothing to see: no post at all, or none that the search lets through.
void AddEmpty(const Call& call, const std::string& words, bool is_queue, View* view) {
  const Phrases& phrases = call.phrases;
  if (!words.empty()) {
    view->texts["empty-heading"] = phrases.Say("queue-none-found");
    view->texts["empty-text"] = phrases.Say("queue-none-text");
    return;
  }
  view->texts["empty-heading"] = phrases.Say(is_queue ? "queue-empty" : "queue-decided-empty");
  view->texts["empty-text"] = phrases.Say(is_queue ? "queue-empty-never" : "queue-decided-text");
  QueueQuery last;
  last.lists = ListsWhere(*call.user, Permission::kSee);
  last.states = kDecidedStates;
  last.order = QueueOrder::kDecided;
  last.limit = 1;
  if (!is_queue) return;
  for (const QueueRow& row : call.site.store.Queue(last).rows) {
    if (row.held.decided)
      view->texts["empty-text"] = phrases.Say(
          "queue-empty-last", {{"when", phrases.When(*row.held.decided)}, {"who", row.held.decided_by}});
  }
}

QueueQuery PageQuery(const Call& call, bool is_queue) {
  QueueQuery query = QueryFrom(call, call.request.query);
  if (!is_queue) query.states = query.counted ? std::vector<HoldState>() : kDecidedStates;
  if (!is_queue && call.request.query["order"].empty()) query.order = QueueOrder::kDecided;
  query.limit = kRowsOnPage;
  query.offset = (PageNumber(call.request.query) - 1) * kRowsOnPage;
  return query;
}

std::string Title(const Call& call, bool is_queue, std::size_t count) {
  if (!is_queue) return call.phrases.Say("queue-decided-title");
  return count == 0 ? call.phrases.Say("queue-title")
                    : call.phrases.Say("queue-title-count", {{"count", std::to_string(count)}});
}

std::string Heading(const Call& call, bool is_queue, std::size_t rows) {
  if (!is_queue) return call.phrases.Say("queue-decided-heading");
  if (rows == 0 && QueueWords(call.request.query).empty()) return call.phrases.Say("queue-title");
  if (call.request.query["group"].empty()) return call.phrases.Count("queue-heading", rows);
  QueueQuery posts = QueryFrom(call, call.request.query);
  posts.is_grouped = false;
  posts.limit = 0;
  return call.phrases.Count("queue-heading", call.site.store.Queue(posts).count);
}

Response Listing(Call& call, bool is_queue) {
  const std::string words = QueueWords(call.request.query);
  const QueuePage page = call.site.store.Queue(PageQuery(call, is_queue));
  const std::string title = Title(call, is_queue, page.count);
  View view;
  view.flags[is_queue ? "is-queue" : "is-decided"] = true;
  view.flags["is-grouped"] = !call.request.query["group"].empty();
  view.texts["action"] = call.request.path;
  view.texts["q"] = call.request.query["q"];
  view.texts["live"] = is_queue ? LinkTo("/live", words, PageNumber(call.request.query)) : "";
  view.texts["heading"] = Heading(call, is_queue, page.count);
  view.lists["notices"] = DoneNotices(call);
  AddChoices(call, is_queue, &view);
  AddCounted(call, &view);
  for (const QueueRow& row : page.rows)
    view.lists["rows"].push_back(RowView(call, row, is_queue ? words : ""));
  if (page.rows.empty())
    AddEmpty(call, words, is_queue, &view);
  else
    AddPages(call, page, words, &view);
  return Page(call, "queue", std::move(view), title);
}

View Notice(const std::string& kind, const std::string& text) {
  View notice;
  notice.texts["kind"] = kind;
  notice.texts["text"] = text;
  return notice;
}

std::string DoneText(const Call& call, const HeldSummary& held) {
  const char* key = held.state == HoldState::kHeld        ? "done-undo"
                    : held.state == HoldState::kRejected  ? "done-reject"
                    : held.state == HoldState::kDiscarded ? "done-discard"
                                                          : "done-release";
  const auto left = std::max(held.undo_until - call.phrases.now(), std::chrono::seconds(0));
  return call.phrases.Say(key, {{"subject", Elided(CoveredSubject(call.phrases, held), 80)},
                                {"seconds", std::to_string(left.count())}});
}

nlohmann::json LiveRow(const Call& call, const HeldSummary& held) {
  const bool is_gone = held.state != HoldState::kHeld;
  return {{"id", held.id},
          {"revision", held.revision},
          {"gone", is_gone},
          {"text", is_gone ? call.phrases.Outcome(held) : call.phrases.Claim(held, call.user->name)}};
}

// Of the ids "a,b,c" those that are not on the page, at most as many as a page has.
std::vector<std::string> Shown(const std::string& ids, const QueuePage& page) {
  std::vector<std::string> missing;
  for (std::size_t at = 0; at < ids.size() && missing.size() < kRowsOnPage;) {
    const std::size_t end = std::min(ids.find(',', at), ids.size());
    const std::string id = ids.substr(at, end - at);
    at = end + 1;
    const bool is_there = std::any_of(page.rows.begin(), page.rows.end(),
                                      [&](const QueueRow& row) { return row.held.id == id; });
    if (!is_there) missing.push_back(id);
  }
  return missing;
}

Response Json(const nlohmann::json& json) {
  Response response;
  response.type = "application/json";
  // Whoever opens it by its address gets a file, not a page.
  response.fields.Add("Content-Disposition", "attachment; filename=\"live.json\"");
  response.body = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return response;
}

}  // namespace

std::string ListName(const Call& call, const std::string& address) {
  const ListPolicy* list = call.site.policy->FindList(address);
  return list == nullptr ? address : list->name;
}

std::vector<View> ListChoices(const Call& call, Permission permission) {
  std::vector<View> choices;
  for (const ListPolicy& list : call.site.policy->lists()) {
    if (call.May(permission, list.address))
      choices.push_back(Option(list.address, list.name, call.request.query["list"]));
  }
  return choices;
}

std::string FilterName(const Call& call, const std::string& filter) {
  if (filter == "unread") return call.phrases.Say("row-unread");
  for (const Clause& clause : call.site.policy->clauses()) {
    if (clause.filter == filter) return call.site.policy->Say(clause.title, call.phrases.language()).text;
  }
  return filter;
}

std::string CoveredSubject(const Phrases& phrases, const HeldSummary& held) {
  std::vector<StoredFinding> findings(held.findings.size());
  for (std::size_t i = 0; i < findings.size(); ++i) findings[i].quote = held.findings[i].quote;
  return Covered(phrases.Subject(held), findings);
}

std::vector<View> DoneNotices(const Call& call) {
  std::vector<View> notices;
  const FieldList& query = call.request.query;
  for (const char* said : {"note", "forward", "claim", "unclaim", "preference"}) {
    if (query["said"] == said)
      notices.push_back(
          Notice("good", call.phrases.Say(std::string("done-") + said, {{"who", query["who"]}})));
  }
  if (query["said"] == "bulk")
    notices.push_back(
        Notice("good", call.phrases.Say("bulk-done", {{"done", query["n"]}, {"count", query["of"]}})));
  if (query["said"] == "nothing") notices.push_back(Notice("warn", call.phrases.Say("bulk-nothing")));
  const auto done = query["done"].empty() ? std::nullopt : call.site.store.Find(query["done"]);
  if (!done || !call.May(Permission::kSee, done->list)) return notices;
  View notice = Notice("good", DoneText(call, *done));
  if (done->undo_until > call.phrases.now() && call.May(Permission::kDecide, done->list)) {
    notice.texts["undo"] = done->id;
    notice.texts["undo-revision"] = std::to_string(done->revision);
  }
  notices.push_back(std::move(notice));
  return notices;
}

Response ShowQueue(Call& call) { return Listing(call, true); }
Response ShowDecided(Call& call) { return Listing(call, false); }

Response ShowChanges(Call& call) {
  nlohmann::json rows = nlohmann::json::array();
  std::string tag;
  const std::string& one = call.request.query["post"];
  if (!one.empty()) {
    const auto held = call.site.store.Find(one);
    if (!held || !call.May(Permission::kSee, held->list)) return NotFound(call);
    rows.push_back(LiveRow(call, *held));
    tag = std::to_string(held->revision);
    const std::string text =
        held->state == HoldState::kHeld
            ? call.phrases.Say("conflict-changed")
            : call.phrases.Say("live-decided", {{"outcome", call.phrases.Outcome(*held)}});
    return Json({{"tag", tag}, {"rows", rows}, {"text", text}, {"link", call.phrases.Say("reload")}});
  }
  const QueuePage page = call.site.store.Queue(PageQuery(call, true));
  for (const QueueRow& row : page.rows) {
    rows.push_back(LiveRow(call, row.held));
    tag += row.held.id + std::to_string(row.held.revision);
  }
  // What a page shows and the queue no longer has: decided meanwhile.
  for (const std::string& id : Shown(call.request.query["shown"], page)) {
    const auto held = call.site.store.Find(id);
    if (held && call.May(Permission::kSee, held->list)) rows.push_back(LiveRow(call, *held));
  }
  const std::string text = call.phrases.Say("live-new", {{"count", std::to_string(page.count)}});
  return Json({{"tag", Sha256Hex(tag + std::to_string(page.count)).substr(0, 16)},
               {"rows", rows},
               {"text", text},
               {"link", call.phrases.Say("reload")}});
}

}  // namespace listwarden
