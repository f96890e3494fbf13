// SPDX-License-Identifier: Apache-2.0
#include "apps/service.h"

#include <pwd.h>
#include <signal.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include <boost/program_options.hpp>
#include <iostream>
#include <string>

#include "apps/settings.h"
#include "base/error.h"
#include "base/log.h"

namespace listwarden {
namespace {

constexpr const char* kUser = "listwarden";  // as systemd/listwarden.sysusers makes it
constexpr const char* kNotAsRoot =
    "not as root: whoever could make this program err by a mail would own the machine\n"
    "  start its service with systemctl, or this program with: runuser -u listwarden -- PROGRAM …\n"
    "  where it is to be root all the same: --allow-root\n";
constexpr const char* kAsRoot = "warning: serving as root, since there is no user listwarden here\n";

sigset_t OurSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT, SIGUSR1, SIGPIPE}) sigaddset(&set, signal);
  return set;
}

}  // namespace

int RunDaemon(int argc, char** argv, const char* about,
              const std::function<int(const std::filesystem::path&)>& serve) {
  namespace po = boost::program_options;
  po::options_description options(about);
  options.add_options()("config", po::value<std::string>()->default_value(""), "the settings file")(
      "allow-root", "serve as root although there is a user listwarden")("help", "this text");
  try {
    po::variables_map values;
    po::store(po::parse_command_line(argc, argv, options), values);
    if (values.count("help")) {
      std::cout << options;
      return 0;
    }
    if (geteuid() == 0 && !values.count("allow-root")) {
      const bool could_be_other = getpwnam(kUser) != nullptr;
      std::cerr << (could_be_other ? kNotAsRoot : kAsRoot);
      if (could_be_other) return kExitUsage;
    }
    BlockSignals();
    return serve(FindSettingsFile(values["config"].as<std::string>()));
  } catch (const po::error& e) {
    std::cerr << e.what() << "\n" << options;
    return kExitUsage;
  } catch (const SettingsError& e) {
    std::cerr << e.what() << "\n";
    return kExitConfig;
  } catch (const StoreError& e) {
    std::cerr << "hold store: " << e.what() << "\n";
    return kExitUnavailable;
  } catch (const std::exception& e) {
    std::cerr << "cannot go on: " << e.what() << "\n";
    return kExitSoftware;
  }
}

void Notify(std::string_view state) { sd_notify(0, std::string(state).c_str()); }

void BlockSignals() {
  const sigset_t set = OurSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Signal WaitForSignal(int seconds) {
  const sigset_t set = OurSignals();
  const timespec limit{seconds, 0};
  const int signal = sigtimedwait(&set, nullptr, &limit);
  if (signal == SIGTERM || signal == SIGINT) return Signal::kStop;
  if (signal == SIGUSR1 || signal == SIGHUP) return Signal::kReload;
  return Signal::kNone;
}

Watchdog::Watchdog() {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) > 0) pause_ = std::chrono::microseconds(microseconds / 3);
}

void Watchdog::Feed(const std::function<bool()>& is_alive) {
  const auto now = std::chrono::steady_clock::now();
  if (pause_ == pause_.zero() || now < next_) return;
  next_ = now + pause_;
  if (is_alive())
    Notify("WATCHDOG=1");
  else
    Log(LogLevel::kError, "not-alive", {{"remedy", "systemd restarts the service if this stays so"}});
}

}  // namespace listwarden
