// SPDX-License-Identifier: Apache-2.0
#include "web/acts.h"

#include <algorithm>

#include "web/post_page.h"
#include "web/queue_page.h"
#include "web/queue_query.h"

namespace listwarden {
namespace {

constexpr auto kClaim = std::chrono::minutes(10);
constexpr std::size_t kLongestWhy = 4000, kLongestLetter = 20000, kLongestNote = 2000;
constexpr std::size_t kMostAtOnce = 100;

Response Conflict(Call& call) {
  call.held = call.site.store.Find(call.held->id);
  if (!call.held) return NotFound(call);
  const bool is_open = call.held->state == HoldState::kHeld;
  return ShowMessage(
      call, 409, "conflict-title",
      {is_open ? call.phrases.Say("conflict-changed")
               : call.phrases.Say("conflict-text", {{"outcome", call.phrases.Outcome(*call.held)}})});
}

// To the next post of the queue that the moderator came from, with word of what was done.
Response Onward(const Call& call) {
  const std::string queue = QueueWords(ParseForm(call.request.form["queue"]));
  const std::string next = NextPost(call, queue, call.held->id);
  const std::string done = "done=" + call.held->id + (queue.empty() ? "" : "&" + queue);
  return Redirect((next.empty() ? "/?" : "/posts/" + next + "?") + done);
}

Response Decide(Call& call, Choice choice) {
  const auto revision = ParseNumber(call.request.form["revision"]);
  if (!revision) return Conflict(call);
  // Found before the decision takes the post out of the queue.
  const Response onward = Onward(call);
  choice.actor = call.user->name;
  choice.revision = *revision;
  choice.undo = call.site.settings.undo;
  switch (call.site.service.Decide(call.held->id, choice).result) {
    case DecisionResult::kDone:
      return onward;
    case DecisionResult::kNotFound:
      return NotFound(call);
    case DecisionResult::kNotAllowed:
      return ShowMessage(call, 403, "forbidden-title", {call.phrases.Say("barred")});
    case DecisionResult::kConflict:
    case DecisionResult::kLinkUsed:
      break;
  }
  return Conflict(call);
}

Response Back(const Call& call, const std::string& said) {
  return Redirect("/posts/" + call.held->id + "?said=" + said);
}

}  // namespace

Response ReleasePost(Call& call) {
  Choice choice{.to = HoldState::kApproved};
  const std::string& until = call.request.form["trust-until"];
  if (until.empty()) return Decide(call, choice);
  if (!call.May(Permission::kTrust, call.held->list))
    return ShowMessage(call, 403, "forbidden-title", {call.phrases.Say("forbidden-right")});
  const Time now = call.phrases.now();
  choice.trust_until = DayFrom(until);
  if (!choice.trust_until || *choice.trust_until <= now ||
      *choice.trust_until > now + std::chrono::days(367)) {
    Draft draft;
    draft.errors.push_back(Error("trust-until", call.phrases.Say("trust-wrong")));
    return ShowPostWith(call, draft);
  }
  return Decide(call, choice);
}

Response RejectPost(Call& call) {
  Draft draft;
  draft.why = Entered(call.request, "why", kLongestWhy);
  draft.clause = call.request.form["clause"];
  draft.letter = Entered(call.request, "letter", kLongestLetter);
  if (draft.why.empty()) {
    draft.errors.push_back(Error("why", call.phrases.Say("reason-empty")));
    return ShowPostWith(call, draft);
  }
  if (call.request.form["show"] == "letter") {
    draft.shows_letter = true;
    draft.letter = call.site.notices.OutcomeText(*call.held, "rejected", draft.why);
    return ShowPostWith(call, draft);
  }
  return Decide(call, {.to = HoldState::kRejected, .why = draft.why, .letter = draft.letter});
}

Response DiscardPost(Call& call) { return Decide(call, {.to = HoldState::kDiscarded}); }

Response UndoPost(Call& call) {
  Act act;
  act.held_id = call.held->id;
  act.revision = ParseNumber(call.request.form["revision"]).value_or(-1);
  act.actor = call.user->name;
  if (call.site.store.Undo(act) == DecisionResult::kDone)
    return Redirect("/posts/" + call.held->id + "?done=" + call.held->id);
  return ShowMessage(call, 409, "undo-late-title",
                     {call.phrases.Say("undo-late", {{"outcome", call.phrases.Outcome(*call.held)}})});
}

Response ClaimPost(Call& call) {
  if (call.request.form["do"] == "drop") {
    call.site.store.Unclaim(call.held->id, call.user->name);
    return Back(call, "unclaim");
  }
  const auto result = call.site.store.Claim(call.held->id, call.user->name, call.phrases.now() + kClaim);
  if (result == DecisionResult::kDone) return Back(call, "claim");
  if (call.held->state != HoldState::kHeld) return Conflict(call);
  return ShowMessage(call, 409, "claim-late-title",
                     {call.phrases.Claim(*call.held, call.user->name), call.phrases.Say("claim-late")});
}

Response NotePost(Call& call) {
  Act act;
  act.held_id = call.held->id;
  act.actor = call.user->name;
  act.why = Entered(call.request, "text", kLongestNote);
  if (act.why.empty()) {
    Draft draft;
    draft.errors.push_back(Error("note", call.phrases.Say("note-empty")));
    return ShowPostWith(call, draft);
  }
  call.site.store.Record(act, "note");
  return Back(call, "note");
}

Response ForwardPost(Call& call) {
  const auto colleague = call.site.accounts.FindUser(call.request.form["to"]);
  if (!colleague || colleague->address.empty() || !May(*colleague, Permission::kSee, call.held->list)) {
    Draft draft;
    draft.errors.push_back(Error("colleague", call.phrases.Say("forward-wrong")));
    return ShowPostWith(call, draft);
  }
  Act act;
  act.held_id = call.held->id;
  act.actor = call.user->name;
  const std::string question = Entered(call.request, "text", kLongestNote);
  act.why = colleague->name + (question.empty() ? "" : ": " + question);
  act.outbox.push_back(call.site.notices.ForColleague(
      *call.held, call.user->name, colleague->address, question,
      call.site.settings.base_url + "/posts/" + call.held->id, call.phrases.now()));
  call.site.store.Record(act, "forwarded");
  return Redirect("/posts/" + call.held->id + "?said=forward&who=" + PercentEncoded(colleague->name));
}

namespace {

struct Picked {
  HeldMessage held;
  std::int64_t revision = 0;
};

// "ID.REVISION" of each chosen post that the moderator may decide.
std::vector<Picked> PickedPosts(const Call& call) {
  std::vector<Picked> posts;
  for (const std::string& one : call.request.form.All("id")) {
    const auto dot = one.find('.');
    const auto revision = ParseNumber(dot == std::string::npos ? "" : one.substr(dot + 1));
    if (!revision || posts.size() == kMostAtOnce) continue;
    auto held = call.site.store.Find(one.substr(0, dot));
    if (held && call.May(Permission::kDecide, held->list)) posts.push_back({std::move(*held), *revision});
  }
  return posts;
}

Response AskAboutMany(const Call& call, const std::string& to, const std::vector<Picked>& posts,
                      std::vector<View> errors) {
  View view;
  const std::map<std::string, std::string> count = {{"count", std::to_string(posts.size())}};
  const std::string heading = call.phrases.Say("bulk-title-" + to, count);
  view.texts["to"] = to;
  view.texts["heading"] = heading;
  view.texts["lead"] = call.phrases.Say("bulk-lead-" + to);
  view.texts["confirm"] = call.phrases.Say("bulk-confirm-" + to);
  view.texts["kind"] = to == "release" ? "go" : "stop";
  view.flags["is-reject"] = to == "reject";
  view.lists["errors"] = std::move(errors);
  for (const Picked& post : posts) {
    View one;
    one.texts["id"] = post.held.id;
    one.texts["revision"] = std::to_string(post.revision);
    one.texts["subject"] = CoveredSubject(call.phrases, post.held);
    one.texts["from"] = post.held.from;
    one.texts["list-name"] = ListName(call, post.held.list);
    view.lists["posts"].push_back(std::move(one));
  }
  const int status = view.lists["errors"].empty() ? 200 : 422;
  return Page(call, "bulk", std::move(view), heading, status);
}

Response DecideEach(Call& call, const Choice& choice, const std::vector<Picked>& posts) {
  std::size_t done = 0;
  std::vector<std::string> lost;
  for (const Picked& post : posts) {
    Choice one = choice;
    one.revision = post.revision;
    if (call.site.service.Decide(post.held.id, one).result == DecisionResult::kDone) {
      ++done;
      continue;
    }
    const auto now = call.site.store.Find(post.held.id);
    lost.push_back(call.phrases.Say("bulk-lost", {{"subject", CoveredSubject(call.phrases, post.held)},
                                                  {"text", now ? call.phrases.Outcome(*now) : ""}}));
  }
  const std::map<std::string, std::string> counts = {{"done", std::to_string(done)},
                                                     {"count", std::to_string(posts.size())}};
  if (lost.empty()) return Redirect("/?said=bulk&n=" + counts.at("done") + "&of=" + counts.at("count"));
  lost.insert(lost.begin(), call.phrases.Say("bulk-done", counts));
  return ShowMessage(call, 409, "conflict-title", lost);
}

}  // namespace

Response DecideMany(Call& call) {
  const std::string& to = call.request.form["to"];
  if (to != "release" && to != "reject" && to != "discard") return NotFound(call);
  const std::vector<Picked> posts = PickedPosts(call);
  if (posts.empty()) return Redirect("/?said=nothing");
  if (call.request.form["confirmed"] != "yes") return AskAboutMany(call, to, posts, {});
  Choice choice{.to = to == "release"  ? HoldState::kApproved
                      : to == "reject" ? HoldState::kRejected
                                       : HoldState::kDiscarded,
                .actor = call.user->name,
                .undo = call.site.settings.undo};
  if (to == "reject") {
    choice.why = Entered(call.request, "why", kLongestWhy);
    if (choice.why.empty())
      return AskAboutMany(call, to, posts, {Error("why", call.phrases.Say("reason-empty"))});
  }
  return DecideEach(call, choice, posts);
}

}  // namespace listwarden
