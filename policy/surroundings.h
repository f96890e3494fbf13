// What a rule asks of the post beyond its own sentence: "beside" names rules that must all hit not far away,
// so that weak signs mean something together. Looked at only when rules have already matched.
// Threads: immutable after construction.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <set>
#include <vector>

#include "policy/rules.h"

namespace listwarden {

class Surroundings {
 public:
  // `rules` must stay where they are; "beside" may name one that is switched off: never there.
  explicit Surroundings(const std::vector<Rule>& rules);
  // Takes away the hits whose surroundings do not fit.
  void Sift(const Message& message, std::vector<Hit>* hits) const;

 private:
  struct Asked {
    std::set<const Rule*> rules;
    bool is_whole = true;  // all that the rule names are there
  };
  std::map<const Rule*, Asked> asked_;
};

}  // namespace listwarden
