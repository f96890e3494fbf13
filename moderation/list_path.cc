// SPDX-License-Identifier: Apache-2.0
#include "moderation/list_path.h"

#include <algorithm>
#include <string>

#include "message/header_fields.h"

namespace listwarden {
namespace {

// "user%host" or "host!user" as user@host; nothing when it is neither.
std::string Rerouted(std::string_view local) {
  const auto percent = local.rfind('%');
  if (percent != std::string_view::npos)
    return std::string(local.substr(0, percent)) + "@" + std::string(local.substr(percent + 1));
  const auto bang = local.find('!');
  if (bang != std::string_view::npos)
    return std::string(local.substr(bang + 1)) + "@" + std::string(local.substr(0, bang));
  return "";
}

std::string Unquoted(std::string_view local) {
  if (local.size() < 2 || local.front() != '"' || local.back() != '"') return std::string(local);
  std::string out;
  for (std::size_t i = 1; i + 1 < local.size(); ++i) {
    if (local[i] == '\\' && i + 2 < local.size()) ++i;
    out += local[i];
  }
  return out;
}

}  // namespace

const ListPolicy* ListFor(const Policy& policy, std::string_view forward_path) {
  constexpr int kMostRewrites = 4;
  std::string path(forward_path);
  for (int i = 0; i < kMostRewrites && !path.empty(); ++i) {
    const auto route = path.front() == '@' ? path.find(':') : std::string::npos;
    if (route != std::string::npos) path.erase(0, route + 1);
    while (!path.empty() && path.back() == '.') path.pop_back();
    const auto at = std::min(path.rfind('@'), path.size());
    const std::string local = Unquoted(std::string_view(path).substr(0, at)), domain = path.substr(at);
    if (const ListPolicy* list = policy.FindList(local + domain)) return list;
    if (const ListPolicy* list = policy.FindList(local.substr(0, local.find('+')) + domain)) return list;
    path = Rerouted(local);
  }
  return nullptr;
}

const ListPolicy* DraftListFor(const Policy& policy, std::string_view forward_path) {
  constexpr std::string_view kSuffix = "-check";
  if (ListFor(policy, forward_path) != nullptr) return nullptr;
  const std::string path = LowerAscii(forward_path);
  const auto at = path.rfind('@');
  if (at == std::string::npos || at <= kSuffix.size() ||
      path.compare(at - kSuffix.size(), kSuffix.size(), kSuffix) != 0)
    return nullptr;
  const ListPolicy* list = policy.FindList(path.substr(0, at - kSuffix.size()) + path.substr(at));
  return list != nullptr && list->draft_check == DraftCheck::kPublic ? list : nullptr;
}

}  // namespace listwarden
