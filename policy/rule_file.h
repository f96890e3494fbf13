// One rule file as it is written: its [filter], [sets], [[rule]]s and [[second-vote]]s.
// Errors: RuleError "file:line: what; expected". docs/rules.md describes every key.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "policy/compiler.h"
#include "policy/registers.h"
#include "policy/rules.h"
#include "policy/second_vote.h"

namespace listwarden {

struct RuleFile {
  std::string about;
  std::vector<std::string> off;  // ids of rules of earlier files
  std::vector<Rule> rules;
  std::vector<std::unique_ptr<const SecondVote>> second_votes;
  std::vector<std::string> slip_words, ordinary_words;  // [slips]: what may be mistyped, what is no slip
};

// `models` keeps what was loaded, so that several files may share one; `compiler` likewise.
RuleFile ReadRuleFile(const std::filesystem::path& file, const Registers& registers, Models* models,
                      Compiler* compiler);

}  // namespace listwarden
