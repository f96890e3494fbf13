// Who may do what, for which list: the one table that every page asks.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hold/account_store.h"

namespace listwarden {

enum class Permission {
  kNone,     // anybody, signed in or not
  kOwnPost,  // one's own held post, by the link in the letter; no account has it
  kSee,      // held posts and their history
  kNote,     // notes, claims, asking colleagues
  kDecide,   // release, reject, discard, undo
  kTrust,    // let an author's later posts pass
  kReport,   // figures
};

bool May(const User& user, Permission permission, std::string_view list);
// The lists on which the user may do that; nullopt when it is every list.
std::optional<std::vector<std::string>> ListsWhere(const User& user, Permission permission);

}  // namespace listwarden
