// SPDX-License-Identifier: Apache-2.0
#include "web/access.h"

#include <algorithm>

namespace listwarden {
namespace {

struct Row {
  Role role;
  bool see, note, decide, trust, report;
};

constexpr Row kTable[] = {
    {Role::kModerator, true, true, true, false, false},
    {Role::kOwner, true, true, true, true, true},
    {Role::kOffice, true, true, false, false, true},
    {Role::kAdmin, true, true, true, true, true},
};

bool Allows(const Row& row, Permission permission) {
  switch (permission) {
    case Permission::kNone:
      return true;
    case Permission::kOwnPost:
      return false;
    case Permission::kSee:
      return row.see;
    case Permission::kNote:
      return row.note;
    case Permission::kDecide:
      return row.decide;
    case Permission::kTrust:
      return row.trust;
    case Permission::kReport:
      return row.report;
  }
  return false;
}

bool Allows(Role role, Permission permission) {
  return std::any_of(std::begin(kTable), std::end(kTable),
                     [&](const Row& row) { return row.role == role && Allows(row, permission); });
}

}  // namespace

bool May(const User& user, Permission permission, std::string_view list) {
  if (permission == Permission::kNone) return true;
  if (user.is_disabled) return false;
  return std::any_of(user.rights.begin(), user.rights.end(), [&](const Right& right) {
    return (right.list == "*" || right.list == list) && Allows(right.role, permission);
  });
}

std::optional<std::vector<std::string>> ListsWhere(const User& user, Permission permission) {
  if (May(user, permission, "*")) return std::nullopt;
  std::vector<std::string> lists;
  for (const Right& right : user.rights) {
    if (May(user, permission, right.list)) lists.push_back(right.list);
  }
  std::sort(lists.begin(), lists.end());
  lists.erase(std::unique(lists.begin(), lists.end()), lists.end());
  return lists;
}

}  // namespace listwarden
