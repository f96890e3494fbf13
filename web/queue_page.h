// The queue, decided posts, and what changes in them.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "web/site.h"

namespace listwarden {

Response ShowQueue(Call& call);
Response ShowDecided(Call& call);
// JSON for pages that are open: what others did meanwhile.
Response ShowChanges(Call& call);

// A list's name, or its address when it is none of the policy's.
std::string ListName(const Call& call, const std::string& address);
// Those of the policy's lists on which the visitor may do that; the one of the page's query is chosen.
std::vector<View> ListChoices(const Call& call, Permission permission);
// A filter's principle in the reader's language; "unread" is what could not be read.
std::string FilterName(const Call& call, const std::string& filter);
// Without the confidential words that were found in the post.
std::string CoveredSubject(const Phrases& phrases, const HeldSummary& held);
// What was just done, from the query that a redirect left: "done=ID", "said=note".
std::vector<View> DoneNotices(const Call& call);

}  // namespace listwarden
