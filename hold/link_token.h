// What a link in a letter allows. Only the SHA-256 of its secret is kept. A link is spent in the transaction
// of what it does; looking at a page spends nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "base/clock.h"

namespace listwarden {

struct LinkToken {
  std::string hash;     // hex SHA-256 of the secret in the link
  std::string purpose;  // "author": sees, corrects, withdraws and appeals; "moderator" …
  std::string held_id;
  std::string actor;           // the address it was sent to
  std::int64_t revision = -1;  // bound to this revision of the held message; -1 binds to none
  Time expires;
  bool is_used = false;
};

}  // namespace listwarden
