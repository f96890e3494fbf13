// The matcher of a rule set: one pass over a text finds all words that rules need, all phrases and all names
// of the registers; patterns run only where their words stand, on the unmasked text too.
// Threads: Scan may run on many threads at once, Renew beside nothing. The rules outlive it.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <vector>

#include "message/slips.h"
#include "policy/compiler.h"
#include "policy/rules.h"

namespace listwarden {

class RuleMatcher {
 public:
  RuleMatcher(const std::vector<Rule>& rules, std::shared_ptr<const Registers> registers, Slips slips,
              Compiler* compiler);
  ~RuleMatcher();
  std::vector<Hit> Scan(const Message& message) const;
  void Renew();

 private:
  struct Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace listwarden
