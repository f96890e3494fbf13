// What filters report and what the policy makes of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "message/message.h"

namespace listwarden {

enum class Confidence { kLow, kMedium, kHigh };
enum class Action { kNone, kObserve, kTag, kHold };
enum class Disposition { kPass, kTag, kHold };

std::string_view ConfidenceName(Confidence confidence);     // "low" "medium" "high"
std::string_view ActionName(Action action);                 // "none" "observe" "tag" "hold"
std::string_view DispositionName(Disposition disposition);  // "pass" "tag" "hold"

// One hit with its place and the very words.
struct Finding {
  std::string rule;    // "harassment/threat"
  std::string clause;  // "non-discrimination"
  Confidence confidence = Confidence::kLow;
  Region region = Region::kAuthorText;
  std::string part;
  std::string quote;   // the original words, at most 120 characters; masked when `is_secret`
  std::string reason;  // one sentence about the text
  std::string advice;
  bool is_secret = false;  // confidential matter: `quote` is already masked
};

// What one filter said of a post for one list, with what the list's policy makes of it.
struct FilterVerdict {
  std::string filter;
  Confidence confidence = Confidence::kLow;
  Action action = Action::kNone;
  std::vector<Finding> findings;
};

struct Verdict {
  std::string list;  // list address, or "default"
  Disposition disposition = Disposition::kPass;
  std::vector<FilterVerdict> filters;  // those that found anything
  std::vector<std::string> unread;     // why it could not be judged wholly; not empty => held
  std::string policy_version;
};

// Keeps the first and last characters of each run: "943 ••• ••19".
std::string MaskSecret(std::string_view words);

}  // namespace listwarden
