// SPDX-License-Identifier: Apache-2.0
#include "policy/finding.h"

#include <gtest/gtest.h>

namespace listwarden {
namespace {

TEST(Finding, WhatHasNoNameCountsAsTheGravest) {
  EXPECT_EQ(ConfidenceName(Confidence::kLow), "low");
  EXPECT_EQ(ConfidenceName(Confidence::kMedium), "medium");
  EXPECT_EQ(ConfidenceName(Confidence::kHigh), "high");
  EXPECT_EQ(ConfidenceName(static_cast<Confidence>(99)), "high");
  EXPECT_EQ(ActionName(Action::kNone), "none");
  EXPECT_EQ(ActionName(Action::kObserve), "observe");
  EXPECT_EQ(ActionName(Action::kTag), "tag");
  EXPECT_EQ(ActionName(Action::kHold), "hold");
  EXPECT_EQ(ActionName(static_cast<Action>(99)), "hold");
  EXPECT_EQ(DispositionName(Disposition::kPass), "pass");
  EXPECT_EQ(DispositionName(Disposition::kTag), "tag");
  EXPECT_EQ(DispositionName(Disposition::kHold), "hold");
  EXPECT_EQ(DispositionName(static_cast<Disposition>(99)), "hold");
}

TEST(MaskSecret, ShowsFirstAndLastOfALongOneTheFirstOfAShortOneAndNothingOfLess) {
  EXPECT_EQ(MaskSecret("943 476 5919"), "943 ••• ••19");
  EXPECT_EQ(MaskSecret("AB-12.34-56"), "AB-1•.••-56");
  EXPECT_EQ(MaskSecret("Ann Lee"), "A•• •••");
  EXPECT_EQ(MaskSecret("abc"), "•••");
  EXPECT_EQ(MaskSecret(""), "");
}

TEST(MaskSecret, CountsCharactersNotBytes) {
  EXPECT_EQ(MaskSecret("Gwŷr"), "G•••");
  EXPECT_EQ(MaskSecret("ŷabcdefgŷ"), "ŷab••••gŷ");
}

}  // namespace
}  // namespace listwarden
