// What stays on record, for how long, and the proof that it was not touched.
// Threads: any.
// Errors: StoreError.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "hold/decision.h"

namespace listwarden {

// Signs heads of the audit (Ed25519), so that cutting its tail is seen by whoever kept one.
class AuditKey {
 public:
  explicit AuditKey(const std::filesystem::path& file);   // SettingsError when it is missing, short or open
  static void Create(const std::filesystem::path& file);  // mode 0600, whole or not; one that is there stays
  std::string public_key() const;                         // hex
  std::string Sign(std::string_view text) const;          // hex
  static bool IsSigned(std::string_view text, const std::string& signature, const std::string& public_key);

 private:
  std::string secret_;
};

struct AuditHead {
  std::int64_t seq = 0;
  std::string hash;
};

struct SignedHead {
  AuditHead head;
  Time time;
  std::string signature;
  bool IsBy(const std::string& public_key) const;
};

struct AuditFault {
  std::int64_t seq = 0;
  std::string what;
};

struct AuditReport {
  std::size_t rows = 0, erased = 0, heads = 0;
  AuditHead last;
  std::vector<AuditFault> faults;  // empty: nothing was touched
};

// How much of the audit's end no signature covers.
struct AuditTail {
  std::optional<SignedHead> head;  // the newest
  std::int64_t rows = 0;           // after it
  std::optional<Time> since;       // when the first of them was written
  std::chrono::seconds age{0};     // of that one, by the store's clock
};

struct Erasure {
  std::size_t messages = 0;  // forgotten: text, addresses, subject, letters
  std::size_t kept = 0;      // under legal hold
  std::size_t leaving = 0;   // approved and on their way: erase again when they are gone
};

class Records {
 public:
  virtual ~Records() = default;

  // Reads the whole chain. `public_key`: whose signed heads count; empty checks none. `kept`: heads that were
  // kept elsewhere, whose rows must still be there.
  virtual AuditReport VerifyAudit(const std::string& public_key, const std::vector<AuditHead>& kept = {}) = 0;
  virtual AuditTail UnsignedTail() = 0;
  // Signs the newest row when it is not signed yet.
  virtual std::optional<AuditHead> SignHead(const AuditKey& key) = 0;

  // Forgets a person: no byte of text, address or letter stays in the store's files. What waits is withdrawn.
  virtual Erasure Erase(std::string_view address, std::string_view by) = 0;
  // Drops texts and letters of what was decided before `texts_before`, and names and subjects of what was
  // decided before `records_before`; an empty list means all. Returns how many messages lost something.
  // Many short transactions, so that mail does not wait for it.
  virtual std::size_t Purge(std::string_view list, Time texts_before, Time records_before) = 0;
  // Afterwards no byte of what was dropped is left in the store's files. On a server the tables are written
  // anew, and mail waits meanwhile.
  virtual void Scrub() = 0;
  virtual std::vector<std::string> Lists() = 0;  // that messages are on record of
  // Nothing of the message goes while there is a reason; an empty one lifts it.
  virtual DecisionResult SetLegalHold(std::string_view id, std::string_view why, std::string_view by) = 0;

  // A consistent copy beside running daemons. It starts paused: nothing leaves until Resume, since what the
  // copy calls waiting may have left meanwhile.
  virtual void Backup(const std::filesystem::path& file) = 0;
  virtual bool IsPaused() = 0;
  virtual void Resume(std::string_view by) = 0;
};

// As OpenHoldStore, and the same store.
std::unique_ptr<Records> OpenRecords(const std::string& place, const Clock& clock);

}  // namespace listwarden
