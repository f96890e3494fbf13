// SPDX-License-Identifier: Apache-2.0
#include "policy/candidates.h"

#include <algorithm>
#include <utility>

namespace listwarden {

void Candidates::Add(const std::vector<AnyOf>& clauses) {
  constexpr std::size_t kMostClauses = 32;
  const auto pattern = static_cast<std::uint32_t>(all_.size());
  all_.push_back(0);
  for (std::size_t i = 0; i < std::min(clauses.size(), kMostClauses); ++i) {
    const std::uint32_t bit = 1u << i;
    all_.back() |= bit;
    for (const std::string& word : clauses[i]) {
      const auto [place, is_new] = number_of_.emplace(word, words_.size());
      if (is_new) {
        words_.push_back(word);
        uses_.emplace_back();
      }
      uses_[place->second].push_back({pattern, bit});
    }
  }
  if (clauses.empty()) always_.push_back(pattern);
}

void Candidates::Tally::Add(std::size_t word) {
  for (const Use& use : of_.uses_[word]) {
    if (met_[use.pattern] == 0) touched_.push_back(use.pattern);
    met_[use.pattern] |= use.clause;
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
