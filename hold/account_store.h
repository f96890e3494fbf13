// Who may do what at the desk: people, their rights per list, log-ins. Secrets are kept hashed: passwords by
// the caller (Argon2id), session ids as SHA-256.
// Threads: any.
// Errors: StoreError.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace listwarden {

enum class Role { kModerator, kOwner, kOffice, kAdmin };
std::string_view RoleName(Role role);  // "moderator" "owner" "office" "admin"
std::optional<Role> RoleNamed(std::string_view name);

struct Right {
  std::string list;  // address, or "*" for every list
  Role role = Role::kModerator;
  auto operator<=>(const Right&) const = default;
};

struct User {
  std::string name;  // log-in, lower case; unique
  std::string address;
  std::string password_hash;  // empty: no log-in by password
  std::string language = "en";
  bool is_disabled = false;
  std::vector<Right> rights;
};

struct Session {
  std::string id_hash;  // hex SHA-256 of the cookie's value
  std::string user;
  std::string form_token;  // goes into every form (CSRF)
  Time created, seen, expires;
};

class AccountStore {
 public:
  virtual ~AccountStore() = default;

  // Adds or replaces, with the rights as given. Disabling or a new password ends the sessions of the user.
  virtual void PutUser(const User& user, std::string_view by) = 0;
  virtual bool RemoveUser(std::string_view name, std::string_view by) = 0;
  virtual std::optional<User> FindUser(std::string_view name) = 0;
  virtual std::optional<User> FindUserByAddress(std::string_view address) = 0;
  virtual std::vector<User> Users() = 0;

  virtual void AddSession(const Session& session) = 0;
  // In force only, and marks it as seen now (at most once a minute is written). One that is not any more is
  // ended.
  virtual std::optional<Session> FindSession(std::string_view id_hash, std::chrono::seconds idle) = 0;
  virtual void EndSession(std::string_view id_hash) = 0;
  virtual void EndSessions(std::string_view user) = 0;

  // Failed log-ins for a key (an account, an address of the network) within `window`, after adding one.
  virtual int CountFailure(std::string_view key, std::chrono::seconds window) = 0;
  virtual int Failures(std::string_view key, std::chrono::seconds window) = 0;
  virtual void ForgetFailures(std::string_view key) = 0;
};

// As OpenHoldStore, and the same store.
std::unique_ptr<AccountStore> OpenAccountStore(const std::string& place, const Clock& clock);

}  // namespace listwarden
