// Sends what waits in the outbox: letters, and released mail through the re-injection listener with a signed
// token. One turn leases one row, sends it by SMTP (libcurl), and reports; crash at any point sends again,
// never loses.
// Threads: Turn() from one thread at a time per object; many objects and processes may share a store.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "base/clock.h"
#include "hold/hold_store.h"
#include "moderation/release_token.h"

namespace listwarden {

struct OutboxSettings {
  std::string reinject_host = "127.0.0.1";
  int reinject_port = 10025;  // released mail; our milter runs there too and checks the token
  std::string letter_host = "127.0.0.1";
  int letter_port = 10026;  // our own letters: a listener without the milter
  std::string helo_name = "localhost";
};

class OutboxWorker {
 public:
  OutboxWorker(HoldStore& store, const ReleaseKey& key, OutboxSettings settings, const Clock& clock);
  // Sends one row when there is one; false when nothing was due.
  bool Turn();

 private:
  HoldStore& store_;
  const ReleaseKey& key_;
  OutboxSettings settings_;
  const Clock& clock_;
};

}  // namespace listwarden
