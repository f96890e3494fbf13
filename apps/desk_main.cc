// listwarden-desk: the moderators' pages; sends letters and released mail, and lets held mail expire.
// SPDX-License-Identifier: Apache-2.0

#include "apps/service.h"
#include "apps/settings.h"
#include "base/error.h"
#include "base/log.h"
#include "filters/registry.h"
#include "hold/records.h"
#include "moderation/housekeeping.h"
#include "moderation/moderation_service.h"
#include "moderation/outbox_worker.h"
#include "web/http_server.h"
#include "web/site.h"

namespace listwarden {
namespace {

constexpr int kTurnsBetweenSignals = 50;

struct Desk {
  Desk(const Settings& settings, ClockWatch& watch)
      : policy(Policy::Load(settings.folder, settings.policy, MakeFilters(), settings.notices.authserv_id)),
        notices(settings.notices),
        key(settings.release_key),
        store(OpenHoldStore(settings.store, clock)),
        accounts(OpenAccountStore(settings.store, clock)),
        records(OpenRecords(settings.store, clock)),
        service(*store, notices, clock),
        worker(*store, key, settings.outbox, clock),
        housekeeping({*store, *records, *accounts, notices, clock, watch}, AuditKey(settings.audit_key)),
        pages(settings.desk.pages),
        site({*store, *accounts, service, notices, policy, pages, clock, settings.desk.site}) {}

  // Sends what is due; a store that fails is logged and tried again at the next turn.
  void Turn(Watchdog& watchdog) {
    try {
      for (int i = 0; i < kTurnsBetweenSignals && worker.Turn(); ++i) watchdog.Feed([] { return true; });
      housekeeping.Turn(*policy);
    } catch (const StoreError& e) {
      Log(LogLevel::kError, "store-failed", {{"why", e.what()}, {"remedy", "tried again in a second"}});
    } catch (const std::bad_alloc& e) {
      Log(LogLevel::kError, "no-memory", {{"why", e.what()}, {"remedy", "tried again in a second"}});
    }
  }

  void Stop() {
    try {
      housekeeping.Stop();
    } catch (const StoreError& e) {
      Log(LogLevel::kError, "store-failed", {{"why", e.what()}, {"remedy", "signed after the next start"}});
    }
  }

  SystemClock clock;
  std::shared_ptr<const Policy> policy;
  Notices notices;
  ReleaseKey key;
  std::unique_ptr<HoldStore> store;
  std::unique_ptr<AccountStore> accounts;
  std::unique_ptr<Records> records;
  ModerationService service;
  OutboxWorker worker;
  Housekeeping housekeeping;
  Pages pages;
  Site site;
};

// The desk in force; requests keep theirs until they are answered.
class CurrentDesk {
 public:
  explicit CurrentDesk(std::shared_ptr<Desk> desk) : desk_(std::move(desk)) {}
  std::shared_ptr<Desk> Take() const { return std::atomic_load(&desk_); }
  void Put(std::shared_ptr<Desk> desk) { std::atomic_store(&desk_, std::move(desk)); }

 private:
  std::shared_ptr<Desk> desk_;
};

int Serve(const std::filesystem::path& file) {
  const Settings settings = ReadSettings(file);
  if (!std::filesystem::exists(settings.release_key)) ReleaseKey::Create(settings.release_key);
  AuditKey::Create(settings.audit_key);
  const SystemClock clock;
  ClockWatch watch(clock);
  CurrentDesk current(std::make_shared<Desk>(settings, watch));
  std::unique_ptr<HttpServer> server;
  if (!settings.desk.http.listen.empty()) {
    server = std::make_unique<HttpServer>(
        settings.desk.http, [&](const Request& request) { return current.Take()->site.Answer(request); });
  }
  Notify("READY=1");
  Log(LogLevel::kInfo, "started",
      {{"policy", current.Take()->policy->version()}, {"listen", settings.desk.http.listen}});
  Watchdog watchdog;
  for (;;) {
    // One turn sends one mail within its time limit; that it comes back is the sign of life.
    watchdog.Feed([] { return true; });
    current.Take()->Turn(watchdog);
    const Signal signal = WaitForSignal(1);
    if (signal == Signal::kStop) {
      current.Take()->Stop();
      return 0;
    }
    if (signal != Signal::kReload) continue;
    try {
      current.Put(std::make_shared<Desk>(ReadSettings(file), watch));
      Log(LogLevel::kInfo, "reloaded", {{"policy", current.Take()->policy->version()}});
    } catch (const std::runtime_error& e) {
      Log(LogLevel::kError, "reload-refused",
          {{"why", e.what()}, {"remedy", "the last good settings stay in force"}});
    }
  }
}

}  // namespace
}  // namespace listwarden

int main(int argc, char** argv) {
  return listwarden::RunDaemon(
      argc, argv, "listwarden-desk: moderators' pages, letters, released mail, expiry", listwarden::Serve);
}
