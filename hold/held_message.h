// A held message as the store keeps it. States: held -> approved -> sending -> released; held -> rejected,
// discarded, expired, withdrawn; sending -> approved again on a temporary failure, -> failed on a permanent
// one; failed -> approved, rejected, discarded. Back to held: an undo before anything left, an appeal against
// a rejection. Any -> damaged when the stored hash is wrong. Nothing leaves released.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "hold/link_token.h"
#include "hold/outbox.h"

namespace listwarden {

enum class HoldState {
  kHeld,
  kApproved,
  kSending,
  kReleased,
  kRejected,
  kDiscarded,
  kExpired,
  kWithdrawn,
  kFailed,
  kDamaged
};
std::string_view HoldStateName(HoldState state);  // "held" "approved" …
std::optional<HoldState> HoldStateNamed(std::string_view name);

// One finding in columns, for the queue and the figures; the words are those of the verdict's JSON.
struct FindingRow {
  std::string filter, rule, clause;
  std::string confidence;  // "low" "medium" "high"
  std::string action;      // what the filter's confidence led to: "none" "observe" "tag" "hold"
  std::string quote;       // masked where confidential
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
  std::vector<FindingRow> findings;
  std::string similar_key;  // equal for near-duplicates; empty for none
  std::string policy_version;
  std::string language;
  bool may_answer = false;  // an automatic letter may go to the reverse-path
  Time expires;
  // "{id}" in key and content becomes the new id, "{ref}" the short reference.
  std::vector<OutboxRow> letters;
  std::vector<LinkToken> links;  // `held_id` is filled in
};

// What the queue shows of a held message: everything but the text and the whole verdict.
struct HeldSummary {
  std::string id;  // 16 lower-case hex digits
  HoldState state = HoldState::kHeld;
  std::int64_t revision = 0;  // grows with every change; a decision names the one it saw
  int content = 0;            // number of the text that counts; 0 is what the MTA handed over
  std::string list, reverse_path;
  std::vector<std::string> forward_paths;
  std::string from, subject, message_id, queue_id, language, similar_key;
  bool may_answer = false;
  Time received, expires;
  std::string decided_by, decided_why;
  std::optional<Time> decided;
  Time undo_until{};  // until then nothing leaves and the decision can be undone
  std::string claimed_by;
  Time claimed_until{};
  std::string appealed_from;         // who decided before the appeal, and so may not decide now
  std::vector<FindingRow> findings;  // those that led to the hold, gravest first
};

struct HeldMessage : HeldSummary {
  std::string verdict_json, policy_version;
  std::string raw;  // of the text that counts; empty when damaged or no longer kept
  std::string sha256;
};

// One text of a held message: 0 as it came, then each correction.
struct ContentInfo {
  int number = 0;
  std::string sha256, made_by, verdict_json, policy_version;
  Time made;
};

}  // namespace listwarden
