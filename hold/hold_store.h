// Where suspect mail waits. One interface, one behaviour (tests/hold/hold_store_contract.h), backends behind
// it. Every write is one durable transaction with its audit row and its outbox rows; a decision is a
// compare-and-set on (state, revision). States: held -> approved -> sending -> released; held -> rejected;
// held -> discarded; held -> expired; sending -> approved again on a temporary failure, -> failed on a
// permanent one; any -> damaged when the stored hash is wrong. Nothing leaves released, rejected, discarded.
// Threads: every member may be called from any thread; writes are one at a time, also across processes.
// Errors: StoreError; after one the caller does not know whether the write took place: repeat it with the
// same keys. SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"

namespace listwarden {

// A limit of the store is reached; the client may come again later.
class StoreFull : public StoreError {
 public:
  using StoreError::StoreError;
};

enum class HoldState {
  kHeld,
  kApproved,
  kSending,
  kReleased,
  kRejected,
  kDiscarded,
  kExpired,
  kFailed,
  kDamaged
};
std::string_view HoldStateName(HoldState state);  // "held" "approved" …

// A letter or a re-injection that waits to be sent by SMTP.
enum class OutboxKind { kLetter, kRelease };

struct OutboxRow {
  std::int64_t id = 0;
  std::string key;  // unique: writing the same key again is no second row
  OutboxKind kind = OutboxKind::kLetter;
  std::string held_id;
  std::string reverse_path;  // empty for letters (RFC 3834)
  std::vector<std::string> forward_paths;
  std::string content;  // the letter; empty for a release (the held bytes are sent)
  int attempts = 0;
  std::string last_reply;  // the MTA's words
};

struct NewHold {
  std::string dedupe_key;  // unique for five days: the client's retry finds the first row
  std::string list;
  std::string reverse_path;
  std::vector<std::string> forward_paths;  // the held recipients of this list
  std::string from;                        // the author's address
  std::string subject;
  std::string message_id;
  std::string queue_id;
  std::string raw;           // byte for byte
  std::string verdict_json;  // the Verdict as `listwarden check --json` shows it
  std::string policy_version;
  std::string language;
  bool may_answer = false;  // an automatic letter may go to the reverse-path
  Time expires;
  std::vector<OutboxRow>
      letters;  // "{id}" in key and content becomes the new id, "{ref}" the short reference
};

struct HeldMessage {
  std::string id;  // 16 lower-case hex digits
  HoldState state = HoldState::kHeld;
  std::int64_t revision = 0;
  std::string list, reverse_path;
  std::vector<std::string> forward_paths;
  std::string from, subject, message_id, queue_id, verdict_json, policy_version, language;
  std::string raw;  // only from Find
  std::string sha256;
  bool may_answer = false;
  Time received, expires;
  std::string decided_by, decided_why;
  std::optional<Time> decided;
};

struct AuditRow {
  std::int64_t seq = 0;
  Time time;
  std::string actor, action, held_id, details;
};

struct Decision {
  std::string held_id;
  std::int64_t revision = 0;  // as the decider saw it
  HoldState to = HoldState::kApproved;
  std::string actor;  // who
  std::string why;
  std::vector<OutboxRow> outbox;  // release or letters, in the same transaction
};

enum class DecisionResult { kDone, kConflict, kNotFound };

struct HeldQuery {
  std::optional<HoldState> state = HoldState::kHeld;
  std::string list;  // empty = all
  std::size_t limit = 100;
  std::size_t offset = 0;
};

class HoldStore {
 public:
  virtual ~HoldStore() = default;

  struct HoldResult {
    std::string id;
    bool is_repeat = false;  // the dedupe key was there already
  };
  // Returns only after the row is durable.
  virtual HoldResult Hold(const NewHold& hold) = 0;
  virtual DecisionResult Decide(const Decision& decision) = 0;

  virtual std::optional<HeldMessage> Find(std::string_view id) = 0;  // verifies the hash; wrong => kDamaged
  virtual std::vector<HeldMessage> List(const HeldQuery& query) = 0;
  virtual std::vector<HeldMessage> Expired(std::size_t limit) = 0;  // held and past their time
  virtual std::vector<AuditRow> Audit(std::string_view held_id) = 0;

  // The outbox: a lease keeps others away until it ends; `fence` grows with each lease of a row.
  struct Lease {
    OutboxRow row;
    std::int64_t fence = 0;
  };
  virtual std::optional<Lease> LeaseNext(std::chrono::seconds duration) = 0;
  enum class SendResult { kSent, kRetry, kFailed };
  // False when the lease was lost meanwhile (somebody else holds a newer fence): nothing is written then.
  virtual bool Report(const Lease& lease, SendResult result, std::string_view reply, Time next_try) = 0;

  // Release tokens: true the first time only.
  virtual bool UseToken(std::string_view token_id, Time expires) = 0;
  // Letters to one address for one list on one day; returns the count after adding one.
  virtual int CountNotice(std::string_view address, std::string_view list) = 0;
  // Throws StoreError when the store cannot take a message now.
  virtual void Probe() = 0;
};

// Opens or makes the database (mode 0660, folder must exist). `clock` outlives the store.
std::unique_ptr<HoldStore> OpenSqliteHoldStore(const std::filesystem::path& file, const Clock& clock);

}  // namespace listwarden
