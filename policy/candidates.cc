// SPDX-License-Identifier: Apache-2.0
#include "policy/candidates.h"

#include <algorithm>
#include <map>
#include <utility>

namespace listwarden {

Candidates::Candidates(const std::vector<std::vector<AnyOf>>& patterns) {
  constexpr std::size_t kMostClauses = 32;
  std::map<std::string, std::vector<Use>> uses_of;
  for (std::uint32_t pattern = 0; pattern < patterns.size(); ++pattern) {
    const std::vector<AnyOf>& clauses = patterns[pattern];
    all_.push_back(0);
    for (std::size_t i = 0; i < std::min(clauses.size(), kMostClauses); ++i) {
      const std::uint32_t bit = 1u << i;
      all_.back() |= bit;
      for (const std::string& word : clauses[i]) uses_of[word].push_back({pattern, bit});
    }
    if (clauses.empty()) always_.push_back(pattern);
  }
  first_.push_back(0);
  for (const auto& [word, uses] : uses_of) {
    words_.push_back(word);
    uses_.insert(uses_.end(), uses.begin(), uses.end());
    first_.push_back(uses_.size());
  }
}

void Candidates::Tally::Add(std::size_t word) {
  for (std::size_t i = of_.first_[word]; i < of_.first_[word + 1]; ++i) {
    const auto [pattern, clause] = of_.uses_[i];
    if (met_[pattern] == 0) touched_.push_back(pattern);
    met_[pattern] |= clause;
  }
}

std::vector<std::size_t> Candidates::Tally::Take() {
  std::vector<std::size_t> found = of_.always_;
  for (const std::uint32_t pattern : touched_) {
    if (std::exchange(met_[pattern], 0) == of_.all_[pattern]) found.push_back(pattern);
  }
  touched_.clear();
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace listwarden
