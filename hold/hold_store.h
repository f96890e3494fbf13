// Where suspect mail waits. One interface, one behaviour (tests/hold/hold_store_contract.h), backends behind
// it. Every write is one durable transaction with its audit row and its outbox rows; calls that wait at the
// same time may share one. Transitions that the state machine does not know are refused by the database.
// Threads: every member may be called from any thread; writes are one at a time, also across processes.
// Errors: StoreError; after one the caller does not know whether the write took place: repeat it with the
// same keys.
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
#include "base/error.h"
#include "hold/decision.h"
#include "hold/held_message.h"
#include "hold/link_token.h"
#include "hold/outbox.h"
#include "hold/queue.h"

namespace listwarden {

// A limit of the store is reached; the client may come again later.
class StoreFull : public StoreError {
 public:
  using StoreError::StoreError;
};

struct AuditRow {
  std::int64_t seq = 0;
  Time time;
  std::string actor, action, held_id, details;
};

struct HoldLimits {
  std::uint64_t min_free_bytes = 64u << 20;  // where the store lies
  std::uint64_t ballast_bytes = 16u << 20;   // kept beside the store, given up when the disk is full
  std::size_t per_author_and_list = 50;      // waiting at once
  std::size_t per_list = 10000;
};

class HoldStore : public Outbox {
 public:
  struct HoldResult {
    std::string id;
    bool is_repeat = false;  // the dedupe key was there already
  };
  // Returns only after the row is durable.
  virtual HoldResult Hold(const NewHold& hold) = 0;

  virtual DecisionResult Decide(const Decision& decision) = 0;
  // Back to held, and what was to leave is dropped: until `undo_until`, while nothing was leased.
  virtual DecisionResult Undo(const Act& act) = 0;
  virtual DecisionResult Correct(const Correction& correction) = 0;
  virtual DecisionResult AppealAgainst(const Appeal& appeal) = 0;
  // "I am on it": refused (kConflict) while somebody else's claim lasts. Claims bar nobody from deciding.
  virtual DecisionResult Claim(std::string_view id, std::string_view actor, Time until) = 0;
  virtual void Unclaim(std::string_view id, std::string_view actor) = 0;
  // An audit row and letters without a change: "note", "forwarded", "reminded" … `revision` is not looked at.
  virtual DecisionResult Record(const Act& act, std::string_view action) = 0;
  // All of them or none: kConflict, and nothing is written, when one is on record already (same message,
  // action and `why`) or one of the letters' keys is. So what the clock brings about happens once.
  virtual DecisionResult RecordOnce(const std::vector<Act>& acts, std::string_view action) = 0;

  // Verifies the hash; wrong => kDamaged, without text.
  virtual std::optional<HeldMessage> Find(std::string_view id) = 0;
  virtual std::vector<ContentInfo> Contents(std::string_view id) = 0;  // oldest first
  // Empty when there is none or its hash is wrong.
  virtual std::optional<std::string> Raw(std::string_view id, int content) = 0;
  virtual QueuePage Queue(const QueueQuery& query) = 0;
  virtual AuthorHistory History(std::string_view list, std::string_view author) = 0;
  virtual Figures FiguresFor(const FiguresQuery& query) = 0;
  virtual std::vector<HeldSummary> Expired(std::size_t limit) = 0;  // held and past their time
  virtual std::vector<AuditRow> Audit(std::string_view held_id) = 0;

  virtual void SetTrust(const Trust& trust) = 0;
  virtual bool RemoveTrust(std::string_view list, std::string_view address, std::string_view by) = 0;
  virtual std::vector<Trust> Trusted(std::string_view list) = 0;  // those in force
  virtual std::optional<Trust> FindTrust(std::string_view list, std::string_view address) = 0;

  virtual std::optional<LinkToken> FindLink(std::string_view hash) = 0;  // used and old ones too, for a month

  // Release tokens: true the first time only.
  virtual bool UseToken(std::string_view token_id, Time expires) = 0;
  // Letters to one address for one list on one day; returns the count after adding one.
  virtual int CountNotice(std::string_view address, std::string_view list) = 0;
  // Throws StoreError when the store cannot take a message now.
  virtual void Probe() = 0;
};

// Opens or makes the store at `place` (hold/store_place.h): a file (mode 0660, its folder must exist), or an
// empty database of a server, whose clock counts then instead of `clock`, which outlives the store.
std::unique_ptr<HoldStore> OpenHoldStore(const std::string& place, const Clock& clock,
                                         const HoldLimits& limits = {});

}  // namespace listwarden
