// How mail reaches us: the libmilter daemon. It only translates; judging and holding happen behind Intake.
// One server a process (libmilter keeps its state in globals). Signals are the caller's: block HUP, TERM and
// INT before any thread is made, or libmilter takes them for itself.
// Threads: libmilter's worker pool calls from many threads and moves a session between them; SetPolicy and
// Stop may be called from any thread.
// Errors: every surprise in a callback is a temporary failure; Run returns false when libmilter gave up.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "base/clock.h"
#include "hold/hold_store.h"
#include "message/limits.h"
#include "moderation/intake.h"
#include "moderation/release_token.h"
#include "policy/policy.h"

namespace listwarden {

struct MilterSettings {
  std::string socket;  // "unix:/path", "inet:port@host", "fd:3"
  int socket_mode = 0660;
  std::string socket_group;                  // empty: leave
  std::string reinject_daemon = "REINJECT";  // {daemon_name} of the re-injection listener
  Limits limits;
  int max_connections = 1000;
  std::size_t bytes_in_flight = 512u << 20;
};

class Listener;
struct SessionHost;

class MilterServer {
 public:
  MilterServer(MilterSettings settings, std::shared_ptr<const Policy> policy, Intake& intake,
               HoldStore& store, const ReleaseKey* key, const Clock& clock);
  ~MilterServer();

  void Open();                            // binds the socket; throws SettingsError with the reason
  bool Run();                             // until Stop
  void Stop(std::chrono::seconds drain);  // new mail 451, waits for messages in flight, then ends Run
  void SetPolicy(std::shared_ptr<const Policy> policy);  // from the next message on
  // For a watchdog: an MTA would be answered, and what is being judged gets on.
  bool IsAlive();

 private:
  MilterSettings settings_;
  std::unique_ptr<SessionHost> host_;
  std::unique_ptr<Listener> listener_;
  std::size_t last_judged_ = 0;
  std::chrono::steady_clock::time_point last_progress_{};
};

}  // namespace listwarden
