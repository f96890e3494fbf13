// SPDX-License-Identifier: Apache-2.0
#include "web/own_links.h"

#include "base/log.h"
#include "hold/identity.h"

namespace listwarden {
namespace {

constexpr auto kWindow = std::chrono::minutes(15);
constexpr int kMostWrong = 30;
constexpr std::string_view kPurpose = "author";

}  // namespace

OwnLinks::Opened OwnLinks::Open(std::string_view secret, std::string_view held_id, const std::string& peer) {
  if (secret.empty()) return {};
  const auto link = store_.FindLink(Sha256Hex(secret));
  if (!link || link->purpose != kPurpose || (!held_id.empty() && link->held_id != held_id))
    return {Wrong(peer)};
  if (link->is_used) return {Answer::kUsed};
  if (link->expires <= clock_.Now()) return {Answer::kExpired};
  return {Answer::kOpens, *link};
}

OwnLinks::Answer OwnLinks::Wrong(const std::string& peer) {
  const std::string key = "link:" + peer;
  if (accounts_.Failures(key, kWindow) >= kMostWrong) return Answer::kMustWait;
  accounts_.CountFailure(key, kWindow);
  Log(LogLevel::kWarning, "link-unknown", {{"peer", peer}});
  return Answer::kUnknown;
}

}  // namespace listwarden
