// The makers of all filters, one line each; registry.cc puts them in order.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "policy/filter.h"

namespace listwarden {

std::unique_ptr<Filter> MakeConfidentialityFilter();
std::unique_ptr<Filter> MakeHarassmentFilter();
std::unique_ptr<Filter> MakeEndorsementFilter();
std::unique_ptr<Filter> MakePoliticalFilter();
std::unique_ptr<Filter> MakeReputationFilter();
std::unique_ptr<Filter> MakeRepresentationFilter();
std::unique_ptr<Filter> MakePurposeFilter();
std::unique_ptr<Filter> MakeCopyrightFilter();
std::unique_ptr<Filter> MakePrivacyFilter();
std::unique_ptr<Filter> MakeQualityFilter();

}  // namespace listwarden
