// What both daemons share: readiness and watchdog for systemd, signals taken by the main thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <functional>
#include <string_view>

namespace listwarden {

// sysexits(3), as Postfix and others use them.
inline constexpr int kExitUsage = 64, kExitData = 65, kExitUnavailable = 69, kExitConfig = 78;

// Reads --config and --help, blocks the signals, and turns what `serve` throws into a line and an exit
// status.
int RunDaemon(int argc, char** argv, const char* about,
              const std::function<int(const std::filesystem::path&)>& serve);

// sd_notify(3); silent where there is no systemd.
void Notify(std::string_view state);

// Blocks HUP, TERM, INT, USR1 and PIPE for this thread and those made later. Call before any thread is made.
void BlockSignals();

enum class Signal { kNone, kStop, kReload };
// Waits up to `seconds` for one of them, tells the watchdog meanwhile. Main thread only.
Signal WaitForSignal(int seconds);

}  // namespace listwarden
