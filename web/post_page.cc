// SPDX-License-Identifier: Apache-2.0
#include "web/post_page.h"

#include <algorithm>
#include <set>

#include "hold/identity.h"
#include "message/header_fields.h"
#include "message/message_builder.h"
#include "web/findings_view.h"
#include "web/marked_text.h"
#include "web/queue_page.h"
#include "web/queue_query.h"

namespace listwarden {
namespace {

constexpr std::size_t kHeaderBytesShown = 16u << 10;
constexpr std::size_t kFindingsShown = 50;
constexpr auto kLongestTrust = std::chrono::days(366), kUsualTrust = std::chrono::days(90);

// What the page needs of the post, read once.
struct Reading {
  std::vector<StoredFinding> counted, minor;
  std::vector<std::string> unread;
  std::optional<Message> message;
  bool is_covered = true, has_secret = false;
};

Reading Read(const Call& call) {
  Reading reading;
  StoredVerdict verdict = ReadVerdict(call.held->verdict_json);
  for (StoredFinding& finding : verdict.findings) {
    reading.has_secret = reading.has_secret || finding.IsSecret();
    auto& kind = finding.action == "hold" ? reading.counted : reading.minor;
    if (kind.size() < kFindingsShown) kind.push_back(std::move(finding));
  }
  reading.unread = std::move(verdict.unread);
  reading.is_covered = call.request.query["show"] != "words";
  if (!call.held->raw.empty()) reading.message = ReadMessage(call.held->raw);
  return reading;
}

std::string PlaceText(const Call& call, const StoredFinding& finding) {
  const bool has_part = !finding.part.empty() && finding.part != "subject" && finding.part != "1";
  return call.phrases.Say(has_part ? "place-part" : "place",
                          {{"region", RegionText(call, finding.region)}, {"part", finding.part}});
}

View FindingView(const Call& call, const StoredFinding& finding, std::size_t number) {
  View view;
  view.texts["number"] = std::to_string(number);
  view.texts["level"] = finding.confidence;
  SayClause(call, finding.clause, "clause", &view);
  view.texts["confidence"] = call.phrases.Say(
      "confidence-" +
      (finding.confidence == "high" || finding.confidence == "medium" ? finding.confidence : "low"));
  view.texts["quote"] = Trim(finding.quote);
  Say(call, finding.reason, "reason", &view);
  Say(call, finding.advice, "advice", &view);
  view.texts["rule"] = finding.rule;
  view.texts["place"] = PlaceText(call, finding);
  return view;
}

void AddFindings(const Call& call, const Reading& reading, View* view) {
  for (const std::string& what : reading.unread) {
    View one;
    Say(call, what, "what", &one);
    view->lists["unread"].push_back(one);
  }
  std::set<std::string> said;  // a principle or an advice once
  for (std::size_t i = 0; i < reading.counted.size(); ++i) {
    View finding = FindingView(call, reading.counted[i], i + 1);
    for (const char* text : {"principle", "advice"}) {
      if (!said.insert(finding.texts[text]).second) finding.texts[text].clear();
    }
    view->lists["findings"].push_back(std::move(finding));
  }
  for (const StoredFinding& finding : reading.minor) {
    View minor = FindingView(call, finding, 0);
    const std::string& action = finding.action;
    minor.texts["why-not"] =
        call.phrases.Say("why-not-" + (action == "observe" || action == "tag" ? action : "none"));
    view->lists["minor"].push_back(std::move(minor));
  }
  view->texts["minor-title"] =
      call.phrases.Say("minor-title", {{"count", std::to_string(reading.minor.size())}});
}

void AddAttachments(const Call& call, const Reading& reading, View* view) {
  for (const Part& part : reading.message->parts) {
    if (part.is_inline_text) continue;
    View one;
    one.texts["name"] =
        part.file_names.empty() ? call.phrases.Say("attachment-nameless") : part.file_names.front();
    one.texts["type"] = part.media_type;
    one.texts["size"] = Size(part.content.size());
    std::string found;
    for (const StoredFinding& finding : reading.counted) {
      if (finding.part == part.id) found += (found.empty() ? "" : " · ") + finding.quote;
    }
    one.texts["found"] = found.empty() ? "" : call.phrases.Say("attachment-found", {{"quote", found}});
    view->lists["attachments"].push_back(std::move(one));
  }
}

std::string HeaderText(const Reading& reading) {
  std::string text;
  for (const HeaderField& field : reading.message->fields) {
    if (text.size() > kHeaderBytesShown) return text + "…\n";
    text += field.name + ": " + field.value.substr(0, kHeaderBytesShown) + "\n";
  }
  return text;
}

void AddText(const Call& call, const Reading& reading, const std::vector<StoredFinding>& all, View* view) {
  view->flags["is-unreadable"] =
      !reading.message || (reading.message->segments.empty() && reading.message->parts.empty());
  view->flags["may-raw"] = !call.held->raw.empty();
  view->flags["is-corrected"] = call.held->content > 0;
  view->texts["size"] = Size(call.held->raw.size());
  view->flags["has-secret"] = reading.has_secret;
  view->texts["reveal-link"] =
      "/posts/" + call.held->id + (reading.is_covered ? "?show=words#text" : "#text");
  view->texts["reveal-text"] = call.phrases.Say(reading.is_covered ? "secret-show" : "secret-hide");
  if (!reading.message) return;
  const MarkedText marked =
      Mark(*reading.message, call.site.policy->rules(), reading.counted, reading.is_covered);
  view->flags["is-cut"] = marked.is_cut;
  for (const MarkedSegment& segment : marked.segments)
    view->lists["segments"].push_back(SegmentView(call, segment));
  AddAttachments(call, reading, view);
  view->texts["headers"] = reading.is_covered ? Covered(HeaderText(reading), all) : HeaderText(reading);
}

void AddStory(const Call& call, View* view) {
  static const std::set<std::string, std::less<>> known = {
      "held",   "approved", "rejected", "discarded", "expired",   "withdrawn", "released",          "sending",
      "failed", "undone",   "note",     "claimed",   "corrected", "appealed",  "possible-duplicate"};
  for (const AuditRow& row : call.site.store.Audit(call.held->id)) {
    View one;
    const bool is_asked = row.action == "forwarded";
    one.texts["what"] = known.contains(row.action) ? call.phrases.Say("story-" + row.action)
                        : is_asked                 ? call.phrases.Say("story-forwarded",
                                                                      {{"who", row.details.substr(0, row.details.find(':'))}})
                                                   : row.action;
    one.texts["details"] =
        is_asked ? ""
        : row.action == "held"
            ? call.phrases.Say("story-policy", {{"version", row.details.substr(row.details.find(' ') + 1)}})
            : row.details;
    one.texts["when"] = call.phrases.When(row.time);
    one.texts["who"] = row.actor;
    view->lists["story"].push_back(std::move(one));
  }
}

void AddHistory(const Call& call, View* view) {
  const AuthorHistory history = call.site.store.History(call.held->list, call.held->from);
  std::size_t all = 0, released = 0, rejected = 0, held = 0;
  for (const auto& [state, count] : history) {
    all += count;
    if (state == HoldState::kReleased || state == HoldState::kApproved || state == HoldState::kSending)
      released += count;
    if (state == HoldState::kRejected) rejected += count;
    if (state == HoldState::kHeld) held += count;
  }
  view->flags["has-history"] = all > 1;
  view->texts["history-link"] =
      "/decided?author=" + PercentEncoded(call.held->from) + "&list=" + PercentEncoded(call.held->list);
  view->texts["history"] = all <= 1 ? call.phrases.Say("history-new")
                                    : call.phrases.Say("history", {{"released", std::to_string(released)},
                                                                   {"rejected", std::to_string(rejected)},
                                                                   {"held", std::to_string(held)}});
}

// One choice a clause that was found, then the others, then "another reason"; each with its text in the
// language of the letter.
void AddReasons(const Call& call, const Reading& reading, const Draft& draft, View* view) {
  std::vector<const StoredFinding*> found;
  for (const StoredFinding& finding : reading.counted) {
    const bool is_there = std::any_of(
        found.begin(), found.end(), [&](const StoredFinding* one) { return one->clause == finding.clause; });
    if (!is_there) found.push_back(&finding);
  }
  const Policy& policy = *call.site.policy;
  const std::string language = call.held->language == "cy" ? "cy" : "en";
  const auto said = [&](const std::string& english) { return policy.Say(english, language).text; };
  const auto principle = [&](const std::string& id) {
    const Clause* clause = policy.FindClause(id);
    return clause == nullptr ? "" : said(clause->text);
  };
  const auto add = [&](const std::string& clause, const std::string& text) {
    View one;
    SayClause(call, clause, "title", &one);
    one.texts["clause"] = clause;
    one.texts["text"] = text;
    const bool is_first = view->lists["reasons"].empty();
    one.flags["is-chosen"] = draft.clause.empty() ? is_first : draft.clause == clause;
    view->lists["reasons"].push_back(std::move(one));
  };
  for (const StoredFinding* finding : found) {
    add(finding->clause, call.site.pages.Say(language, "reason-text",
                                             {{"reason", said(finding->reason)},
                                              {"principle", principle(finding->clause)},
                                              {"advice", said(finding->advice)}}));
  }
  for (const Clause& clause : policy.clauses()) {
    const bool is_found = std::any_of(found.begin(), found.end(),
                                      [&](const StoredFinding* one) { return one->clause == clause.id; });
    if (!is_found) add(clause.id, said(clause.text));
  }
  add("other", "");
  view->lists["reasons"].back().texts["title"] = call.phrases.Say("reason-other");
  view->texts["why-lang"] = language == call.phrases.language() ? "" : language;
  view->texts["why"] =
      draft.why.empty() && draft.errors.empty() ? view->lists["reasons"].front().texts["text"] : draft.why;
}

void AddColleagues(const Call& call, View* view) {
  for (const User& user : call.site.accounts.Users()) {
    const bool is_other = user.name != call.user->name && !user.address.empty();
    if (!is_other || !May(user, Permission::kSee, call.held->list)) continue;
    View one;
    one.texts["value"] = one.texts["text"] = user.name;
    view->lists["colleagues"].push_back(std::move(one));
  }
}

void AddDecisions(const Call& call, const Reading& reading, const Draft& draft, View* view) {
  const HeldMessage& held = *call.held;
  const bool is_barred = held.appealed_from == call.user->name;
  view->flags["is-open"] = held.state == HoldState::kHeld || held.state == HoldState::kFailed;
  view->flags["may-decide"] = call.May(Permission::kDecide, held.list) && !is_barred;
  view->flags["may-note"] = call.May(Permission::kNote, held.list);
  view->flags["may-trust"] = call.May(Permission::kTrust, held.list) && !is_barred;
  view->flags["is-barred"] = is_barred;
  view->flags["may-answer"] = held.may_answer;
  view->flags["is-rejecting"] = !draft.errors.empty() || draft.shows_letter;
  view->texts["outcome"] = call.phrases.Outcome(held);
  AddReasons(call, reading, draft, view);
  if (draft.shows_letter && held.may_answer) {
    view->texts["letter"] = draft.letter;
    view->texts["letter-to"] = call.phrases.Say("letter-to", {{"address", held.reverse_path}});
  }
  view->lists["errors"] = draft.errors;
  view->texts["trust-text"] = call.phrases.Say("trust-text", {{"address", held.from}});
  view->texts["trust-first"] = IsoDay(call.phrases.now() + std::chrono::days(1));
  view->texts["trust-default"] = IsoDay(call.phrases.now() + kUsualTrust);
  view->texts["trust-last"] = IsoDay(call.phrases.now() + kLongestTrust);
  const std::string claim = call.phrases.Claim(held, call.user->name);
  const bool is_mine = !claim.empty() && held.claimed_by == call.user->name;
  view->texts["claim"] = claim;
  view->flags["may-claim"] = claim.empty() || is_mine;
  view->texts["claim-do"] = is_mine ? "drop" : "take";
  view->texts["claim-text"] = call.phrases.Say(is_mine ? "claim-drop" : "claim-take");
  AddColleagues(call, view);
}

void AddFacts(const Call& call, const Reading& reading, View* view) {
  const HeldMessage& held = *call.held;
  const bool is_waiting = held.state == HoldState::kHeld;
  std::string from = held.from;
  if (reading.message && !reading.message->from.empty() &&
      !reading.message->from.front().display_name.empty())
    from = reading.message->from.front().display_name + " <" + held.from + ">";
  view->texts["id"] = held.id;
  view->texts["revision"] = std::to_string(held.revision);
  view->texts["from"] = from;
  view->texts["list"] = held.list;
  view->texts["list-name"] = ListName(call, held.list);
  view->texts["state-text"] = call.phrases.State(held);
  view->texts["received"] = call.phrases.When(held.received);
  view->texts["expiry"] = is_waiting ? call.phrases.Expiry(held) : "";
  view->flags["is-soon"] = is_waiting && call.phrases.IsSoon(held);
  view->texts["reference"] = WithId("{ref}", held.id);
  AddHistory(call, view);
}

}  // namespace

Response ShowPostWith(Call& call, const Draft& draft) {
  const Reading reading = Read(call);
  std::vector<StoredFinding> all = reading.counted;
  all.insert(all.end(), reading.minor.begin(), reading.minor.end());
  const std::string queue = call.request.method == "POST" ? QueueWords(ParseForm(call.request.form["queue"]))
                                                          : QueueWords(call.request.query);
  const std::string whole = call.phrases.Subject(*call.held);
  const std::string subject = reading.is_covered ? Covered(whole, all) : whole;
  View view;
  view.texts["subject"] = subject;
  view.texts["queue"] = queue;
  view.texts["back"] = queue.empty() ? "/" : "/?" + queue;
  const std::string next = NextPost(call, queue, call.held->id);
  view.texts["next-post"] = next.empty() ? "" : "/posts/" + next + (queue.empty() ? "" : "?" + queue);
  view.texts["live"] = "/live?post=" + call.held->id;
  view.lists["notices"] = DoneNotices(call);
  AddFacts(call, reading, &view);
  AddFindings(call, reading, &view);
  AddText(call, reading, all, &view);
  AddStory(call, &view);
  AddDecisions(call, reading, draft, &view);
  return Page(call, "post", std::move(view), subject, draft.errors.empty() ? 200 : 422);
}

Response ShowPost(Call& call) { return ShowPostWith(call, {}); }

Response SendSource(Call& call) {
  const auto number = ParseNumber(call.request.query["text"]);
  const auto raw = number && *number < call.held->content
                       ? call.site.store.Raw(call.held->id, static_cast<int>(*number))
                       : std::optional(call.held->raw);
  if (!raw || raw->empty()) return NotFound(call);
  Response response;
  response.type = "application/octet-stream";
  response.fields.Add("Content-Disposition", "attachment; filename=\"" + call.held->id + ".eml\"");
  response.body = *raw;
  return response;
}

}  // namespace listwarden
