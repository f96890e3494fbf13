// listwarden-milter: the daemon that the MTA talks to.
// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "apps/service.h"
#include "apps/settings.h"
#include "base/error.h"
#include "base/log.h"
#include "filters/registry.h"
#include "moderation/intake.h"

namespace listwarden {
namespace {

// Larger ones go back to the system when they are free, and so does what is free at an arena's end; malloc's
// own limits would grow with the first large post.
constexpr int kLargeBlock = 128 << 10;

std::shared_ptr<const Policy> LoadPolicy(const Settings& settings) {
  auto policy = Policy::Load(settings.folder, settings.policy, MakeFilters(), settings.notices.authserv_id);
  policy->rules().Warm();
  return policy;
}

// Policy and letters are read anew, both or none; the socket, limits and the store need a restart.
void Reload(const std::filesystem::path& file, MilterServer& server, Intake& intake) {
  Notify("RELOADING=1");
  try {
    const Settings settings = ReadSettings(file);
    auto notices = std::make_shared<const Notices>(settings.notices);
    auto policy = LoadPolicy(settings);
    const std::string version = policy->version();
    intake.SetNotices(std::move(notices));
    server.SetPolicy(std::move(policy));
    malloc_trim(0);  // the last policy's memory
    Log(LogLevel::kInfo, "reloaded", {{"policy", version}});
  } catch (const std::exception& e) {
    Log(LogLevel::kError, "reload-refused",
        {{"why", e.what()}, {"remedy", "the last good policy and letters stay in force"}});
  }
  Notify("READY=1");
}

ReleaseKey OpenKey(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) ReleaseKey::Create(file);
  return ReleaseKey(file);
}

int Serve(const std::filesystem::path& file) {
  mallopt(M_MMAP_THRESHOLD, kLargeBlock);
  const Settings settings = ReadSettings(file);
  if (settings.is_verbose) SetLogLevel(LogLevel::kDebug);
  const SystemClock clock;
  auto policy = LoadPolicy(settings);
  malloc_trim(0);  // loading takes twice what stays
  auto notices = std::make_shared<const Notices>(settings.notices);
  const ReleaseKey key = OpenKey(settings.release_key);
  const auto store = OpenHoldStore(settings.store, clock);
  const auto accounts = OpenAccountStore(settings.store, clock);
  Intake intake(*store, *accounts, std::move(notices), clock);
  MilterServer server(settings.milter, policy, intake, *store, &key, clock);
  server.Open();

  std::atomic<bool> has_ended{false};
  std::atomic<bool> is_good{true};
  std::thread runner([&] {
    is_good = server.Run();
    has_ended = true;
  });
  Notify("READY=1");
  Log(LogLevel::kInfo, "started", {{"socket", settings.milter.socket}, {"policy", policy->version()}});
  Watchdog watchdog;
  while (!has_ended) {
    watchdog.Feed([&] { return server.IsAlive(); });
    const Signal signal = WaitForSignal(1);
    if (signal == Signal::kReload) Reload(file, server, intake);
    if (signal == Signal::kStop) {
      Notify("STOPPING=1");
      server.Stop(settings.drain);
      break;
    }
  }
  runner.join();
  Log(is_good ? LogLevel::kInfo : LogLevel::kError, "stopped", {});
  // libmilter's own threads may still run: no static destructors.
  _exit(is_good ? 0 : kExitUnavailable);
}

}  // namespace
}  // namespace listwarden

int main(int argc, char** argv) {
  return listwarden::RunDaemon(argc, argv, "listwarden-milter: judges list mail for an MTA",
                               listwarden::Serve);
}
