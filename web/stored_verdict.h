// A verdict as the store kept it, read back for people.
// Errors: none; what cannot be read is left out.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

struct StoredFinding {
  std::string filter, action;  // of the filter: "hold" counted
  std::string rule, clause, confidence, part, region, quote, reason, advice;
  bool IsSecret() const { return quote.find("•") != std::string::npos; }  // masked when it was found
};

struct StoredVerdict {
  std::vector<StoredFinding> findings;
  std::vector<std::string> unread;
};

StoredVerdict ReadVerdict(std::string_view json);

}  // namespace listwarden
