// What was found in a post, as every page tells it.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "message/message.h"
#include "moderation/correction.h"
#include "web/marked_text.h"
#include "web/site.h"
#include "web/stored_verdict.h"

namespace listwarden {

// Sets `name` to a text of the policy in the reader's language, and "NAME-lang" where it is in another one.
void Say(const Call& call, const std::string& english, const std::string& name, View* view);
// Sets `name` to the title and "principle" to the text; to the id of a clause that is not known any more.
void SayClause(const Call& call, const std::string& id, const std::string& name, View* view);
std::string RegionText(const Call& call, const std::string& region);
View SegmentView(const Call& call, const MarkedSegment& segment);

// What a page gives to be judged.
inline constexpr std::size_t kLongestSubject = 300, kLongestText = 200u << 10;
// Adds what is wrong: too long; or, when nothing else is, forty times under `key` in a quarter of an hour.
void LimitJudging(const Call& call, const std::string& text, const std::string& key,
                  std::vector<View>* errors);

// What led to a hold, for its author: "clauses" in the letters' order and grouping, and "unread".
void AddClauses(const Call& call, const StoredVerdict& verdict, View* view);
// The text with those words marked: "segments". Confidential words are covered.
void AddMarkedText(const Call& call, const Message& message, const StoredVerdict& verdict, View* view);
// Both, of a text that was judged just now: "is-judged", and "is-found" when it would be held.
void AddJudgement(const Call& call, const JudgedText& judged, View* view);

}  // namespace listwarden
