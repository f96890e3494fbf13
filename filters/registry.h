// The one list of filters.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <vector>

#include "policy/filter.h"

namespace listwarden {

std::vector<std::unique_ptr<Filter>> MakeFilters();

}  // namespace listwarden
