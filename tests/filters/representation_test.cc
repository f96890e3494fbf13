// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/filters/posted.h"

namespace listwarden {
namespace {

std::string Representation(const std::string& text, const std::string& login = "") {
  return ConfidenceOf("representation", Posted{.text = text, .login = login});
}

TEST(Representation, IsForThoseEntitledAndAuthenticated) {
  const std::string text = "On behalf of IPEM I can say that the proposal is welcome.";
  EXPECT_EQ(Representation(text), "high");
  EXPECT_EQ(Representation(text, "president@ipem.example"), "");
  EXPECT_EQ(ConfidenceOf("representation", Posted{.text = text, .from = "president@ipem.example"}), "high")
      << "an address alone proves nothing";
}

TEST(Representation, IsByField) {
  const std::string of_group = "Speaking for the Radiotherapy SIG, the new tolerance is too tight.";
  EXPECT_EQ(Representation(of_group, "rt-sig@ipem.example"), "");
  EXPECT_NE(Representation(of_group, "mr-sig@ipem.example"), "");
  EXPECT_EQ(Representation("On behalf of IPEM I welcome it.", "rt-sig@ipem.example"), "high");
}

TEST(Representation, TakesAVoteForNoMoreThanTheFilterAllows) {
  const std::string text =
      "Our position is that no trust should pay for this, and we shall say so to the minister.";
  EXPECT_EQ(Representation(text), "low") << "choose a sentence that the model finds and no rule";
  EXPECT_EQ(Representation(text, "president@ipem.example"), "");
}

TEST(Representation, LeavesPersonalViewsAlone) {
  const std::string text = "As chair of the Radiotherapy SIG I think that the IPEM policy is wrong.";
  EXPECT_NE(Representation(text), "");
  EXPECT_EQ(Representation(text + " These views are my own."), "");
  EXPECT_EQ(Representation("I think it is wrong.\r\n\r\n-- \r\nAnn Ash, chair of the Radiotherapy SIG\r\n"),
            "");
}

TEST(Representation, LeavesOtherBodiesAlone) {
  EXPECT_EQ(Representation("On behalf of my hospital I would like to ask about dose audits."), "");
}

}  // namespace
}  // namespace listwarden
