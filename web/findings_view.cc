// SPDX-License-Identifier: Apache-2.0
#include "web/findings_view.h"

#include <algorithm>
#include <set>

#include "message/header_fields.h"
#include "moderation/letter_findings.h"
#include "moderation/verdict_json.h"

namespace listwarden {
namespace {

constexpr Region kRegions[] = {Region::kSubject,    Region::kAuthorText, Region::kQuoted, Region::kSignature,
                               Region::kListFooter, Region::kAttachment, Region::kHidden};
constexpr auto kWindow = std::chrono::minutes(15);
constexpr int kMostJudged = 40;  // in a window
constexpr Confidence kConfidences[] = {Confidence::kLow, Confidence::kMedium, Confidence::kHigh};

Finding FindingFrom(const StoredFinding& stored) {
  Finding finding;
  finding.rule = stored.rule;
  finding.clause = stored.clause;
  for (const Confidence one : kConfidences) {
    if (ConfidenceName(one) == stored.confidence) finding.confidence = one;
  }
  for (const Region one : kRegions) {
    if (RegionName(one) == stored.region) finding.region = one;
  }
  finding.part = stored.part;
  finding.quote = stored.quote;
  finding.reason = stored.reason;
  finding.advice = stored.advice;
  finding.is_secret = stored.IsSecret();
  return finding;
}

// What counted, so that it can be grouped as for a letter.
Verdict Counted(const StoredVerdict& stored) {
  Verdict verdict;
  verdict.filters.push_back({"", Confidence::kHigh, Action::kHold, {}});
  for (const StoredFinding& finding : stored.findings) {
    if (finding.action == "hold") verdict.filters[0].findings.push_back(FindingFrom(finding));
  }
  return verdict;
}

View ClauseView(const Call& call, const LetterClause& clause) {
  View view;
  SayClause(call, clause.clause, "title", &view);
  for (const Finding& finding : clause.findings) {
    View one;
    one.texts["quote"] = Trim(finding.quote);
    Say(call, finding.reason, "reason", &one);
    view.lists["passages"].push_back(std::move(one));
  }
  for (const std::string& advice : clause.advice) {
    View one;
    Say(call, advice, "text", &one);
    view.lists["advice"].push_back(std::move(one));
  }
  return view;
}

}  // namespace

void Say(const Call& call, const std::string& english, const std::string& name, View* view) {
  Wording wording = call.site.policy->Say(english, call.phrases.language());
  view->texts[name] = std::move(wording.text);
  view->texts[name + "-lang"] = wording.language == call.phrases.language() ? "" : wording.language;
}

void SayClause(const Call& call, const std::string& id, const std::string& name, View* view) {
  const Clause* clause = call.site.policy->FindClause(id);
  if (clause == nullptr) {
    view->texts[name] = id;
    return;
  }
  Say(call, clause->title, name, view);
  Say(call, clause->text, "principle", view);
}

std::string RegionText(const Call& call, const std::string& region) {
  static const std::set<std::string, std::less<>> known = {"subject", "author-text", "quoted", "signature",
                                                           "footer",  "attachment",  "hidden"};
  return known.contains(region) ? call.phrases.Say("region-" + region) : region;
}

View SegmentView(const Call& call, const MarkedSegment& segment) {
  View view;
  view.flags["is-folded"] = segment.region != Region::kAuthorText;
  std::string label = RegionText(call, std::string(RegionName(segment.region)));
  if (segment.region == Region::kAttachment) label += " " + segment.part;
  view.texts["label"] = label;
  for (const Run& run : segment.runs) {
    View one;
    one.texts["words"] = run.words;
    one.flags["is-marked"] = run.finding > 0;
    one.texts["number"] = run.finding > 0 ? std::to_string(run.finding) : "";
    view.lists["runs"].push_back(std::move(one));
  }
  return view;
}

void LimitJudging(const Call& call, const std::string& text, const std::string& key,
                  std::vector<View>* errors) {
  if (text.size() > kLongestText) errors->push_back(Error("text", call.phrases.Say("own-correct-long")));
  if (errors->empty() && call.site.accounts.CountFailure(key, kWindow) > kMostJudged)
    errors->push_back(Error("text", call.phrases.Say("check-wait")));
}

void AddClauses(const Call& call, const StoredVerdict& verdict, View* view) {
  for (const std::string& what : verdict.unread) {
    View one;
    Say(call, what, "what", &one);
    view->lists["unread"].push_back(std::move(one));
  }
  for (const LetterClause& clause : FindingsForLetter(Counted(verdict)))
    view->lists["clauses"].push_back(ClauseView(call, clause));
}

void AddMarkedText(const Call& call, const Message& message, const StoredVerdict& verdict, View* view) {
  std::vector<StoredFinding> counted = verdict.findings;
  std::erase_if(counted, [](const StoredFinding& finding) { return finding.action != "hold"; });
  const MarkedText marked = Mark(message, call.site.policy->rules(), counted, true);
  view->flags["is-cut"] = marked.is_cut;
  for (const MarkedSegment& segment : marked.segments) {
    View one = SegmentView(call, segment);
    for (View& run : one.lists["runs"]) run.texts["number"].clear();  // the findings here have none
    view->lists["segments"].push_back(std::move(one));
  }
}

void AddJudgement(const Call& call, const JudgedText& judged, View* view) {
  const StoredVerdict verdict = ReadVerdict(VerdictJson(judged.message, "", judged.verdict, 0));
  view->flags["is-judged"] = true;
  view->flags["is-found"] = judged.IsHeld();
  AddClauses(call, verdict, view);
  if (judged.IsHeld()) AddMarkedText(call, judged.message, verdict, view);
}

}  // namespace listwarden
