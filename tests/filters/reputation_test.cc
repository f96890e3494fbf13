// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/filters/posted.h"

namespace listwarden {
namespace {

std::string Reputation(const std::string& text, const std::string& subject = "A question") {
  return ConfidenceOf("reputation", Posted{.text = text, .subject = subject});
}

TEST(Reputation, HoldsBlameOfTheBodyAndItsPartners) {
  EXPECT_EQ(Reputation("IPEM is run by a clique of incompetents."), "high");
  EXPECT_EQ(Reputation("HCPC are a racket."), "high");
}

TEST(Reputation, KnowsWhoIsMeantFromTheSubject) {
  const std::string text = "These people are clowns and a waste of public money.";
  EXPECT_NE(Reputation(text, "CQC inspection"), "");
  EXPECT_EQ(Reputation(text, "The band at the wedding"), "");
}

TEST(Reputation, LeavesDisagreementAndQuestionsAlone) {
  EXPECT_EQ(Reputation("I do not agree with the rise of the IPEM fee and have written to the treasurer."),
            "");
  EXPECT_EQ(Reputation("The link to IPEM Report 81 gives a 404; I have let the National Office know."), "");
  EXPECT_EQ(Reputation("The alarm is a cheap joke; I have reported it to the MHRA."), "");
  EXPECT_EQ(Reputation("Dr Peel has resigned as treasurer of the group; we thank her."), "");
}

}  // namespace
}  // namespace listwarden
