// SPDX-License-Identifier: Apache-2.0
#include "web/sessions.h"

#include "base/log.h"
#include "hold/identity.h"
#include "message/header_fields.h"
#include "web/password.h"

namespace listwarden {
namespace {

constexpr auto kIdle = std::chrono::minutes(30);
constexpr auto kLongest = std::chrono::hours(12);
constexpr auto kWindow = std::chrono::minutes(15);
constexpr std::size_t kLongestName = 200, kMostPasswordBytes = 1000;

struct Limit {
  std::string key;
  int most;
};

std::vector<Limit> LimitsFor(const std::string& name, const std::string& peer) {
  return {{"name+peer:" + name + " " + peer, 5}, {"peer:" + peer, 20}, {"name:" + name, 25}};
}

}  // namespace

Sessions::Attempt Sessions::SignIn(const std::string& given, std::string_view password,
                                   const std::string& peer) {
  const std::string name = LowerAscii(Trim(given)).substr(0, kLongestName);
  const std::vector<Limit> limits = LimitsFor(name, peer);
  for (const Limit& limit : limits) {
    if (accounts_.Failures(limit.key, kWindow) >= limit.most) return {"", true};
  }
  const auto user = accounts_.FindUser(name);
  const std::string hash = user && !user->is_disabled ? user->password_hash : "";
  if (password.size() > kMostPasswordBytes || !IsPassword(password, hash)) {
    for (const Limit& limit : limits) accounts_.CountFailure(limit.key, kWindow);
    Log(LogLevel::kWarning, "sign-in-failed", {{"name", name}, {"peer", peer}});
    return {};
  }
  accounts_.ForgetFailures(limits.front().key);
  Log(LogLevel::kInfo, "signed-in", {{"name", name}, {"peer", peer}});
  return {Begin(name), false};
}

std::string Sessions::Begin(const std::string& name) {
  const auto user = accounts_.FindUser(name);
  if (!user || user->is_disabled) return "";
  const std::string cookie = NewSecret();
  const Time now = clock_.Now();
  accounts_.AddSession({Sha256Hex(cookie), user->name, NewSecret(), now, now,
                        now + std::chrono::duration_cast<std::chrono::seconds>(kLongest)});
  return cookie;
}

std::optional<Visitor> Sessions::Find(std::string_view cookie) {
  if (cookie.empty()) return std::nullopt;
  const auto session = accounts_.FindSession(Sha256Hex(cookie), kIdle);
  if (!session) return std::nullopt;
  const auto user = accounts_.FindUser(session->user);
  if (!user || user->is_disabled) return std::nullopt;
  return Visitor{*user, session->form_token};
}

void Sessions::End(std::string_view cookie) {
  if (!cookie.empty()) accounts_.EndSession(Sha256Hex(cookie));
}

}  // namespace listwarden
