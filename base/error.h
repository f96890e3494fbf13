// The typed failures of our surroundings. Odd mail is never one of them: it is recorded as a Defect.
// Errors: caught at one wall per thread (milter callback, command, worker turn); nothing else swallows them.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdexcept>
#include <string>

namespace listwarden {

// A mistake in something an administrator wrote. `what()` reads "file:line: what is wrong; what was
// expected".
class SettingsError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A mistake in a rule, clause, register or template file; same form as SettingsError.
class RuleError : public SettingsError {
 public:
  using SettingsError::SettingsError;
};

// The hold store cannot answer now (locked, full, gone, damaged). The caller answers with a temporary
// failure. It never says whether a write took place: read back by key.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace listwarden
