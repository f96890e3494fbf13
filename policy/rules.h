// Rule files, loaded and proved by their own examples, and their matcher: all words and phrases of all
// filters in one pass over each segment, patterns only where their words stand.
//   auto rules = RuleSet::Load({"etc/policies/ipem/confidentiality.toml", …});
//   std::vector<Hit> hits = rules->Scan(message);
// Threads: immutable after Load; Scan may run on many threads at once.
// Limits: what patterns may read of one message all together, whatever rules there are.
// Errors: Load throws RuleError "file:line: what; expected"; Scan throws std::runtime_error past its limit. A
// pattern whose automaton grows out of its memory runs on, more slowly, by RE2's other engine: never "no hit".
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/message.h"
#include "policy/finding.h"
#include "policy/registers.h"

namespace listwarden {

// One [[rule]]. `pattern` is RE2 syntax on the folded text (TextView::folded: lower case, single blanks), or
// on the original when `raw`. Folded text is read a second time with masks undone (UnmaskedText): rules are
// written in plain words only. `words` is a list of literal phrases (word-bounded), an alternative to
// `pattern`.
struct Rule {
  std::string id;      // "filter/name"
  std::string filter;  // first half of the id
  std::string clause;
  Confidence confidence = Confidence::kLow;
  std::vector<Region> where;  // default: subject, author-text
  std::vector<std::string> words;
  std::string pattern;
  std::vector<std::string> unless;     // RE2, same sentence
  std::vector<std::string> requires_;  // RE2 ("requires" in the file), same sentence, each must stand there
  std::vector<std::string> names;      // kinds of register entries, one of which the sentence must name
  std::optional<std::size_t> names_before;  // the name stands at most so many bytes before the hit …
  std::optional<std::size_t> names_after;   // … or after it; absent both: anywhere in the sentence
  std::vector<std::string> beside;          // ids of rules that must all hit not far away
  unsigned unless_said = 0;                 // bits of Said: so said, it is no hit
  unsigned of = 0;                          // bits of Of: only of these it is a hit; 0 = of anything
  bool names_in_post = false;               // or anywhere in the subject or author text so far
  std::vector<std::string> unless_post;     // RE2, anywhere in what the poster wrote, signature too
  std::vector<std::string> requires_post;   // RE2, each must stand there
  bool optional = false;                    // only for lists that turn it on (rules-on)
  std::string reason;
  std::string advice;
  std::vector<std::string> hit;
  std::vector<std::string> miss;
  std::string check;  // name of a code check that must agree ("nhs-number", "luhn" …); run by the filter
  bool raw = false;
  bool across_sentences = false;  // the pattern may begin in one sentence and end in another
  bool is_secret = false;         // quote is masked
  bool quoted_lower = false;      // also looked for in quoted text, one level lower
  long long line = 0;             // of its file
};

struct SecondVote;
struct Vote;

// A rule's match in one segment. Offsets are into the folded text (into the original when the rule is raw).
struct Hit {
  const Rule* rule;
  const Segment* segment;
  std::size_t begin;
  std::size_t end;
  bool is_masked = false;                // the words are disguised or hidden: one level more confidence
  bool is_confirmed = false;             // the second vote agrees: low confidence becomes medium
  const RegisterEntry* named = nullptr;  // what the sentence names, when the rule asks for names
  std::string because = {};              // added to the rule's reason
  std::string_view Words() const;        // the original words
  std::string_view Sentence() const;     // the folded (raw: original) sentence around it
};

class RuleSet {
 public:
  // Loads files in order; a later file may switch a rule off by id (`off = ["filter/name"]`).
  // Does not run the examples: see ProveRules in policy/policy.h, which sees checks as well.
  static std::shared_ptr<RuleSet> Load(const std::vector<std::filesystem::path>& files,
                                       std::shared_ptr<const Registers> registers);
  ~RuleSet();

  const std::vector<Rule>& rules() const;
  // All hits in the regions each rule looks at, `unless` and `requires` applied, longest first at one place.
  std::vector<Hit> Scan(const Message& message) const;
  const std::string& about(std::string_view filter) const;
  // What the statistical models beside the rules say (policy/second_vote.h); points into the message.
  std::vector<Vote> Votes(const Message& message) const;
  const std::vector<std::unique_ptr<const SecondVote>>& second_votes() const;
  // Forgets what the texts so far have made of the automata, which takes megabytes. Nobody scans meanwhile.
  void Renew();
  // Runs sample text through the automata so that the first mail after a load is not slow.
  void Warm() const;

 private:
  struct Machine;
  explicit RuleSet(std::unique_ptr<Machine> machine);
  std::unique_ptr<Machine> machine_;
};

// Whether the words at [begin, end) of the folded text are said of whom and in the way that the rule wants.
bool IsSaidAsWanted(const Rule& rule, const TextView& text, std::size_t begin, std::size_t end);

// Words of the folded text as Finding: quote cut to 120 characters, masked when the rule says so.
Finding FindingFrom(const Hit& hit);

}  // namespace listwarden
