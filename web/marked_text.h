// The text of a post cut at the words that were found, so that a page can mark the very words. Places come
// from the rules where they still match as they did; else from looking for the quoted words. Confidential
// words are covered unless asked for.
// Threads: any.
// Errors: none.
// Limits: `kMostShown` bytes of text.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "message/message.h"
#include "policy/policy.h"
#include "web/stored_verdict.h"

namespace listwarden {

inline constexpr std::size_t kMostShown = 200u << 10;

struct Run {
  std::string words;
  int finding = 0;  // its number from 1; 0 when none
};

struct MarkedSegment {
  Region region = Region::kAuthorText;
  std::string part;
  std::vector<Run> runs;
};

struct MarkedText {
  std::vector<MarkedSegment> segments;  // without the subject
  bool is_cut = false;
};

// `findings` in the order of their numbers.
MarkedText Mark(const Message& message, const RuleSet& rules, const std::vector<StoredFinding>& findings,
                bool is_covered);

// Where the words stand, "•" being any character and runs of white space alike; [begin, end).
std::optional<std::pair<std::size_t, std::size_t>> FindQuote(std::string_view text, std::string_view quote,
                                                             std::size_t from = 0);
// The text with every confidential finding's words replaced by what was quoted of them.
std::string Covered(std::string text, const std::vector<StoredFinding>& findings);

}  // namespace listwarden
