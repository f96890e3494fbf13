// How we judge: everything loaded from a configuration folder, immutable, with a version (content hash).
//   auto policy = Policy::Load("etc", MakeFilters());
//   Verdict v = policy->Judge(message, *policy->FindList("list@example.org"));
// Folder: lists.d/*.toml, policies/NAME/{clauses.toml, FILTER.toml, cy.toml, registers/*.toml}, rules.d/*.toml.
// Threads: immutable; Judge may run on many threads. A reload makes a new Policy and swaps a shared_ptr.
// Errors: Load throws RuleError/SettingsError with file and line; also when a rule contradicts its own
// examples. Judge never throws: a filter that fails makes the verdict unread (held), and is named there.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "policy/filter.h"

namespace listwarden {

struct Clause {
  std::string id;
  std::string filter;
  std::string title;
  std::string text;  // the principle, in our words
};

// A text of the policy as a reader gets it, and the language that it is in.
struct Wording {
  std::string text;
  std::string language;
};

// Whether a list that has these settings for the rule's filter wants the rule.
bool IsWanted(const Rule& rule, const FilterPolicy& settings);

class Policy {
 public:
  // `authserv_id`: whose Authentication-Results are believed (RFC 8601); empty believes none.
  static std::shared_ptr<const Policy> Load(const std::filesystem::path& folder, std::string_view policy_name,
                                            std::vector<std::unique_ptr<Filter>> filters,
                                            std::string authserv_id = "");
  ~Policy();

  const std::string& version() const;
  const std::string& name() const;
  const std::string& authserv_id() const;
  const std::vector<Clause>& clauses() const;
  // When its owners mean to look at it again (`review-due` in clauses.toml), if they said so.
  std::optional<Time> review_due() const;
  const Clause* FindClause(std::string_view id) const;
  const std::vector<ListPolicy>& lists() const;                // without "default"
  const ListPolicy* FindList(std::string_view address) const;  // any case; nullptr when not one of ours
  const ListPolicy& default_list() const;
  const RuleSet& rules() const;
  const Registers& registers() const;

  // What a clause, a finding or `Verdict::unread` says, for a reader of `language`; in English where nobody
  // has translated it.
  Wording Say(std::string_view english, std::string_view language) const;
  // What clauses and rules say in English only.
  std::vector<std::string> Untranslated() const;

  Verdict Judge(const Message& message, const ListPolicy& list) const;
  // By each list; the rules read the message once.
  std::vector<Verdict> Judge(const Message& message, const std::vector<const ListPolicy*>& lists) const;
  // For every list among `addresses` in order; by the default list when there is none.
  std::vector<Verdict> JudgeAll(const Message& message, const std::vector<std::string>& addresses) const;

  // Every rule whose own examples disagree with it: "file rule: hit not found: …". Empty when all is well.
  std::vector<std::string> ProveExamples() const;

 private:
  struct State;
  explicit Policy(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace listwarden
