// Sends what waits in the outbox: letters, and released mail through the re-injection listener with a signed
// token. One turn leases one row, sends it by SMTP (libcurl), and reports; a crash at any point, or an answer
// that is lost, sends again, never loses, and a release that may arrive twice is on record as such.
// Threads: Turn() from one thread at a time per object; many objects and processes may share a store.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
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
  std::chrono::milliseconds send_limit{120'000};  // for one mail, its answer included; less than a lease
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
