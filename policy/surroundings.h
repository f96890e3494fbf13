// What a rule asks of the post beyond its own sentence: "beside" names rules that must all hit not far away,
// so that weak signs mean something together. Such a rule waits for those it names that stand before it among
// the rules: where they have no hit, nobody need look for its own.
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
  // By rule: whether it is looked for at once.
  const std::vector<bool>& AtOnce() const { return at_once_; }
  // By rule: whether it had to wait and all that it waits for have hit. Empty when there is none.
  std::vector<bool> Awaited(const std::vector<Hit>& hits) const;
  // Takes away the hits whose surroundings do not fit.
  void Sift(const Message& message, std::vector<Hit>* hits) const;

 private:
  struct Asked {
    std::set<const Rule*> rules;
    bool is_whole = true;  // all that the rule names are there
  };
  struct Waiting {
    std::size_t rule;
    std::vector<const Rule*> leaders;
  };
  bool Asks(const Rule& rule, const Rule& other) const;

  std::map<const Rule*, Asked> asked_;
  std::vector<bool> at_once_;
  std::vector<Waiting> waiting_;
};

}  // namespace listwarden
