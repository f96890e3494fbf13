// SPDX-License-Identifier: Apache-2.0
#include <pwd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/commands.h"
#include "apps/service.h"
#include "apps/terminal.h"
#include "base/error.h"
#include "hold/account_store.h"
#include "message/header_fields.h"
#include "policy/policy.h"
#include "web/password.h"

namespace listwarden {
namespace {

struct Accounts {
  explicit Accounts(const std::string& config)
      : settings(ReadSettings(FindSettingsFile(config))), store(OpenAccountStore(settings.store, clock)) {}
  SystemClock clock;
  Settings settings;
  std::unique_ptr<AccountStore> store;
};

std::string Actor() {
  const passwd* user = getpwuid(getuid());
  return user != nullptr ? user->pw_name : std::to_string(getuid());
}

// One line without echo; a password never stands in the arguments, where others could read it.
std::string AskPassword() {
  termios before{};
  const bool is_terminal = tcgetattr(STDIN_FILENO, &before) == 0;
  if (is_terminal) {
    std::cerr << "Password (at least " << kShortestPassword << " characters): ";
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  std::string password;
  std::getline(std::cin, password);
  if (is_terminal) {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::cerr << "\n";
  }
  if (const std::string fault = PasswordFault(password); !fault.empty()) throw SettingsError(fault);
  return password;
}

std::string NameFrom(const Arguments& arguments) {
  if (arguments.rest.size() != 1) throw SettingsError("give one name");
  const std::string name = LowerAscii(arguments.rest[0]);
  const bool is_plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == '@';
  });
  if (!is_plain || name.empty() || name.size() > 100)
    throw SettingsError("'" + arguments.rest[0] + "' is no log-in name; expected letters, digits, . - _ @");
  return name;
}

User Known(AccountStore& store, const std::string& name) {
  auto user = store.FindUser(name);
  if (!user) throw SettingsError("no user '" + name + "'; `listwarden user list` shows them");
  return *user;
}

Right RightFrom(const Arguments& arguments) {
  const auto role = RoleNamed(arguments.role);
  if (!role) throw SettingsError("--role " + arguments.role + ": unknown; moderator, owner, office or admin");
  return {arguments.list.empty() ? "*" : LowerAscii(arguments.list), *role};
}

}  // namespace

// Adding an existing name adds the right.
int UserAddCommand(const std::string& config, const std::vector<std::string>& given) {
  const Arguments arguments = ParseArguments(given);
  Accounts accounts(config);
  const std::string name = NameFrom(arguments);
  const Right right = RightFrom(arguments);
  User user = accounts.store->FindUser(name).value_or(User{});
  const bool is_new = user.name.empty();
  user.name = name;
  if (!arguments.address.empty()) user.address = LowerAscii(arguments.address);
  if (!arguments.language.empty()) user.language = arguments.language == "cy" ? "cy" : "en";
  if (std::find(user.rights.begin(), user.rights.end(), right) == user.rights.end())
    user.rights.push_back(right);
  if (is_new) user.password_hash = HashPassword(AskPassword());
  accounts.store->PutUser(user, Actor());
  std::cout << name << ": " << RoleName(right.role) << " of "
            << (right.list == "*" ? "all lists" : right.list) << "\n";
  return 0;
}

int UserListCommand(const std::string& config, const std::vector<std::string>& given) {
  const Arguments arguments = ParseArguments(given);
  Accounts accounts(config);
  std::vector<std::vector<std::string>> rows = {{"NAME", "ADDRESS", "ROLE", "LIST", "STATE"}};
  for (const User& user : accounts.store->Users()) {
    nlohmann::json rights = nlohmann::json::array();
    for (const Right& right : user.rights) {
      rights.push_back({{"role", std::string(RoleName(right.role))}, {"list", right.list}});
      rows.push_back({user.name, Printable(user.address), std::string(RoleName(right.role)), right.list,
                      user.is_disabled ? "disabled" : "active"});
    }
    if (arguments.is_json)
      std::cout << nlohmann::json{{"name", user.name},
                                  {"address", user.address},
                                  {"disabled", user.is_disabled},
                                  {"rights", rights}}
                       .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                << "\n";
  }
  if (arguments.is_json) return 0;
  std::cout << (rows.size() == 1 ? "Nobody yet; `listwarden user add NAME --role admin` makes the first.\n"
                                 : Table(rows));
  return 0;
}

int UserPasswordCommand(const std::string& config, const std::vector<std::string>& given) {
  Accounts accounts(config);
  User user = Known(*accounts.store, NameFrom(ParseArguments(given)));
  user.password_hash = HashPassword(AskPassword());
  accounts.store->PutUser(user, Actor());
  std::cout << user.name << ": the password is set, sessions have ended\n";
  return 0;
}

int UserDisableCommand(const std::string& config, const std::vector<std::string>& given) {
  const Arguments arguments = ParseArguments(given);
  if (arguments.rest.empty()) throw SettingsError("give one or more names");
  Accounts accounts(config);
  for (const std::string& name : arguments.rest) {
    User user = Known(*accounts.store, LowerAscii(name));
    user.is_disabled = true;
    accounts.store->PutUser(user, Actor());
    std::cout << user.name << ": disabled, sessions have ended\n";
  }
  return 0;
}

}  // namespace listwarden
