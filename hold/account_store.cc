// SPDX-License-Identifier: Apache-2.0
#include "hold/account_store.h"

#include <algorithm>
#include <iterator>

namespace listwarden {
namespace {

constexpr std::string_view kRoles[] = {"moderator", "owner", "office", "admin"};

}  // namespace

std::string_view RoleName(Role role) { return kRoles[static_cast<int>(role)]; }

std::optional<Role> RoleNamed(std::string_view name) {
  const auto* found = std::find(std::begin(kRoles), std::end(kRoles), name);
  if (found == std::end(kRoles)) return std::nullopt;
  return static_cast<Role>(found - std::begin(kRoles));
}

}  // namespace listwarden
