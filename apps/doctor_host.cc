// SPDX-License-Identifier: Apache-2.0
#include <sys/statvfs.h>
#include <sys/timex.h>

#include <sstream>

#include "apps/doctor.h"
#include "apps/program_output.h"
#include "base/error.h"
#include "filters/registry.h"
#include "hold/hold_store.h"
#include "hold/store_place.h"
#include "policy/policy.h"
#include "web/pages.h"

namespace listwarden {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kComfortableBytes = 1u << 30;
constexpr const char* kUnits[] = {"listwarden-milter.service", "listwarden-desk.service"};

// Versions of Debian 12 below which we are in danger; others are left to the system's own updates.
struct Danger {
  const char *package, *first_good, *why;
  Grade grade = Grade::kUnsafe;
};
constexpr Danger kDangers[] = {
    {"postfix", "3.7.9-0+deb12u1", "cannot refuse smuggled mail (CVE-2023-51764)"},
    {"libxml2", "2.9.14+dfsg-1.3~deb12u2", "reads beyond its memory on hostile documents (CVE-2023-39615)"},
    {"libsodium23", "1.0.18-1+deb12u1", "checks points of signatures wrongly (CVE-2025-69277)"},
    {"libpq5", "15.11-0+deb12u1", "quotes wrongly (CVE-2025-1094)"},
    // Every write goes through our own lock, so that this is worth a word only.
    {"libsqlite3-0", "3.51.3",
     "can damage a file with two writers; our lock lets in one: let no other program write to it",
     Grade::kOk}};

bool IsOlder(const std::string& version, const char* than) {
  const auto answer = OutputOf({"dpkg", "--compare-versions", version, "lt", than});
  return answer && answer->status == 0;
}

void Packages(Diagnoses* all) {
  std::vector<std::string> words = {"dpkg-query", "-W", "-f", "${Package} ${Version}\n"};
  for (const Danger& danger : kDangers) words.emplace_back(danger.package);
  const auto shown = OutputOf(words);
  if (!shown) {
    all->push_back({Grade::kWarning, "host/packages", "no dpkg here: library versions were not looked at",
                    "keep libxml2, libsodium, SQLite, libpq and Postfix up to date"});
    return;
  }
  std::istringstream lines(shown->text);
  for (std::string package, version; lines >> package >> version;)
    all->push_back(OfPackage(package, version));
}

void Space(const Settings& settings, Diagnoses* all) {
  const fs::path folder =
      IsOnServer(settings.store) ? settings.audit_key.parent_path() : fs::path(settings.store).parent_path();
  struct statvfs space {};
  if (statvfs(folder.c_str(), &space) == 0)
    all->push_back(OfSpace(folder, std::uint64_t{space.f_bavail} * space.f_frsize,
                           std::uint64_t{space.f_blocks} * space.f_frsize));
}

void Units(Diagnoses* all) {
  if (!fs::exists("/run/systemd/system")) return;
  for (const char* unit : kUnits) {
    const auto shown = OutputOf({"systemctl", "show", "-p", "LoadState", "-p", "ActiveState", "-p",
                                 "UnitFileState", "-p", "NeedDaemonReload", unit});
    if (shown) all->push_back(OfUnit(unit, shown->text));
  }
}

std::string Megabytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

void OfPages(const Settings::Desk& desk, Diagnoses* all) {
  Examination examination("pages");
  try {
    const Pages pages(desk.pages);
  } catch (const SettingsError& e) {
    examination.Unsafe(FirstLine(e.what()) + ": listwarden-desk will not start again, so no letter leaves",
                       "mend that file, or take the one of etc/pages");
  }
  const std::string& url = desk.site.base_url;
  const bool is_plain = url.rfind("http://", 0) == 0 && !IsLoopback(url.substr(7, url.find(':', 7) - 7));
  if (is_plain)
    examination.Warn("base-url " + url + " is not https: log-ins and links can be read on the way",
                     "give the proxy a certificate, and set [desk] base-url = https://…");
  examination.MoveTo(all, url);
}

}  // namespace

Diagnosis OfSpace(const fs::path& folder, std::uint64_t free, std::uint64_t size) {
  const std::string where = Megabytes(free) + " free at " + folder.string();
  const std::string remedy = "make room, or purge what was decided: listwarden purge";
  if (free < HoldLimits{}.min_free_bytes)
    return {Grade::kUnsafe, "host/disk", where + ": nothing more is held, mail to lists is put off", remedy};
  if (free < kComfortableBytes || free < size / 20)
    return {Grade::kWarning, "host/disk", where + ": soon mail to lists is put off", remedy};
  return {Grade::kOk, "host/disk", where, ""};
}

Diagnosis OfClock(bool is_synchronised) {
  if (is_synchronised) return {Grade::kOk, "host/clock", "synchronised", ""};
  return {Grade::kWarning, "host/clock",
          "the clock is not synchronised: posts expire, and links end, at the wrong time",
          "timedatectl set-ntp true (package systemd-timesyncd or chrony)"};
}

Diagnosis OfPackage(const std::string& package, const std::string& version) {
  const std::string subject = "host/" + package;
  for (const Danger& danger : kDangers) {
    if (package != danger.package || !IsOlder(version, danger.first_good)) continue;
    return {danger.grade, subject, version + " " + danger.why,
            danger.grade == Grade::kOk ? "" : "apt-get install --only-upgrade " + package};
  }
  return {Grade::kOk, subject, version, ""};
}

Diagnosis OfUnit(const std::string& unit, const std::string& shown) {
  const auto is = [&](const char* line) {
    return ("\n" + shown).find(std::string("\n") + line) != std::string::npos;
  };
  const std::string subject = "host/" + unit;
  if (is("LoadState=not-found"))
    return {Grade::kWarning, subject, "is not installed: nobody starts the daemon",
            "install the unit of systemd/"};
  if (is("ActiveState=failed"))
    return {Grade::kUnsafe, subject, "has failed",
            "journalctl -u " + unit + "; then systemctl restart " + unit};
  if (!is("ActiveState=active"))
    return {Grade::kWarning, subject, "is not running", "systemctl start " + unit};
  if (!is("UnitFileState=enabled"))
    return {Grade::kWarning, subject, "will not be there after a restart of the machine",
            "systemctl enable " + unit};
  if (is("NeedDaemonReload=yes"))
    return {Grade::kWarning, subject, "runs with an older unit file",
            "systemctl daemon-reload; systemctl restart " + unit};
  return {Grade::kOk, subject, "is running, and starts with the machine", ""};
}

Diagnoses ExaminePolicy(const Settings& settings) {
  Diagnoses all;
  Examination examination("policy");
  std::string version;
  try {
    const auto policy =
        Policy::Load(settings.folder, settings.policy, MakeFilters(), settings.notices.authserv_id);
    version = policy->version() + ", " + std::to_string(policy->lists().size()) + " lists";
    if (policy->review_due() && *policy->review_due() <= SystemClock().Now())
      examination.Warn("was due for its review on " + IsoDay(*policy->review_due()),
                       "look at it again, then set review-due in clauses.toml");
    const Notices notices(settings.notices);
  } catch (const SettingsError& e) {
    examination.Unsafe(FirstLine(e.what()) + ": the daemons will not start again", "listwarden config check");
  }
  examination.MoveTo(&all, version);
  OfPages(settings.desk, &all);
  return all;
}

Diagnoses ExamineHost(const Settings& settings) {
  Diagnoses all;
  Space(settings, &all);
  timex clock{};
  all.push_back(OfClock(adjtimex(&clock) != TIME_ERROR && (clock.status & STA_UNSYNC) == 0));
  Packages(&all);
  Units(&all);
  return all;
}

}  // namespace listwarden
