// `policy test`, `config check`, `config show`.
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/commands.h"
#include "apps/terminal.h"
#include "base/error.h"
#include "filters/registry.h"
#include "hold/hold_store.h"
#include "hold/store_place.h"

namespace listwarden {

int PolicyTestCommand(const std::string& config, const std::vector<std::string>& given) {
  const Arguments arguments = ParseArguments(given);
  const Settings settings = ReadSettings(FindSettingsFile(config));
  const auto policy =
      Policy::Load(settings.folder, settings.policy, MakeFilters(), settings.notices.authserv_id);
  std::size_t rules = 0, examples = 0;
  for (const Rule& rule : policy->rules().rules()) {
    bool is_wanted = arguments.rest.empty();
    for (const std::string& id : arguments.rest) is_wanted = is_wanted || id == rule.id;
    if (!is_wanted) continue;
    ++rules;
    examples += rule.hit.size() + rule.miss.size();
    if (!arguments.rest.empty()) {
      std::cout << Paint(Colour::kBold, rule.id) << " (" << ConfidenceName(rule.confidence) << ")\n";
      for (const std::string& hit : rule.hit) std::cout << "  hit   " << Printable(hit) << "\n";
      for (const std::string& miss : rule.miss) std::cout << "  miss  " << Printable(miss) << "\n";
    }
  }
  if (rules == 0) throw SettingsError("no such rule; `listwarden policy test` without a name runs all");
  std::cout << rules << " rules, " << examples << " examples: all as written (policy " << policy->version()
            << ")\n";
  if (arguments.rest.empty()) {
    for (const std::string& text : policy->Untranslated())
      std::cout << "In English only, as it is not in cy.toml: " << Printable(text) << "\n";
  }
  return 0;
}

int ConfigCheckCommand(const std::string& config, const std::vector<std::string>&) {
  const Settings settings = ReadSettings(FindSettingsFile(config));
  // Letters and policy are told together: nobody wants to mend one mistake at a time.
  std::shared_ptr<const Policy> policy;
  std::string mistakes;
  const auto read = [&](const auto& part) {
    try {
      part();
    } catch (const SettingsError& e) {
      mistakes += (mistakes.empty() ? "" : "\n") + std::string(e.what());
    }
  };
  read([&] {
    policy = Policy::Load(settings.folder, settings.policy, MakeFilters(), settings.notices.authserv_id);
  });
  read([&] { const Notices notices(settings.notices); });
  if (!mistakes.empty()) throw SettingsError(mistakes);
  // A file is looked at by who owns it, at its start; a server must answer, for whoever asks.
  const SystemClock clock;
  if (IsOnServer(settings.store)) OpenHoldStore(settings.store, clock)->Probe();
  std::cout << settings.file.string() << ": good; " << policy->lists().size() << " lists, "
            << policy->rules().rules().size() << " rules, policy " << policy->version() << "\n";
  if (policy->review_due() && *policy->review_due() <= clock.Now())
    std::cout << "The policy was due for its review on " << IsoDay(*policy->review_due())
              << ": look at it again, then set the next day (review-due in clauses.toml).\n";
  return 0;
}

int ConfigShowCommand(const std::string& config, const std::vector<std::string>& given) {
  const Arguments arguments = ParseArguments(given);
  const Settings settings = ReadSettings(FindSettingsFile(config));
  if (arguments.is_json) {
    nlohmann::json all;
    for (const Settings::Shown& one : settings.shown)
      all[one.key] = {{"value", one.value}, {"origin", one.origin}};
    std::cout << all.dump() << '\n';
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const Settings::Shown& one : settings.shown) rows.push_back({one.key, one.value, one.origin});
  std::cout << Table(rows);
  return 0;
}

}  // namespace listwarden
