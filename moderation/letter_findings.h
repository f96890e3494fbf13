// What a letter says was found: by clause, the gravest first; one passage that two rules found is one entry.
// Threads: pure function.
// Errors: none.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "policy/finding.h"

namespace listwarden {

struct LetterClause {
  std::string clause;  // its id
  std::vector<Finding> findings;
  std::vector<std::string> advice;  // each once
};

// Of the filters whose action is hold.
std::vector<LetterClause> FindingsForLetter(const Verdict& verdict);

// Confidential matter that the letter must not carry on.
bool ShowsSecret(const Verdict& verdict);
bool ShowsSecretInSubject(const Verdict& verdict);

}  // namespace listwarden
