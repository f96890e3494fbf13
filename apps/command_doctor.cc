// `doctor`: is what surrounds us safe, and how is it mended?
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/commands.h"
#include "apps/doctor.h"
#include "apps/terminal.h"
#include "base/error.h"

namespace listwarden {
namespace {

const char* GradeName(Grade grade) {
  switch (grade) {
    case Grade::kOk:
      return "ok";
    case Grade::kWarning:
      return "warning";
    case Grade::kUnsafe:
      break;
  }
  return "unsafe";
}

void Print(const Diagnosis& one, bool is_json) {
  if (is_json) {
    const nlohmann::json row = {{"grade", GradeName(one.grade)},
                                {"subject", one.subject},
                                {"reason", one.reason},
                                {"remedy", one.remedy}};
    std::cout << row.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
    return;
  }
  const Colour colour = one.grade == Grade::kOk        ? Colour::kGreen
                        : one.grade == Grade::kWarning ? Colour::kYellow
                                                       : Colour::kRed;
  std::string name = GradeName(one.grade);
  name.resize(9, ' ');
  std::cout << Paint(colour, name) << Paint(Colour::kBold, one.subject) << ": " << Printable(one.reason);
  if (!one.remedy.empty()) std::cout << ". Mend: " << Printable(one.remedy);
  std::cout << "\n";
}

// Postfix, and what only its configuration tells: who must reach our socket.
Diagnoses OfPostfix(const std::string& folder, const Settings& settings) {
  Diagnoses all;
  SystemUser mail_owner;
  try {
    const PostfixConfig postfix = PostfixConfig::Read(folder);
    mail_owner = SystemUser::Named(postfix.Value("mail_owner"));
    all = ExaminePostfix(postfix, settings);
    for (Diagnosis& one : ExamineListeners(postfix, settings)) all.push_back(std::move(one));
  } catch (const SettingsError& e) {
    all.push_back({Grade::kWarning, "postfix", e.what(), "give its folder: --postfix-config DIR"});
  }
  for (Diagnosis& one : ExamineSocket(settings, mail_owner)) all.push_back(std::move(one));
  return all;
}

}  // namespace

int DoctorCommand(const std::string& config, const std::vector<std::string>& given) {
  const Arguments arguments = ParseArguments(given);
  const Settings settings = ReadSettings(FindSettingsFile(config));
  std::size_t counts[3] = {};
  const auto tell = [&](const Diagnoses& found) {
    for (const Diagnosis& one : found) {
      Print(one, arguments.is_json);
      ++counts[static_cast<int>(one.grade)];
    }
    std::cout.flush();
  };
  tell(OfPostfix(arguments.postfix_config, settings));
  tell(ExamineFiles(settings));
  tell(ExamineStore(settings));
  tell(ExamineHost(settings));
  tell(ExaminePolicy(settings));
  if (!arguments.is_json)
    std::cout << counts[0] << " ok, " << counts[1] << " warnings, " << counts[2]
              << " unsafe; nothing was changed\n";
  const Grade worst = counts[2] > 0 ? Grade::kUnsafe : counts[1] > 0 ? Grade::kWarning : Grade::kOk;
  return static_cast<int>(worst);
}

}  // namespace listwarden
