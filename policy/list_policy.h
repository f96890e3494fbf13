// One list's settings (lists.d/*.toml).
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/finding.h"

namespace listwarden {

enum class Mode { kOff, kObserve, kEnforce };

// From which confidence a filter tags and holds on this list; nullopt = never.
struct FilterPolicy {
  Mode mode = Mode::kEnforce;
  std::optional<Confidence> tag_from;
  std::optional<Confidence> hold_from;
  std::vector<std::string> rules_on;   // ids of optional rules that this list wants
  std::vector<std::string> rules_off;  // ids of rules that it does not want
};

enum class OnExpiry { kReject, kRelease, kDiscard };
// What follows when an author has corrected a held post and nothing is found in it any more.
enum class OnCorrection { kWait, kRelease };
// Who may have a draft judged at the desk before it is sent.
enum class DraftCheck { kOff, kSignedIn, kPublic };

struct ListPolicy {
  std::string address;  // lower case; "default" for mail to no known list
  std::string name;
  std::string purpose;
  std::string audience;
  std::string responsible;              // required
  std::vector<std::string> moderators;  // addresses
  std::string language = "en";          // "en" | "cy"
  Mode mode = Mode::kObserve;
  std::map<std::string, FilterPolicy> filters;  // every known filter has an entry after loading
  std::vector<std::string> exempt;  // posters passed unjudged: address or "@domain", when authenticated
  std::chrono::hours expiry{24 * 7};
  OnExpiry on_expiry = OnExpiry::kReject;
  OnCorrection on_correction = OnCorrection::kWait;
  DraftCheck draft_check = DraftCheck::kPublic;
  std::vector<std::string> appeal;  // who is asked when an author appeals; empty: the responsible person
  std::chrono::hours keep_texts{24 * 90};  // and letters, after the decision; 0 = as long as the store lasts
  std::chrono::hours keep_records{24 *
                                  730};  // who, and about what; then only that there was a post; 0 as above
  std::string time_zone = "Europe/London";
  std::optional<int> digest_hour = 7;  // of the daily letter about what waits; nullopt = none
  std::chrono::hours remind{24};       // before a hold ends; 0 = no reminder
  std::chrono::hours escalate{48};     // after which somebody else hears of a post; 0 = nobody
  std::string escalate_to;             // `responsible` unless the list says otherwise
  bool release_by_letter = false;      // may a moderator's answer release, without a log-in
};

}  // namespace listwarden
