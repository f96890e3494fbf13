// SPDX-License-Identifier: Apache-2.0
#include "moderation/audit_signer.h"

#include "base/log.h"

namespace listwarden {
namespace {

constexpr std::chrono::hours kSignAfter{1};
constexpr std::int64_t kSignAfterRows = 1000;

}  // namespace

AuditSigner::AuditSigner(Records& records, AuditKey key) : records_(records), key_(std::move(key)) {}

bool AuditSigner::MaySign(const AuditTail& tail) const {
  if (last_ && (!tail.head || tail.head->head.seq < last_->seq)) {
    Log(LogLevel::kError, "audit-cut-off",
        {{"row", std::to_string(last_->seq)},
         {"remedy",
          "rows that were signed are gone: keep the store's files and this log, ask who had access"}});
    return false;
  }
  if (tail.head && !tail.head->IsBy(key_.public_key())) {
    Log(LogLevel::kError, "audit-not-signed",
        {{"why", "row " + std::to_string(tail.head->head.seq) + " was signed with another audit key"},
         {"remedy",
          "put that key back, on every machine; if it is lost, listwarden audit sign begins anew"}});
    return false;
  }
  return true;
}

void AuditSigner::SignDue() { SignAfter(kSignAfterRows, kSignAfter); }
void AuditSigner::SignNow() { SignAfter(1, std::chrono::seconds(0)); }

void AuditSigner::SignAfter(std::int64_t rows, std::chrono::seconds age) {
  const AuditTail tail = records_.UnsignedTail();
  if (!MaySign(tail)) return;
  if (tail.head) last_ = tail.head->head;
  if (tail.rows == 0 || (tail.rows < rows && tail.age < age)) return;
  const auto head = records_.SignHead(key_);
  if (!head) return;
  last_ = head;
  Log(LogLevel::kInfo, "audit-signed", {{"head", std::to_string(head->seq) + ":" + head->hash}});
}

}  // namespace listwarden
