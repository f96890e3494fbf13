// Questions to the store that read many held messages without their texts.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "hold/held_message.h"

namespace listwarden {

enum class QueueOrder { kOldest, kNewest, kExpiry, kAuthor, kSubject, kList, kDecided };

struct QueueQuery {
  std::optional<std::vector<std::string>> lists;       // the lists the reader may see; nullopt = all
  std::vector<HoldState> states = {HoldState::kHeld};  // empty = all
  std::string filter, rule;                            // among what led to the hold
  std::string text;                                    // in subject or author, ignoring ASCII case
  std::string author;                                  // exactly this address
  std::string similar_key;
  std::optional<Time> from, until;  // received in [from, until)
  // The posts that the figures count so; `filter` and `rule` are then those of the text as it came.
  struct Counted {
    std::vector<HoldState> outcomes;  // empty = all
    std::optional<bool> is_corrected;
  };
  std::optional<Counted> counted;
  QueueOrder order = QueueOrder::kOldest;
  bool is_grouped = false;  // near-duplicates as one row, the first of each
  std::size_t limit = 50;
  std::size_t offset = 0;
};

struct QueueRow {
  HeldSummary held;
  std::size_t similar = 1;  // how many this row stands for, when grouped
};

struct QueuePage {
  std::vector<QueueRow> rows;
  std::size_t count = 0;  // rows in all pages
};

// How posts of one author to one list ended, by state.
using AuthorHistory = std::map<HoldState, std::size_t>;

// Figures for reports. Weeks begin on Monday, 00:00 UTC. Outcomes: held, released (with what is on its way),
// rejected, discarded, expired (nobody decided in time, whatever then became of the post), withdrawn,
// damaged.
struct Figures {
  // An empty `filter` and `rule`: the posts whatever was found; an empty `rule`: by whatever rule of the
  // filter.
  struct Holds {
    std::string list, filter, rule;
    Time week;
    HoldState outcome = HoldState::kHeld;
    bool is_corrected = false;  // the author has put the text right
    std::size_t holds = 0;
  };
  struct Decided {
    std::string list;
    Time week;
    HoldState outcome = HoldState::kHeld;
    std::string by;
    std::chrono::seconds after{0};
  };
  std::vector<Holds> by_rule, by_filter, by_list;
  std::vector<Decided> decided;  // one a decision, in order of `received`
};

struct FiguresQuery {
  std::optional<std::vector<std::string>> lists;
  Time from, until;  // received in [from, until)
};

}  // namespace listwarden
