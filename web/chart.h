// A bar chart as a view for chart.html: inline SVG whose every place is computed here, each bar a pile of
// parts told apart by pattern as well as colour, with its number beside it.
// Threads: any.
// Errors: none.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "web/pages.h"

namespace listwarden {

struct BarPart {
  std::string kind;  // "agreed" "released" "ended" "waiting": its pattern
  std::size_t count = 0;
  std::string says;  // "Released: 3"
  std::string link;  // the posts behind it
};

struct Bar {
  std::string label, value;
  std::vector<BarPart> parts;
};

// `is_short`: labels stand before their bars, not above them.
View Chart(const std::vector<Bar>& bars, bool is_short);

}  // namespace listwarden
