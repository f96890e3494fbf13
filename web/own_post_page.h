// An author's own held post, by the link in the letter: what was found, what happens next, and what the
// author can do. No page changes anything; each act is a form of its own.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "hold/decision.h"
#include "moderation/author_service.h"
#include "web/site.h"

namespace listwarden {

Response ShowOwnPost(Call& call);
Response AskToWithdraw(Call& call);
Response WithdrawOwnPost(Call& call);
Response UndoWithdrawal(Call& call);
Response AskToAppeal(Call& call);
Response AppealOwnPost(Call& call);

// What the pages about it share.
AuthorService AuthorsOf(const Call& call);
AuthorAct ActOf(const Call& call);  // with the revision of the form
const ListPolicy& ListOf(const Call& call);
std::string OwnPath(const Call& call);  // "/mine/ID"
std::string OwnSubject(const Call& call);
// Back to the post with word of what was done, or why it was not.
Response AfterAct(Call& call, DecisionResult result, std::string_view said);
bool MayCorrect(const Call& call);

}  // namespace listwarden
