// SPDX-License-Identifier: Apache-2.0
#include "hold/held_message.h"

#include <algorithm>
#include <iterator>

namespace listwarden {
namespace {

constexpr std::string_view kStates[] = {"held",      "approved", "sending",   "released", "rejected",
                                        "discarded", "expired",  "withdrawn", "failed",   "damaged"};

}  // namespace

std::string_view HoldStateName(HoldState state) { return kStates[static_cast<int>(state)]; }

std::optional<HoldState> HoldStateNamed(std::string_view name) {
  const auto* found = std::find(std::begin(kStates), std::end(kStates), name);
  if (found == std::end(kStates)) return std::nullopt;
  return static_cast<HoldState>(found - std::begin(kStates));
}

}  // namespace listwarden
