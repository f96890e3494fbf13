// The commands of `listwarden`. Each takes its own arguments and returns an exit status of sysexits(3).
// Errors: SettingsError and StoreError pass to main, which prints them and chooses the status.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "apps/settings.h"
#include "policy/policy.h"

namespace listwarden {

struct Command {
  const char* name;   // "check", "held list" …
  const char* usage;  // one line
  const char* about;
  int (*run)(const std::string& config, const std::vector<std::string>& arguments);
};

const std::vector<Command>& Commands();

int CheckCommand(const std::string& config, const std::vector<std::string>& arguments);
int ExplainCommand(const std::string& config, const std::vector<std::string>& arguments);
int HeldListCommand(const std::string& config, const std::vector<std::string>& arguments);
int HeldShowCommand(const std::string& config, const std::vector<std::string>& arguments);
int HeldReleaseCommand(const std::string& config, const std::vector<std::string>& arguments);
int HeldRejectCommand(const std::string& config, const std::vector<std::string>& arguments);
int HeldDiscardCommand(const std::string& config, const std::vector<std::string>& arguments);
int HeldKeepCommand(const std::string& config, const std::vector<std::string>& arguments);
int AuditVerifyCommand(const std::string& config, const std::vector<std::string>& arguments);
int AuditSignCommand(const std::string& config, const std::vector<std::string>& arguments);
int EraseCommand(const std::string& config, const std::vector<std::string>& arguments);
int PurgeCommand(const std::string& config, const std::vector<std::string>& arguments);
int StoreBackupCommand(const std::string& config, const std::vector<std::string>& arguments);
int StoreMigrateCommand(const std::string& config, const std::vector<std::string>& arguments);
int StoreResumeCommand(const std::string& config, const std::vector<std::string>& arguments);
int ReportCommand(const std::string& config, const std::vector<std::string>& arguments);
int PolicyTestCommand(const std::string& config, const std::vector<std::string>& arguments);
int ConfigCheckCommand(const std::string& config, const std::vector<std::string>& arguments);
int ConfigShowCommand(const std::string& config, const std::vector<std::string>& arguments);
int DoctorCommand(const std::string& config, const std::vector<std::string>& arguments);
int UserAddCommand(const std::string& config, const std::vector<std::string>& arguments);
int UserListCommand(const std::string& config, const std::vector<std::string>& arguments);
int UserPasswordCommand(const std::string& config, const std::vector<std::string>& arguments);
int UserDisableCommand(const std::string& config, const std::vector<std::string>& arguments);

// Options of one command: "--list ADDRESS" style values, flags, and the rest in order ("-" counts as a path).
// Errors: boost::program_options::error for what it does not know.
struct Arguments {
  std::string list;
  std::string state;
  std::string why;
  std::string address;
  std::string role;
  std::string language;
  std::string person;
  std::string month;
  std::string postfix_config;
  std::string texts, records;  // days
  bool is_json = false;
  bool is_raw = false;
  bool is_csv = false;
  std::vector<std::string> rest;
};
Arguments ParseArguments(const std::vector<std::string>& arguments);

}  // namespace listwarden
