// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/filters/posted.h"

namespace listwarden {
namespace {

std::string Political(const std::string& text) { return ConfidenceOf("political", Posted{.text = text}); }

TEST(Political, HoldsACallToVote) {
  EXPECT_EQ(Political("I hope that everybody here votes for the Greens in May."), "high");
  EXPECT_EQ(Political("Please sign the petition to Parliament today."), "high");
}

TEST(Political, ReadsAPartysNameOnlyAsSpelled) {
  EXPECT_EQ(Political("Voting for labour costs as a budget line is due."), "");
  EXPECT_EQ(Political("The reform of the file format is a mess."), "");
  EXPECT_NE(Political("Reform are a mess and a disgrace."), "");
}

TEST(Political, LeavesProfessionalPolicyAlone) {
  EXPECT_EQ(Political("The Department of Health has opened its consultation on IR(ME)R; replies by May."),
            "");
  EXPECT_EQ(Political("Is a conservative estimate of 0.1 % right for the left wall?"), "");
  EXPECT_EQ(Political("Nominations are open for the SIG committee; voting is by ballot in June."), "");
  EXPECT_EQ(Political("The Secretary of State opened the new proton centre on Tuesday."), "");
}

TEST(Political, LeavesQuotedTextAlone) {
  EXPECT_EQ(Political("Please keep to the question.\r\n\r\n> Vote Labour, kick the Tories out!\r\n"), "");
}

}  // namespace
}  // namespace listwarden
