// Letters and re-injections that wait to be sent by SMTP; written in the same transaction as what they tell.
// Threads: any; several workers and processes may share an outbox.
// Errors: StoreError.
// Limits: no row waits, and no lease lasts, longer than two days; one that seems to was written while the clock
// was ahead, and is due at once.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace listwarden {

enum class OutboxKind { kLetter, kRelease };

struct OutboxRow {
  std::int64_t id = 0;
  std::string key;  // unique: writing the same key again is no second row (per decision, where there is one)
  OutboxKind kind = OutboxKind::kLetter;
  std::string held_id;       // empty for a letter about many, such as a digest
  std::string reverse_path;  // empty for letters (RFC 3834)
  std::vector<std::string> forward_paths;
  std::string content;  // the letter; empty for a release (the held bytes are sent)
  int attempts = 0;
  std::string last_reply;  // the MTA's words
};

class Outbox {
 public:
  virtual ~Outbox() = default;

  // A lease keeps others away until it ends; `fence` grows with each lease of a row. Taking a release whose last
  // attempt has no known outcome (the lease ran out, or kInDoubt) is on record as "possible-duplicate".
  struct Lease {
    OutboxRow row;
    std::int64_t fence = 0;
  };
  virtual std::optional<Lease> LeaseNext(std::chrono::seconds duration) = 0;
  enum class SendResult { kSent, kRetry, kInDoubt, kFailed };  // kInDoubt: a retry, and it may have arrived
  // False when the lease was lost meanwhile (somebody else holds a newer fence): nothing is written then.
  virtual bool Report(const Lease& lease, SendResult result, std::string_view reply, Time next_try) = 0;
};

}  // namespace listwarden
