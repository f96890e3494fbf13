// `check` and `explain`: the daemon's own policy on messages from files.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <iostream>

#include "apps/commands.h"
#include "apps/nearest.h"
#include "apps/service.h"
#include "apps/sources.h"
#include "apps/terminal.h"
#include "base/error.h"
#include "filters/registry.h"
#include "message/message_builder.h"
#include "moderation/verdict_json.h"

namespace listwarden {
namespace {

struct Judged {
  Message message;
  Verdict verdict;  // the gravest, when the header names several lists
  long long microseconds = 0;
};

struct Judge {
  explicit Judge(const std::string& config, const std::string& list_address)
      : settings(ReadSettings(FindSettingsFile(config))),
        policy(Policy::Load(settings.folder, settings.policy, MakeFilters(), settings.notices.authserv_id)) {
    if (list_address.empty()) return;
    list = list_address == "default" ? &policy->default_list() : policy->FindList(list_address);
    if (list == nullptr) {
      std::string known;
      std::vector<std::string> addresses;
      for (const ListPolicy& one : policy->lists()) {
        known += "\n  " + one.address;
        addresses.push_back(one.address);
      }
      const std::string near = Nearest(list_address, addresses);
      throw SettingsError("--list " + list_address + ": no such list" +
                          (near.empty() ? "" : "; did you mean " + near + "?") + " Known are" + known);
    }
  }

  Judged operator()(std::string_view raw) const {
    const auto start = std::chrono::steady_clock::now();
    Judged judged;
    judged.message = ReadMessage(raw, settings.milter.limits);
    if (list != nullptr) {
      judged.verdict = policy->Judge(judged.message, *list);
    } else {
      std::vector<std::string> addresses;
      for (const Mailbox& mailbox : judged.message.to) addresses.push_back(mailbox.address);
      std::vector<Verdict> verdicts = policy->JudgeAll(judged.message, addresses);
      judged.verdict =
          *std::max_element(verdicts.begin(), verdicts.end(),
                            [](const Verdict& a, const Verdict& b) { return a.disposition < b.disposition; });
    }
    judged.microseconds =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start)
            .count();
    return judged;
  }

  Settings settings;
  std::shared_ptr<const Policy> policy;
  const ListPolicy* list = nullptr;
};

Colour ColourOf(Disposition disposition) {
  switch (disposition) {
    case Disposition::kPass:
      return Colour::kGreen;
    case Disposition::kTag:
      return Colour::kYellow;
    case Disposition::kHold:
      return Colour::kRed;
  }
  return Colour::kPlain;
}

std::string Why(const Verdict& verdict) {
  std::string why;
  for (const std::string& reason : verdict.unread) why += (why.empty() ? "" : "; ") + reason;
  for (const FilterVerdict& filter : verdict.filters) {
    const Finding& first = filter.findings.front();
    why += (why.empty() ? "" : "; ") + filter.filter + " (" + std::string(ConfidenceName(filter.confidence)) +
           "): \"" + Printable(first.quote) + "\"";
    if (filter.findings.size() > 1) why += " and " + std::to_string(filter.findings.size() - 1) + " more";
  }
  return why;
}

void PrintLine(const std::string& source, const Judged& judged) {
  const auto name = DispositionName(judged.verdict.disposition);
  std::cout << Paint(ColourOf(judged.verdict.disposition), name) << std::string(6 - name.size(), ' ')
            << Printable(source);
  const std::string why = Why(judged.verdict);
  if (!why.empty()) std::cout << "  " << why;
  std::cout << '\n';
}

void PrintFinding(const Policy& policy, const Finding& finding) {
  const Clause* clause = policy.FindClause(finding.clause);
  std::cout << "    \"" << Paint(Colour::kBold, Printable(finding.quote)) << "\"\n"
            << Wrapped(finding.reason, 6) << Wrapped("Advice: " + finding.advice, 6) << "      "
            << Paint(Colour::kDim,
                     "rule " + finding.rule + ", " + std::string(ConfidenceName(finding.confidence)) +
                         ", clause " + (clause ? clause->title : finding.clause) + ", in the " +
                         std::string(RegionName(finding.region)) + " (part " + finding.part + ")")
            << "\n\n";
}

void PrintRegions(const Message& message) {
  std::cout << "\n  Read as\n";
  std::vector<std::vector<std::string>> rows;
  for (const Segment& segment : message.segments) {
    rows.push_back({"    part " + segment.part, std::string(RegionName(segment.region)),
                    std::to_string(segment.text.original().size()) + " bytes",
                    Printable(segment.text.original().substr(0, 70))});
  }
  std::cout << Table(rows);
  for (const Defect& defect : message.defects) std::cout << "    defect: " << Printable(defect.what) << "\n";
}

void Explain(const Policy& policy, const std::string& source, const Judged& judged) {
  const Verdict& verdict = judged.verdict;
  std::cout << Paint(Colour::kBold, Printable(source)) << "\n  Subject: " << Printable(judged.message.subject)
            << "\n  From:    "
            << (judged.message.from.empty() ? "(none)" : Printable(judged.message.from.front().address))
            << "\n  List:    " << verdict.list
            << "\n  Verdict: " << Paint(ColourOf(verdict.disposition), DispositionName(verdict.disposition))
            << "  (policy " << verdict.policy_version << ", " << judged.microseconds << " µs)\n";
  PrintRegions(judged.message);
  for (const std::string& reason : verdict.unread)
    std::cout << "\n  Could not be read fully: " << reason << "\n";
  for (const FilterVerdict& filter : verdict.filters) {
    std::cout << "\n  " << filter.filter << ": " << ConfidenceName(filter.confidence)
              << " confidence, action " << ActionName(filter.action) << "\n\n";
    for (const Finding& finding : filter.findings) PrintFinding(policy, finding);
  }
  if (verdict.filters.empty() && verdict.unread.empty()) std::cout << "\n  Nothing was found.\n";
  std::cout << '\n';
}

int Finish(const std::vector<std::string>& failed) {
  for (const std::string& line : failed) std::cerr << "listwarden: " << line << "\n";
  return failed.empty() ? 0 : kExitData;
}

}  // namespace

int CheckCommand(const std::string& config, const std::vector<std::string>& given) {
  const Arguments arguments = ParseArguments(given);
  if (arguments.rest.empty())
    throw SettingsError("listwarden check: name a message, a folder, an mbox, or -");
  const Judge judge(config, arguments.list);
  std::unique_ptr<Progress> progress;
  std::size_t counts[4] = {};
  const auto failed = ForEachMessage(
      arguments.rest, [&](std::size_t total) { progress = std::make_unique<Progress>(total); },
      [&](const std::string& source, std::string_view raw) {
        const Judged judged = judge(raw);
        ++counts[static_cast<int>(judged.verdict.disposition)];
        progress->Step();
        if (arguments.is_json) {
          std::cout << VerdictJson(judged.message, source, judged.verdict, judged.microseconds) << '\n';
        } else {
          PrintLine(source, judged);
        }
      });
  progress.reset();
  if (!arguments.is_json && counts[0] + counts[1] + counts[2] + counts[3] > 1) {
    std::cout << counts[0] << " pass, " << counts[1] << " tagged, " << counts[2] << " held\n";
  }
  return Finish(failed);
}

int ExplainCommand(const std::string& config, const std::vector<std::string>& given) {
  const Arguments arguments = ParseArguments(given);
  if (arguments.rest.empty())
    throw SettingsError("listwarden explain: name a message, a folder, an mbox, or -");
  const Judge judge(config, arguments.list);
  return Finish(ForEachMessage(
      arguments.rest, [](std::size_t) {},
      [&](const std::string& source, std::string_view raw) { Explain(*judge.policy, source, judge(raw)); }));
}

}  // namespace listwarden
