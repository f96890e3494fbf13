// What both daemons share: readiness and watchdog for systemd, signals taken by the main thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <string_view>

namespace listwarden {

// sysexits(3), as Postfix and others use them.
inline constexpr int kExitUsage = 64, kExitData = 65, kExitUnavailable = 69, kExitSoftware = 70,
                     kExitConfig = 78;

// Reads the options, blocks the signals, and turns what `serve` throws into a line and an exit status. Root is
// refused where the daemons have a user of their own, unless --allow-root asks for it.
int RunDaemon(int argc, char** argv, const char* about,
              const std::function<int(const std::filesystem::path&)>& serve);

// sd_notify(3); silent where there is no systemd.
void Notify(std::string_view state);

// Blocks HUP, TERM, INT, USR1 and PIPE for this thread and those made later. Call before any thread is made.
void BlockSignals();

enum class Signal { kNone, kStop, kReload };
// Waits up to `seconds` for one of them. Main thread only.
Signal WaitForSignal(int seconds);

// systemd's watchdog (sd_watchdog_enabled(3)): fed only while the service does its work, so that a daemon
// that hangs is restarted. Nothing is asked where systemd watches not.
class Watchdog {
 public:
  Watchdog();
  // Asks `is_alive` three times in the watchdog's span, and feeds it when that is so.
  void Feed(const std::function<bool()>& is_alive);

 private:
  std::chrono::steady_clock::duration pause_{};
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace listwarden
