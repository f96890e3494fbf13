// listwarden: the command line.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/program_options.hpp>
#include <iostream>

#include "apps/commands.h"
#include "apps/nearest.h"
#include "apps/service.h"
#include "base/error.h"

namespace listwarden {

const std::vector<Command>& Commands() {
  static const std::vector<Command> commands = {
      {"check", "check [--list ADDRESS] [--json] PATH…",
       "judge messages: .eml files, folders, mbox files, - for input", CheckCommand},
      {"explain", "explain [--list ADDRESS] PATH…",
       "tell every region, rule and verdict of a message in words", ExplainCommand},
      {"held list", "held list [--list ADDRESS] [--state STATE|all] [--json]", "what waits for a decision",
       HeldListCommand},
      {"held show", "held show [--raw|--json] ID", "one held message: why, who, what happened",
       HeldShowCommand},
      {"held release", "held release [--why TEXT] ID…", "let it go to its list", HeldReleaseCommand},
      {"held reject", "held reject --why TEXT ID…", "send it back with a reason", HeldRejectCommand},
      {"held discard", "held discard [--why TEXT] ID…", "drop it without a letter", HeldDiscardCommand},
      {"user add", "user add NAME --address ADDRESS --role ROLE [--list ADDRESS] [--language en|cy]",
       "let somebody use the desk, as moderator, owner, office or admin; asks for the password, or reads it "
       "from input",
       UserAddCommand},
      {"user list", "user list [--json]", "who may do what", UserListCommand},
      {"user password", "user password NAME", "set a new password; ends the sessions", UserPasswordCommand},
      {"user disable", "user disable NAME…", "end sessions and refuse log-ins; history stays",
       UserDisableCommand},
      {"held keep", "held keep [--why TEXT] ID…", "legal hold: nothing of it goes; without a reason it ends",
       HeldKeepCommand},
      {"audit verify", "audit verify [ROW:HASH…]",
       "read the whole audit: was anything changed, removed, cut off? Are heads that you kept still there?",
       AuditVerifyCommand},
      {"audit sign", "audit sign",
       "sign the newest row and print it, to be kept elsewhere; the desk does so hourly", AuditSignCommand},
      {"erase", "erase --person ADDRESS", "forget a person: texts, addresses, letters", EraseCommand},
      {"purge", "purge [--list ADDRESS] [--texts DAYS] [--records DAYS]",
       "drop texts and names of what was decided longer ago than each list keeps them, or than told; the "
       "desk does "
       "the former daily",
       PurgeCommand},
      {"store backup", "store backup FILE", "a consistent copy beside running daemons", StoreBackupCommand},
      {"store migrate", "store migrate FROM TO",
       "move a store into a new file or an empty postgresql://… database; goes on where it was interrupted",
       StoreMigrateCommand},
      {"store resume", "store resume", "let a restored store send again", StoreResumeCommand},
      {"report", "report [--month YYYY-MM] [--list ADDRESS] [--csv|--json]",
       "what became of held posts: by list, filter and rule; how long it took", ReportCommand},
      {"policy test", "policy test [RULE…]", "run the examples of every rule", PolicyTestCommand},
      {"config check", "config check", "read everything as the daemons do; exit 78 on a mistake",
       ConfigCheckCommand},
      {"config show", "config show [--json]", "every setting, its value and where it comes from",
       ConfigShowCommand},
      {"doctor", "doctor [--postfix-config DIR] [--json]",
       "what is unsafe around us (Postfix, files, store, machine), and how to mend it; changes nothing; "
       "exit 1 after warnings, 2 when something is unsafe",
       DoctorCommand},
  };
  return commands;
}

Arguments ParseArguments(const std::vector<std::string>& arguments) {
  namespace po = boost::program_options;
  Arguments parsed;
  po::options_description options;
  options.add_options()("list", po::value(&parsed.list))("state", po::value(&parsed.state))(
      "why", po::value(&parsed.why))("person", po::value(&parsed.person))("texts", po::value(&parsed.texts))(
      "records", po::value(&parsed.records))("address", po::value(&parsed.address))(
      "role", po::value(&parsed.role))("language", po::value(&parsed.language))(
      "json", po::bool_switch(&parsed.is_json))("raw", po::bool_switch(&parsed.is_raw))(
      "csv", po::bool_switch(&parsed.is_csv))("month", po::value(&parsed.month))(
      "postfix-config", po::value(&parsed.postfix_config))("rest", po::value(&parsed.rest));
  po::positional_options_description rest;
  rest.add("rest", -1);
  po::variables_map values;
  po::store(po::command_line_parser(arguments).options(options).positional(rest).run(), values);
  po::notify(values);
  return parsed;
}

namespace {

void PrintHelp(std::ostream& out) {
  out << "listwarden: judges list mail against a written policy, and tends what is held\n\n"
         "usage: listwarden [--config FILE] COMMAND …\n\n";
  for (const Command& command : Commands())
    out << "  " << command.usage << "\n      " << command.about << "\n";
  out << "\nExit status: 0 done, 64 wrong use, 65 unreadable input, 69 store unavailable, 70 cannot go "
         "on, 78 configuration mistake.\n"
         "Manual: listwarden(1)\n";
}

// The command whose words begin the arguments, and what is left of them.
const Command* FindCommand(std::vector<std::string>* arguments) {
  for (const Command& command : Commands()) {
    const std::string name = command.name;
    const auto blank = name.find(' ');
    const std::size_t words = blank == std::string::npos ? 1 : 2;
    if (arguments->size() < words || (*arguments)[0] != name.substr(0, blank)) continue;
    if (words == 2 && (*arguments)[1] != name.substr(blank + 1)) continue;
    arguments->erase(arguments->begin(), arguments->begin() + static_cast<std::ptrdiff_t>(words));
    return &command;
  }
  return nullptr;
}

// Takes "--config FILE" or "--config=FILE" out, wherever it stands.
std::string TakeConfig(std::vector<std::string>* arguments) {
  for (auto it = arguments->begin(); it != arguments->end(); ++it) {
    if (it->rfind("--config=", 0) == 0) {
      const std::string file = it->substr(9);
      arguments->erase(it);
      return file;
    }
    if (*it == "--config" && it + 1 != arguments->end()) {
      const std::string file = *(it + 1);
      arguments->erase(it, it + 2);
      return file;
    }
  }
  return "";
}

std::string UnknownCommand(const std::vector<std::string>& arguments) {
  std::vector<std::string> names;
  std::string group;
  for (const Command& command : Commands()) {
    const std::string name = command.name;
    names.push_back(name);
    if (name.rfind(arguments[0] + " ", 0) == 0) group += (group.empty() ? "" : ", ") + name;
  }
  if (arguments.size() == 1 && !group.empty())
    return "listwarden: '" + arguments[0] + "' needs one more word: " + group + "\n";
  const std::string given = arguments[0] + (arguments.size() > 1 ? " " + arguments[1] : "");
  std::string near = Nearest(given, names);
  if (near.empty()) near = Nearest(arguments[0], names);
  return "listwarden: no command '" + arguments[0] + "'" +
         (near.empty() ? "" : "; did you mean '" + near + "'?") + " `listwarden help` lists them\n";
}

int Run(std::vector<std::string> arguments) {
  const std::string config = TakeConfig(&arguments);
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "help") {
    PrintHelp(arguments.empty() ? std::cerr : std::cout);
    return arguments.empty() ? kExitUsage : 0;
  }
  if (arguments[0] == "--version") {
    std::cout << "listwarden " LISTWARDEN_VERSION "\n";
    return 0;
  }
  const Command* command = FindCommand(&arguments);
  if (command == nullptr) {
    std::cerr << UnknownCommand(arguments);
    return kExitUsage;
  }
  try {
    return command->run(config, arguments);
  } catch (const boost::program_options::error& e) {
    std::cerr << "listwarden: " << e.what() << "\nusage: listwarden " << command->usage << "\n";
    return kExitUsage;
  }
}

}  // namespace
}  // namespace listwarden

int main(int argc, char** argv) {
  using namespace listwarden;
  try {
    return Run({argv + 1, argv + argc});
  } catch (const SettingsError& e) {
    std::cerr << e.what() << "\n";
    return kExitConfig;
  } catch (const StoreError& e) {
    std::cerr << "listwarden: the hold store cannot answer: " << e.what() << "\n";
    return kExitUnavailable;
  } catch (const std::exception& e) {
    std::cerr << "listwarden: cannot go on: " << e.what() << "\n";
    return kExitSoftware;
  }
}
