// listwarden-desk: sends letters and released mail, and lets held mail expire.
// SPDX-License-Identifier: Apache-2.0

#include "apps/service.h"
#include "apps/settings.h"
#include "base/error.h"
#include "base/log.h"
#include "filters/registry.h"
#include "moderation/moderation_service.h"
#include "moderation/outbox_worker.h"

namespace listwarden {
namespace {

constexpr int kTurnsBetweenSignals = 50;
constexpr auto kExpiryEvery = std::chrono::minutes(5);

struct Desk {
  explicit Desk(const Settings& settings)
      : policy(Policy::Load(settings.folder, settings.policy, MakeFilters(), settings.notices.authserv_id)),
        notices(settings.notices),
        key(settings.release_key),
        store(OpenSqliteHoldStore(settings.store, clock)),
        service(*store, notices, clock),
        worker(*store, key, settings.outbox, clock) {}

  // Sends what is due; a store that fails is logged and tried again at the next turn.
  void Turn(Watchdog& watchdog) {
    try {
      for (int i = 0; i < kTurnsBetweenSignals && worker.Turn(); ++i) watchdog.Feed([] { return true; });
      if (clock.Now() >= next_expiry) {
        next_expiry = clock.Now() + kExpiryEvery;
        service.ExpireDue(*policy);
      }
    } catch (const StoreError& e) {
      Log(LogLevel::kError, "store-failed", {{"why", e.what()}, {"remedy", "tried again in a second"}});
    }
  }

  SystemClock clock;
  std::shared_ptr<const Policy> policy;
  Notices notices;
  ReleaseKey key;
  std::unique_ptr<HoldStore> store;
  ModerationService service;
  OutboxWorker worker;
  Time next_expiry{};
};

int Serve(const std::filesystem::path& file) {
  const Settings settings = ReadSettings(file);
  if (!std::filesystem::exists(settings.release_key)) ReleaseKey::Create(settings.release_key);
  auto desk = std::make_unique<Desk>(settings);
  Notify("READY=1");
  Log(LogLevel::kInfo, "started", {{"policy", desk->policy->version()}});
  Watchdog watchdog;
  for (;;) {
    // One turn sends one mail within its time limit; that it comes back is the sign of life.
    watchdog.Feed([] { return true; });
    desk->Turn(watchdog);
    const Signal signal = WaitForSignal(1);
    if (signal == Signal::kStop) return 0;
    if (signal != Signal::kReload) continue;
    try {
      desk = std::make_unique<Desk>(ReadSettings(file));
      Log(LogLevel::kInfo, "reloaded", {{"policy", desk->policy->version()}});
    } catch (const std::runtime_error& e) {
      Log(LogLevel::kError, "reload-refused",
          {{"why", e.what()}, {"remedy", "the last good settings stay in force"}});
    }
  }
}

}  // namespace
}  // namespace listwarden

int main(int argc, char** argv) {
  return listwarden::RunDaemon(argc, argv,
                               "listwarden-desk: sends letters and released mail, lets held mail expire",
                               listwarden::Serve);
}
