// What people and the clock do to a held message. Each is one compare-and-set on the revision the actor saw,
// written with its audit row, letters, links and spent link.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "hold/held_message.h"

namespace listwarden {

// kNotAllowed: this actor may not decide (an appeal needs somebody else). kLinkUsed: the link was spent or is
// out of time.
enum class DecisionResult { kDone, kConflict, kNotFound, kNotAllowed, kLinkUsed };

// Who decides when no person did in time.
inline constexpr std::string_view kExpiryActor = "expiry";

// Posts of this author to this list pass unheld until then, when authenticated.
struct Trust {
  std::string list, address;
  Time until;
  std::string by, why;
};

struct Act {
  std::string held_id;
  std::int64_t revision = 0;  // as the actor saw it
  std::string actor;          // who
  std::string why;
  std::vector<OutboxRow> outbox;  // letters or the release, in the same transaction
  std::vector<LinkToken> links;   // new links in those letters
  std::string spent_link;         // hash of the link that brought the actor here; empty for none
};

struct Decision : Act {
  HoldState to = HoldState::kApproved;  // approved, rejected, discarded, expired; withdrawn by the author
  Time not_before{};                    // letters and release wait until then: the time for an undo
  std::optional<Trust> trust;           // "approve and trust"
};

// The author's corrected text: becomes the text that counts; the original stays as it came.
struct Correction : Act {
  std::string raw, subject, verdict_json, policy_version, similar_key;
  std::vector<FindingRow> findings;
};

// Against a rejection: held again, for anybody but the one who decided.
struct Appeal : Act {
  Time expires;  // the new end of the hold
};

}  // namespace listwarden
