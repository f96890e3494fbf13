// Signs the end of the audit while the desk runs, so that cutting it off is seen: an hour after a row was
// written at the latest, after a thousand rows, and at the stop. Each signed head is a line of the log as well,
// which keeps it outside of the store.
// Threads: one at a time.
// Errors: StoreError. Nothing is signed over another key's signature, or where signed rows have gone: logged.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include "hold/records.h"

namespace listwarden {

// Afterwards something hinders the signing.
constexpr std::chrono::hours kSigningOverdue{2};

class AuditSigner {
 public:
  AuditSigner(Records& records, AuditKey key);
  void SignDue();
  void SignNow();

 private:
  bool MaySign(const AuditTail& tail) const;
  void SignAfter(std::int64_t rows, std::chrono::seconds age);

  Records& records_;
  AuditKey key_;
  std::optional<AuditHead> last_;  // that this process saw signed
};

}  // namespace listwarden
