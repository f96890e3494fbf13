// Log-in and what follows: a random cookie whose hash is kept, 30 minutes idle, 12 hours at most; a form
// token for every session. Wrong names and wrong passwords look and last alike; after five failures for a
// name from one place (20 from a place, 25 for a name) within a quarter of an hour nothing is tried.
// Threads: any.
// Errors: StoreError.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "hold/account_store.h"

namespace listwarden {

struct Visitor {
  User user;
  std::string form_token;
};

class Sessions {
 public:
  Sessions(AccountStore& accounts, const Clock& clock) : accounts_(accounts), clock_(clock) {}

  struct Attempt {
    std::string cookie;  // empty: not signed in
    bool must_wait = false;
  };
  Attempt SignIn(const std::string& name, std::string_view password, const std::string& peer);
  // For a user whom a trusted proxy has identified; empty when there is no such user.
  std::string Begin(const std::string& name);
  std::optional<Visitor> Find(std::string_view cookie);
  void End(std::string_view cookie);

 private:
  AccountStore& accounts_;
  const Clock& clock_;
};

}  // namespace listwarden
