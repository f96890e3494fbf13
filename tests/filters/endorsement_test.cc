// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/filters/posted.h"

namespace listwarden {
namespace {

std::string Endorsement(const Posted& post) { return ConfidenceOf("endorsement", post); }

TEST(Endorsement, TellsTheGuidelinesOwnPairApart) {
  EXPECT_EQ(Endorsement({.text = "Do visit the stand of XYZ Ltd at the conference."}), "");
  EXPECT_EQ(Endorsement({.text = "XYZ Ltd is the world leader in dosimetry equipment."}), "high");
}

TEST(Endorsement, IsStricterWithThoseWhoRepresentTheBody) {
  const Posted post{.text = "The service of XYZ Ltd is superb.", .from = "president@ipem.example"};
  Posted known = post;
  known.login = "president@ipem.example";
  EXPECT_EQ(Endorsement(post), Endorsement({.text = post.text})) << "an address alone proves nothing";
  EXPECT_NE(Endorsement(known), Endorsement(post));
}

TEST(Endorsement, IsStricterWithVendors) {
  const Posted post{.text = "The service of XYZ Ltd is superb.", .from = "sales@xyz.example"};
  EXPECT_NE(Endorsement(post), Endorsement({.text = post.text}));
}

}  // namespace
}  // namespace listwarden
