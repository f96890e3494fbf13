// SPDX-License-Identifier: Apache-2.0
#include "web/own_post_page.h"

#include <set>

#include "base/log.h"
#include "hold/identity.h"
#include "message/message_builder.h"
#include "moderation/intake.h"
#include "web/findings_view.h"
#include "web/queue_page.h"

namespace listwarden {
namespace {

constexpr std::size_t kLongestAppeal = 4000;

// A moderator may still take it back: until then it has not happened.
bool IsPending(const Call& call) {
  const HeldMessage& held = *call.held;
  const bool is_theirs = held.state == HoldState::kApproved || held.state == HoldState::kRejected ||
                         held.state == HoldState::kDiscarded;
  return is_theirs && call.phrases.now() < held.undo_until;
}

HoldState ShownState(const Call& call) { return IsPending(call) ? HoldState::kHeld : call.held->state; }

bool MayWithdraw(const Call& call) { return call.held->state == HoldState::kHeld; }

bool MayAppeal(const Call& call) {
  return ShownState(call) == HoldState::kRejected && call.held->appealed_from.empty() &&
         !call.held->raw.empty();
}

// The one word of each state for headings and what follows.
std::string StateKey(const Call& call) {
  const HoldState state = ShownState(call);
  const bool is_appealed = !call.held->appealed_from.empty();
  if (is_appealed && (state == HoldState::kHeld || state == HoldState::kRejected))
    return std::string(HoldStateName(state)) + "-again";
  if (state == HoldState::kSending) return "approved";
  return std::string(HoldStateName(state));
}

std::string Deadline(const Call& call) {
  if (ShownState(call) != HoldState::kHeld) return "";
  const OnExpiry what = ListOf(call).on_expiry;
  const char* key = what == OnExpiry::kRelease   ? "own-deadline-release"
                    : what == OnExpiry::kDiscard ? "own-deadline-discard"
                                                 : "own-deadline-return";
  return call.phrases.Say(key, {{"when", call.phrases.When(call.held->expires)}});
}

// What concerns the author; moderators' notes and claims are theirs.
std::string StoryText(const Call& call, const AuditRow& row) {
  static const std::set<std::string, std::less<>> plain = {
      "held", "corrected", "withdrawn", "appealed", "rejected", "discarded", "expired", "released", "failed"};
  if (row.action == "approved") {
    const bool is_nobodys = row.actor == kExpiryActor || row.actor == kCorrectionActor;
    return call.phrases.Say("own-story-approved" + (is_nobodys ? "-" + row.actor : ""));
  }
  return plain.contains(row.action) ? call.phrases.Say("own-story-" + row.action) : "";
}

void AddStory(const Call& call, View* view) {
  std::vector<View>& story = view->lists["story"];
  for (const AuditRow& row : call.site.store.Audit(call.held->id)) {
    // A decision that was taken back is told to nobody.
    if (row.action == "undone" && story.size() > 1) story.pop_back();
    View one;
    one.texts["what"] = StoryText(call, row);
    one.texts["when"] = call.phrases.When(row.time);
    if (!one.texts["what"].empty()) story.push_back(std::move(one));
  }
  if (IsPending(call) && story.size() > 1) story.pop_back();
}

void AddSaid(const Call& call, View* view) {
  static const std::set<std::string, std::less<>> known = {"withdrawn", "undone", "corrected", "released",
                                                           "appealed"};
  const std::string& said = call.request.query["said"];
  if (known.contains(said)) view->texts["said"] = call.phrases.Say("own-said-" + said);
  const HeldMessage& held = *call.held;
  view->flags["may-undo"] = held.state == HoldState::kWithdrawn && call.phrases.now() < held.undo_until;
}

// Changes cannot be kept now, but the post can be shown.
bool IsReadOnly(const Call& call) {
  try {
    call.site.store.Probe();
    return false;
  } catch (const StoreError& e) {
    Log(LogLevel::kError, "store-failed", {{"path", call.request.path}, {"why", e.what()}});
    return true;
  }
}

void AddFacts(const Call& call, View* view) {
  const HeldMessage& held = *call.held;
  view->texts["id"] = held.id;
  view->texts["revision"] = std::to_string(held.revision);
  view->texts["subject"] = OwnSubject(call);
  view->texts["list"] = held.list;
  view->texts["list-name"] = ListName(call, held.list);
  view->texts["received"] = call.phrases.When(held.received);
  view->texts["reference"] = WithId("{ref}", held.id);
  view->texts["responsible"] = ListOf(call).responsible;
}

// A page that asks before it acts.
Response Ask(Call& call, std::string_view page, std::string_view title_key, View view) {
  AddFacts(call, &view);
  const std::string title = call.phrases.Say(title_key);
  view.texts["heading"] = title;
  const int status = view.lists["errors"].empty() ? 200 : 422;
  return Page(call, page, std::move(view), title, status);
}

}  // namespace

AuthorService AuthorsOf(const Call& call) {
  return {call.site.store, call.site.service, call.site.notices, *call.site.policy, call.site.clock};
}

AuthorAct ActOf(const Call& call) {
  return {call.link->actor, ParseNumber(call.request.form["revision"]).value_or(-1)};
}

const ListPolicy& ListOf(const Call& call) {
  const ListPolicy* list = call.site.policy->FindList(call.held->list);
  return list == nullptr ? call.site.policy->default_list() : *list;
}

std::string OwnPath(const Call& call) { return "/mine/" + call.held->id; }

std::string OwnSubject(const Call& call) { return CoveredSubject(call.phrases, *call.held); }

bool MayCorrect(const Call& call) {
  return call.held->state == HoldState::kHeld && !call.held->raw.empty() &&
         call.held->content < AuthorService::kMostCorrections;
}

Response AfterAct(Call& call, DecisionResult result, std::string_view said) {
  switch (result) {
    case DecisionResult::kDone:
      return Redirect(OwnPath(call) + "?said=" + std::string(said));
    case DecisionResult::kNotFound:
      return NotFound(call);
    case DecisionResult::kConflict:
    case DecisionResult::kNotAllowed:
    case DecisionResult::kLinkUsed:
      break;
  }
  return ShowMessage(call, 409, "own-late-title", {call.phrases.Say("own-late")});
}

Response ShowOwnPost(Call& call) {
  View view;
  const std::string key = StateKey(call);
  view.texts["heading"] = call.phrases.Say("own-title-" + key);
  view.texts["next"] = call.phrases.Say("own-next-" + key);
  view.texts["deadline"] = Deadline(call);
  view.flags["is-waiting"] = ShownState(call) == HoldState::kHeld;
  const bool has_reason =
      ShownState(call) == HoldState::kRejected || ShownState(call) == HoldState::kReleased;
  view.texts["why"] = has_reason ? call.held->decided_why : "";
  AddFacts(call, &view);
  AddSaid(call, &view);
  AddStory(call, &view);
  const StoredVerdict verdict = ReadVerdict(call.held->verdict_json);
  AddClauses(call, verdict, &view);
  view.flags["is-clean"] = view.lists["clauses"].empty() && view.lists["unread"].empty();
  view.flags["is-corrected"] = call.held->content > 0;
  if (!call.held->raw.empty()) AddMarkedText(call, ReadMessage(call.held->raw), verdict, &view);
  const bool is_read_only = IsReadOnly(call);
  view.flags["is-read-only"] = is_read_only;
  view.flags["may-correct"] = MayCorrect(call) && !is_read_only && !IsPending(call);
  view.flags["may-withdraw"] = MayWithdraw(call) && !is_read_only;
  view.flags["may-appeal"] = MayAppeal(call) && !is_read_only;
  view.flags["may-act"] = view.flags["may-correct"] || view.flags["may-withdraw"] || view.flags["may-appeal"];
  const std::string title = view.texts["heading"];
  return Page(call, "own-post", std::move(view), title);
}

Response AskToWithdraw(Call& call) {
  if (!MayWithdraw(call)) return AfterAct(call, DecisionResult::kConflict, "");
  return Ask(call, "own-withdraw", "own-withdraw-title", {});
}

Response WithdrawOwnPost(Call& call) {
  if (call.request.form["sure"] != "yes") {
    View view;
    view.lists["errors"].push_back(Error("sure", call.phrases.Say("own-withdraw-unsure")));
    return Ask(call, "own-withdraw", "own-withdraw-title", std::move(view));
  }
  return AfterAct(call, AuthorsOf(call).Withdraw(*call.held, ActOf(call), call.site.settings.undo),
                  "withdrawn");
}

Response UndoWithdrawal(Call& call) {
  return AfterAct(call, AuthorsOf(call).UndoWithdrawal(*call.held, ActOf(call)), "undone");
}

Response AskToAppeal(Call& call) {
  if (!MayAppeal(call)) return AfterAct(call, DecisionResult::kConflict, "");
  return Ask(call, "own-appeal", "own-appeal-title", {});
}

Response AppealOwnPost(Call& call) {
  if (!MayAppeal(call)) return AfterAct(call, DecisionResult::kConflict, "");
  const std::string why = Entered(call.request, "why", kLongestAppeal);
  if (why.empty()) {
    View view;
    view.lists["errors"].push_back(Error("why", call.phrases.Say("own-appeal-empty")));
    return Ask(call, "own-appeal", "own-appeal-title", std::move(view));
  }
  const std::string link = call.site.settings.base_url + "/posts/" + call.held->id;
  return AfterAct(call, AuthorsOf(call).Appeal(*call.held, ActOf(call), why, link), "appealed");
}

}  // namespace listwarden
