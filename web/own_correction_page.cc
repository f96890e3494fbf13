// SPDX-License-Identifier: Apache-2.0
#include "web/own_correction_page.h"

#include <algorithm>

#include "message/message_builder.h"
#include "moderation/correction.h"
#include "web/findings_view.h"
#include "web/own_post_page.h"

namespace listwarden {
namespace {

// The form, with what was found in the text when it was judged.
Response Form(Call& call, const Editable& editable, const Rewrite& rewrite, const JudgedText* judged,
              std::vector<View> errors) {
  View view;
  view.texts["id"] = call.held->id;
  view.texts["revision"] = std::to_string(call.held->revision);
  view.texts["subject"] = rewrite.subject;
  view.texts["text"] = rewrite.text;
  for (std::size_t i = 0; i < editable.attached.size(); ++i) {
    View one;
    const Attached& file = editable.attached[i];
    one.texts["number"] = std::to_string(i);
    one.texts["name"] = file.name.empty() ? call.phrases.Say("attachment-nameless") : file.name;
    one.texts["type"] = file.media_type;
    one.flags["is-kept"] = std::find(rewrite.kept.begin(), rewrite.kept.end(), i) != rewrite.kept.end();
    view.lists["attached"].push_back(std::move(one));
  }
  view.flags["loses-markup"] = editable.loses_markup;
  view.flags["loses-messages"] = editable.loses_attached_messages;
  view.flags["may-release"] =
      ListOf(call).on_correction == OnCorrection::kRelease && call.held->appealed_from.empty();
  if (judged == nullptr)
    AddClauses(call, ReadVerdict(call.held->verdict_json), &view);
  else
    AddJudgement(call, *judged, &view);
  view.lists["errors"] = std::move(errors);
  const int status = view.lists["errors"].empty() ? 200 : 422;
  return Page(call, "own-correct", std::move(view), call.phrases.Say("own-correct-title"), status);
}

Rewrite EnteredIn(const Call& call) {
  Rewrite rewrite;
  rewrite.subject = Entered(call.request, "subject", kLongestSubject);
  rewrite.text = Entered(call.request, "text", kLongestText + 1);
  for (const std::string& kept : call.request.form.All("keep")) {
    if (const auto number = ParseNumber(kept)) rewrite.kept.push_back(static_cast<std::size_t>(*number));
  }
  return rewrite;
}

std::vector<View> Mistakes(const Call& call, const Rewrite& rewrite) {
  std::vector<View> mistakes;
  if (rewrite.subject.empty())
    mistakes.push_back(Error("subject", call.phrases.Say("own-correct-no-subject")));
  if (rewrite.text.empty()) mistakes.push_back(Error("text", call.phrases.Say("own-correct-empty")));
  LimitJudging(call, rewrite.text, "check:" + call.held->id, &mistakes);
  return mistakes;
}

}  // namespace

Response ShowCorrection(Call& call) {
  if (!MayCorrect(call)) return AfterAct(call, DecisionResult::kConflict, "");
  const Message message = ReadMessage(call.held->raw);
  const Editable editable = EditableOf(message);
  if (editable.text.empty() || editable.text.size() > kLongestText)
    return ShowMessage(call, 200, "own-correct-title", {call.phrases.Say("own-correct-cannot")});
  Rewrite as_it_is{message.subject, editable.text, {}};
  for (std::size_t i = 0; i < editable.attached.size(); ++i) as_it_is.kept.push_back(i);
  return Form(call, editable, as_it_is, nullptr, {});
}

Response CorrectOwnPost(Call& call) {
  if (!MayCorrect(call)) return AfterAct(call, DecisionResult::kConflict, "");
  const Rewrite rewrite = EnteredIn(call);
  std::vector<View> mistakes = Mistakes(call, rewrite);
  const auto form = [&](const JudgedText* judged) {
    return Form(call, EditableOf(ReadMessage(call.held->raw)), rewrite, judged, std::move(mistakes));
  };
  if (!mistakes.empty()) return form(nullptr);
  const JudgedText judged = JudgeRewrite(*call.site.policy, *call.held, rewrite);
  const std::string& what = call.request.form["do"];
  const bool is_sent = what == "send" ? !judged.IsHeld() : what == "send-anyway";
  if (!is_sent) return form(&judged);
  const DecisionResult result = AuthorsOf(call).Correct(*call.held, ActOf(call), judged);
  // Others may have decided since, or an eraser taken it away.
  const auto now = call.site.store.Find(call.held->id);
  const bool is_released = now && now->decided_by == kCorrectionActor;
  return AfterAct(call, result, is_released ? "released" : "corrected");
}

}  // namespace listwarden
