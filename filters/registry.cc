// SPDX-License-Identifier: Apache-2.0
#include "filters/registry.h"

#include "filters/filters.h"

namespace listwarden {

std::vector<std::unique_ptr<Filter>> MakeFilters() {
  std::vector<std::unique_ptr<Filter>> filters;
  filters.push_back(MakeConfidentialityFilter());
  filters.push_back(MakeHarassmentFilter());
  filters.push_back(MakeEndorsementFilter());
  filters.push_back(MakePoliticalFilter());
  filters.push_back(MakeReputationFilter());
  filters.push_back(MakeRepresentationFilter());
  filters.push_back(MakePurposeFilter());
  filters.push_back(MakeCopyrightFilter());
  filters.push_back(MakePrivacyFilter());
  filters.push_back(MakeQualityFilter());
  return filters;
}

}  // namespace listwarden
