// SPDX-License-Identifier: Apache-2.0
#include "web/draft_page.h"

#include <algorithm>

#include "moderation/correction.h"
#include "web/findings_view.h"

namespace listwarden {
namespace {

bool Offers(const Call& call, const ListPolicy& list) {
  return list.draft_check == DraftCheck::kPublic ||
         (list.draft_check == DraftCheck::kSignedIn && call.user.has_value());
}

// nullptr when there is none of that address, or not for this visitor.
const ListPolicy* Chosen(const Call& call, const std::string& address) {
  const ListPolicy* list = call.site.policy->FindList(address);
  return list != nullptr && Offers(call, *list) ? list : nullptr;
}

Response Form(Call& call, const std::string& chosen, View view) {
  if (!OffersDraftCheck(call)) return NotFound(call);
  for (const ListPolicy& list : call.site.policy->lists()) {
    if (Offers(call, list)) view.lists["list-choices"].push_back(Option(list.address, list.name, chosen));
  }
  const int status = view.lists["errors"].empty() ? 200 : 422;
  return Page(call, "check", std::move(view), call.phrases.Say("check-title"), status);
}

}  // namespace

bool OffersDraftCheck(const Call& call) {
  const std::vector<ListPolicy>& lists = call.site.policy->lists();
  return std::any_of(lists.begin(), lists.end(), [&](const ListPolicy& list) { return Offers(call, list); });
}

Response ShowDraftCheck(Call& call) { return Form(call, call.request.query["list"], {}); }

Response CheckDraft(Call& call) {
  const ListPolicy* list = Chosen(call, call.request.form["list"]);
  const std::string subject = Entered(call.request, "subject", kLongestSubject);
  const std::string text = Entered(call.request, "text", kLongestText + 1);
  View view;
  view.texts["subject"] = subject;
  view.texts["text"] = text;
  std::vector<View>& errors = view.lists["errors"];
  if (list == nullptr) errors.push_back(Error("list", call.phrases.Say("check-no-list")));
  if (text.empty()) errors.push_back(Error("text", call.phrases.Say("check-empty")));
  LimitJudging(call, text, "draft:" + PeerOf(call.request, call.site.settings), &errors);
  if (errors.empty()) AddJudgement(call, JudgeDraft(*call.site.policy, *list, subject, text), &view);
  return Form(call, call.request.form["list"], std::move(view));
}

}  // namespace listwarden
