// SPDX-License-Identifier: Apache-2.0
#include "moderation/letter_findings.h"

#include <algorithm>

#include "message/header_fields.h"

namespace listwarden {
namespace {

constexpr std::size_t kFindingsInLetter = 8;
constexpr std::string_view kMask = "•";

// The words alone: case, blanks and punctuation are no difference.
std::string Bare(std::string_view quote) {
  std::string out;
  for (const char c : LowerAscii(quote)) {
    const bool is_word =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    if (is_word) out += c;
  }
  return out;
}

// What is legible after the last masked character.
std::string_view Tail(std::string_view quote) {
  const auto mask = quote.rfind(kMask);
  return mask == std::string_view::npos ? quote : quote.substr(mask + kMask.size());
}

bool IsSamePassage(const Finding& a, const Finding& b) {
  if (a.part != b.part || a.region != b.region) return false;
  if (a.is_secret && b.is_secret && !Tail(a.quote).empty() && Tail(a.quote) == Tail(b.quote)) return true;
  const std::string one = Bare(a.quote), other = Bare(b.quote);
  return one.find(other) != std::string::npos || other.find(one) != std::string::npos;
}

// The longer passage says more; of a secret the shorter one shows less.
const std::string& BetterQuote(const Finding& a, const Finding& b) {
  return (a.quote.size() >= b.quote.size()) != a.is_secret ? a.quote : b.quote;
}

void Add(const Finding& finding, LetterClause* clause) {
  const auto same = std::find_if(clause->findings.begin(), clause->findings.end(),
                                 [&](const Finding& one) { return IsSamePassage(one, finding); });
  if (same != clause->findings.end()) {
    same->quote = BetterQuote(*same, finding);
    return;
  }
  clause->findings.push_back(finding);
  if (std::find(clause->advice.begin(), clause->advice.end(), finding.advice) == clause->advice.end())
    clause->advice.push_back(finding.advice);
}

}  // namespace

std::vector<LetterClause> FindingsForLetter(const Verdict& verdict) {
  std::vector<const Finding*> all;
  for (const FilterVerdict& filter : verdict.filters) {
    if (filter.action != Action::kHold) continue;
    for (const Finding& finding : filter.findings) all.push_back(&finding);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Finding* a, const Finding* b) { return a->confidence > b->confidence; });
  std::vector<LetterClause> clauses;
  std::size_t count = 0;
  for (const Finding* finding : all) {
    auto clause = std::find_if(clauses.begin(), clauses.end(),
                               [&](const LetterClause& one) { return one.clause == finding->clause; });
    if (clause == clauses.end())
      clause = clauses.insert(clauses.end(), LetterClause{finding->clause, {}, {}});
    const std::size_t before = clause->findings.size();
    if (before == 0 || count < kFindingsInLetter) Add(*finding, &*clause);
    count += clause->findings.size() - before;
  }
  return clauses;
}

bool ShowsSecret(const Verdict& verdict) {
  return std::any_of(verdict.filters.begin(), verdict.filters.end(), [](const FilterVerdict& filter) {
    return std::any_of(filter.findings.begin(), filter.findings.end(),
                       [](const Finding& finding) { return finding.is_secret; });
  });
}

bool ShowsSecretInSubject(const Verdict& verdict) {
  return std::any_of(verdict.filters.begin(), verdict.filters.end(), [](const FilterVerdict& filter) {
    return std::any_of(filter.findings.begin(), filter.findings.end(), [](const Finding& finding) {
      return finding.is_secret && finding.part == kSubjectPart;
    });
  });
}

}  // namespace listwarden
