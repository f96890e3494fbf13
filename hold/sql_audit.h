// The audit as a hash chain. A row's hash covers the row before it; who and what a row speaks of go in as
// HMAC with a salt of their own, so that erasing words and salt leaves the chain valid.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "hold/records.h"
#include "hold/sql_database.h"

namespace listwarden {

struct AuditEntry {
  std::string_view actor, action, held_id, details;
  std::string subject;  // whose salt covers the details when there is no held message: "person:ADDRESS" …
};

// Within the caller's transaction.
void AppendAudit(SqlDatabase& database, const AuditEntry& entry);
AuditReport VerifyAudit(SqlDatabase& database);
AuditTail UnsignedTailOf(SqlDatabase& database);
// Takes words and salts away: of the details about `subject`, or of an actor.
void EraseAuditSubject(SqlDatabase& database, const std::string& subject);

}  // namespace listwarden
