// `audit …`, `erase`, `purge`, `store …`, `held keep`: what stays on record, and the proof of it.
// SPDX-License-Identifier: Apache-2.0
#include <pwd.h>
#include <unistd.h>

#include <iostream>
#include <optional>

#include "apps/commands.h"
#include "apps/service.h"
#include "apps/terminal.h"
#include "base/error.h"
#include "filters/registry.h"
#include "hold/records.h"
#include "hold/store_copy.h"
#include "hold/store_place.h"
#include "moderation/audit_signer.h"
#include "moderation/retention.h"

namespace listwarden {
namespace {

struct Office {
  explicit Office(const std::string& config)
      : settings(ReadSettings(FindSettingsFile(config))),
        key_file(settings.audit_key),
        records(OpenRecords(settings.store, clock)) {}
  SystemClock clock;
  Settings settings;
  std::filesystem::path key_file;
  std::unique_ptr<Records> records;
};

std::string Actor() {
  const passwd* user = getpwuid(getuid());
  return user != nullptr ? user->pw_name : std::to_string(getuid());
}

Time DaysAgo(const Clock& clock, const std::string& days, const char* option) {
  try {
    std::size_t used = 0;
    const int count = std::stoi(days, &used);
    if (used == days.size() && count >= 0) return clock.Now() - std::chrono::hours(24) * count;
  } catch (const std::logic_error&) {
  }
  throw SettingsError(std::string(option) + " '" + days + "': expected a number of days");
}

// "SEQ:HASH", as `audit sign` and the desk's log have it.
AuditHead HeadFrom(const std::string& text) {
  const auto colon = text.find(':');
  try {
    std::size_t used = 0;
    const AuditHead head{std::stoll(text, &used), text.substr(colon + 1)};
    if (colon != std::string::npos && used == colon && !head.hash.empty()) return head;
  } catch (const std::logic_error&) {
  }
  throw SettingsError("'" + text +
                      "' is no signed head; expected ROW:HASH, as `listwarden audit sign` prints it");
}

void TellTail(const AuditTail& tail) {
  if (tail.head)
    std::cout << "signed up to row " << tail.head->head.seq << ", " << IsoTime(tail.head->time) << "\n";
  if (tail.rows == 0 || (tail.head && tail.age < kSigningOverdue)) return;
  std::cout
      << Paint(Colour::kBold,
               std::to_string(tail.rows) + " rows are not signed since " + IsoTime(*tail.since))
      << ": were they cut off, nobody would see it. listwarden-desk signs within the hour; its log says what "
         "hinders it.\n";
}

}  // namespace

int AuditVerifyCommand(const std::string& config, const std::vector<std::string>& given) {
  const Arguments arguments = ParseArguments(given);
  std::vector<AuditHead> kept;
  for (const std::string& text : arguments.rest) kept.push_back(HeadFrom(text));
  Office office(config);
  const bool has_key = std::filesystem::exists(office.key_file);
  const AuditReport report =
      office.records->VerifyAudit(has_key ? AuditKey(office.key_file).public_key() : "", kept);
  for (const AuditFault& fault : report.faults)
    std::cout << "row " << fault.seq << ": " << Paint(Colour::kBold, fault.what) << "\n";
  std::cout << report.rows << " rows, " << report.erased << " with erased words, " << report.heads
            << " signed heads, " << report.faults.size() << " faults; last " << report.last.seq << ":"
            << report.last.hash << "\n";
  TellTail(office.records->UnsignedTail());
  return report.faults.empty() ? 0 : kExitData;
}

int AuditSignCommand(const std::string& config, const std::vector<std::string>& given) {
  ParseArguments(given);
  Office office(config);
  AuditKey::Create(office.key_file);
  const auto head = office.records->SignHead(AuditKey(office.key_file));
  if (head) std::cout << "signed " << head->seq << ":" << head->hash << "\n";
  return 0;
}

int EraseCommand(const std::string& config, const std::vector<std::string>& given) {
  const Arguments arguments = ParseArguments(given);
  if (arguments.person.empty() || !arguments.rest.empty())
    throw SettingsError("give the address of whom to forget: --person ADDRESS");
  Office office(config);
  const Erasure erasure = office.records->Erase(arguments.person, Actor());
  std::cout << erasure.messages << " messages forgotten";
  if (erasure.kept > 0) std::cout << ", " << erasure.kept << " kept by a legal hold";
  if (erasure.leaving > 0) std::cout << ", " << erasure.leaving << " on their way: erase again in a while";
  std::cout << "\n";
  return erasure.kept + erasure.leaving == 0 ? 0 : kExitData;
}

int PurgeCommand(const std::string& config, const std::vector<std::string>& given) {
  const Arguments arguments = ParseArguments(given);
  Office office(config);
  std::size_t purged = 0;
  if (arguments.texts.empty() && arguments.records.empty() && arguments.list.empty()) {
    const auto policy = Policy::Load(office.settings.folder, office.settings.policy, MakeFilters(),
                                     office.settings.notices.authserv_id);
    purged = PurgeDue(*office.records, *policy, office.clock);
  } else {
    const auto before = [&](const std::string& days, const char* option) {
      return days.empty() ? Time{} : DaysAgo(office.clock, days, option);
    };
    purged = office.records->Purge(arguments.list, before(arguments.texts, "--texts"),
                                   before(arguments.records, "--records"));
  }
  office.records->Scrub();
  std::cout << purged << " messages lost what is no longer needed\n";
  return 0;
}

int HeldKeepCommand(const std::string& config, const std::vector<std::string>& given) {
  const Arguments arguments = ParseArguments(given);
  if (arguments.rest.empty()) throw SettingsError("give one or more ids; `listwarden held list` shows them");
  Office office(config);
  int status = 0;
  for (const std::string& id : arguments.rest) {
    const bool is_there = office.records->SetLegalHold(id, arguments.why, Actor()) == DecisionResult::kDone;
    std::cout << id << ": "
              << (!is_there               ? "no such held message"
                  : arguments.why.empty() ? "may be purged and erased again"
                                          : "is kept whatever comes")
              << "\n";
    if (!is_there) status = kExitData;
  }
  return status;
}

int StoreBackupCommand(const std::string& config, const std::vector<std::string>& given) {
  const Arguments arguments = ParseArguments(given);
  if (arguments.rest.size() != 1) throw SettingsError("give the name of the new file");
  Office office(config);
  office.records->Backup(arguments.rest[0]);
  std::cout << arguments.rest[0]
            << ": written; a store restored from it sends nothing until `store resume`\n";
  return 0;
}

int StoreMigrateCommand(const std::string&, const std::vector<std::string>& given) {
  const Arguments arguments = ParseArguments(given);
  if (arguments.rest.size() != 2)
    throw SettingsError("give both stores: a file, or postgresql://HOST/DATABASE");
  for (const std::string& place : arguments.rest) {
    if (const std::string complaint = PlaceComplaint(place); !complaint.empty())
      throw SettingsError("this place " + complaint);
  }
  const std::string &from = arguments.rest[0], &to = arguments.rest[1];
  if (!IsOnServer(from) && !std::filesystem::exists(from)) throw SettingsError(from + ": is not there");
  const SystemClock clock;
  std::optional<Progress> shown;
  const CopyReport report = MoveStore(from, to, clock, Actor(), [&](std::size_t done, std::size_t total) {
    if (!shown) shown.emplace(total);
    shown->Reach(done);
  });
  shown.reset();
  std::cout << report.rows << " rows, the same in both (SHA-256 " << report.hash << ")\n"
            << "Now write store = " << to << " and start the daemons; people log in anew.\n"
            << from << " is left as it was, and sends nothing any more.\n";
  return 0;
}

int StoreResumeCommand(const std::string& config, const std::vector<std::string>& given) {
  ParseArguments(given);
  Office office(config);
  const bool was_paused = office.records->IsPaused();
  office.records->Resume(Actor());
  std::cout << (was_paused ? "Letters and releases leave again.\n" : "The store was not paused.\n");
  return 0;
}

}  // namespace listwarden
