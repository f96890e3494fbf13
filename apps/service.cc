// SPDX-License-Identifier: Apache-2.0
#include "apps/service.h"

#include <signal.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include <boost/program_options.hpp>
#include <iostream>
#include <string>

#include "apps/settings.h"
#include "base/error.h"

namespace listwarden {
namespace {

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
      "help", "this text");
  try {
    po::variables_map values;
    po::store(po::parse_command_line(argc, argv, options), values);
    if (values.count("help")) {
      std::cout << options;
      return 0;
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
  Notify("WATCHDOG=1");
  if (signal == SIGTERM || signal == SIGINT) return Signal::kStop;
  if (signal == SIGUSR1 || signal == SIGHUP) return Signal::kReload;
  return Signal::kNone;
}

}  // namespace listwarden
