// One list's settings (lists.d/*.toml) and who speaks for the body (registers).
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
};

enum class OnExpiry { kReject, kRelease, kDiscard };

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
};

// A name the filters know: company, product, account, office …; `kind` is the register file's table name.
struct RegisterEntry {
  std::string kind;                  // "company", "product", "account", "office", "role"
  std::string name;                  // as people write it
  std::vector<std::string> aliases;  // other spellings
  std::vector<std::string> domains;  // mail and web domains
  bool represents_body = false;      // speaks for the body when authenticated
};

}  // namespace listwarden
