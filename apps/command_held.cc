// `held …`: what moderators do from a shell; the same service as letters and pages use.
// SPDX-License-Identifier: Apache-2.0
#include <pwd.h>
#include <unistd.h>

#include <cctype>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/commands.h"
#include "apps/service.h"
#include "apps/terminal.h"
#include "base/error.h"
#include "moderation/moderation_service.h"
#include "moderation/verdict_json.h"

namespace listwarden {
namespace {

struct Desk {
  explicit Desk(const std::string& config)
      : settings(ReadSettings(FindSettingsFile(config))),
        store(OpenHoldStore(settings.store, clock)),
        notices(settings.notices),
        service(*store, notices, clock) {}
  SystemClock clock;
  Settings settings;
  std::unique_ptr<HoldStore> store;
  Notices notices;
  ModerationService service;
};

std::string Actor() {
  const passwd* user = getpwuid(getuid());
  return user != nullptr ? user->pw_name : std::to_string(getuid());
}

std::optional<HoldState> StateNamed(const std::string& name) {
  if (name == "all") return std::nullopt;
  if (name.empty()) return HoldState::kHeld;
  if (const auto state = HoldStateNamed(name)) return state;
  throw SettingsError("--state " + name +
                      ": unknown; held, approved, sending, released, rejected, discarded, " +
                      "expired, withdrawn, failed, damaged or all");
}

// Null once the texts were purged or erased.
nlohmann::json StoredVerdict(const HeldMessage& held) {
  nlohmann::json verdict = nlohmann::json::parse(held.verdict_json, nullptr, false);
  return verdict.is_discarded() ? nlohmann::json() : verdict;
}

nlohmann::json Json(const HeldMessage& held) {
  return {{"id", held.id},
          {"state", std::string(HoldStateName(held.state))},
          {"list", held.list},
          {"from", held.from},
          {"reverse_path", held.reverse_path},
          {"subject", held.subject},
          {"received", IsoTime(held.received)},
          {"expires", IsoTime(held.expires)},
          {"queue_id", held.queue_id},
          {"decided_by", held.decided_by},
          {"decided_why", held.decided_why},
          {"verdict", StoredVerdict(held)}};
}

void Print(const nlohmann::json& json) {
  std::cout << json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

void PrintHistory(HoldStore& store, const std::string& id) {
  std::vector<std::vector<std::string>> rows;
  for (const AuditRow& row : store.Audit(id)) {
    rows.push_back({"    " + IsoTime(row.time), row.actor, row.action, Printable(row.details)});
  }
  std::cout << "\n  History\n" << Table(rows);
}

// The id of what people read out of a letter: the id itself, its beginning, or the reference A1B2-C3D4.
std::string IdFrom(HoldStore& store, const std::string& given) {
  std::string wanted;
  for (const char c : given) {
    if (c != '-') wanted += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (wanted.size() == 16 || wanted.size() < 4) return wanted;
  QueueQuery everything;
  everything.states = {};
  everything.limit = 20000;
  std::vector<std::string> found;
  for (const QueueRow& row : store.Queue(everything).rows) {
    if (row.held.id.rfind(wanted, 0) == 0) found.push_back(row.held.id);
  }
  if (found.size() > 1)
    throw SettingsError(given + " may be " + found[0] + " or " + found[1] + "; give more of it");
  return found.empty() ? given : found.front();
}

int Decide(const std::string& config, const std::vector<std::string>& given, HoldState to) {
  const Arguments arguments = ParseArguments(given);
  if (arguments.rest.empty()) throw SettingsError("give one or more ids; `listwarden held list` shows them");
  if (to == HoldState::kRejected && arguments.why.empty())
    throw SettingsError("give the reason with --why: it goes to the poster");
  Desk desk(config);
  int status = 0;
  for (const std::string& id : arguments.rest) {
    const DecisionReply reply =
        desk.service.Decide(IdFrom(*desk.store, id), {.to = to, .actor = Actor(), .why = arguments.why});
    std::cout << id << ": " << reply.text << '\n';
    if (reply.result != DecisionResult::kDone) status = kExitData;
  }
  return status;
}

}  // namespace

int HeldListCommand(const std::string& config, const std::vector<std::string>& given) {
  const Arguments arguments = ParseArguments(given);
  Desk desk(config);
  QueueQuery query;
  const auto state = StateNamed(arguments.state);
  query.states = state ? std::vector<HoldState>{*state} : std::vector<HoldState>{};
  if (!arguments.list.empty()) query.lists = {{arguments.list}};
  query.limit = arguments.is_json ? 1000000 : 1000;
  const auto page = desk.store->Queue(query);
  const std::vector<QueueRow>& held = page.rows;
  if (arguments.is_json) {
    for (const QueueRow& one : held) {
      if (const auto whole = desk.store->Find(one.held.id)) Print(Json(*whole));
    }
    return 0;
  }
  if (held.empty()) {
    std::cout << "Nothing is waiting.\n";
    return 0;
  }
  std::vector<std::vector<std::string>> rows = {{"ID", "STATE", "RECEIVED", "LIST", "FROM", "SUBJECT"}};
  for (const auto& [one, similar] : held) {
    rows.push_back({one.id, std::string(HoldStateName(one.state)), IsoTime(one.received), one.list,
                    Printable(one.from), Printable(one.subject)});
  }
  std::cout << Table(rows);
  if (page.count > held.size())
    std::cout << "and " << page.count - held.size() << " more; --json shows all\n";
  return 0;
}

int HeldShowCommand(const std::string& config, const std::vector<std::string>& given) {
  const Arguments arguments = ParseArguments(given);
  if (arguments.rest.size() != 1) throw SettingsError("give one id; `listwarden held list` shows them");
  Desk desk(config);
  const auto held = desk.store->Find(IdFrom(*desk.store, arguments.rest[0]));
  if (!held) {
    std::cerr << "listwarden: no held message " << arguments.rest[0]
              << "; `listwarden held list --state all` shows every one\n";
    return kExitData;
  }
  if (arguments.is_raw) {
    std::cout << held->raw;
    return 0;
  }
  if (arguments.is_json) {
    Print(Json(*held));
    return 0;
  }
  std::cout << Table({{"  Reference", held->id},
                      {"  State", std::string(HoldStateName(held->state))},
                      {"  List", held->list},
                      {"  From", Printable(held->from)},
                      {"  Subject", Printable(held->subject)},
                      {"  Received", IsoTime(held->received)},
                      {"  Expires", IsoTime(held->expires)}});
  const auto verdict = StoredVerdict(*held);
  if (verdict.is_object()) {
    for (const auto& reason : verdict.value("unread", nlohmann::json::array())) {
      std::cout << "\n  Could not be read fully: " << Printable(reason.get<std::string>()) << "\n";
    }
    for (const auto& filter : verdict.value("filters", nlohmann::json::array())) {
      for (const auto& finding : filter.value("findings", nlohmann::json::array())) {
        std::cout << "\n  \"" << Paint(Colour::kBold, Printable(finding.value("quote", ""))) << "\"\n"
                  << Wrapped(finding.value("reason", ""), 4) << "    clause " << finding.value("clause", "")
                  << ", rule " << finding.value("rule", "") << ", " << finding.value("confidence", "")
                  << "\n";
      }
    }
  }
  PrintHistory(*desk.store, held->id);
  return 0;
}

int HeldReleaseCommand(const std::string& config, const std::vector<std::string>& given) {
  return Decide(config, given, HoldState::kApproved);
}
int HeldRejectCommand(const std::string& config, const std::vector<std::string>& given) {
  return Decide(config, given, HoldState::kRejected);
}
int HeldDiscardCommand(const std::string& config, const std::vector<std::string>& given) {
  return Decide(config, given, HoldState::kDiscarded);
}

}  // namespace listwarden
