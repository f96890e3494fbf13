// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/filters/posted.h"

namespace listwarden {
namespace {

std::string Purpose(const Posted& post) { return ConfidenceOf("purpose", post); }

TEST(Purpose, FindsMailForTheOwnerOfTheList) {
  EXPECT_NE(Purpose({.text = "Please remove me from this list."}), "");
  EXPECT_NE(Purpose({.text = "unsubscribe", .subject = ""}), "");
  EXPECT_NE(Purpose({.text = "I am away.", .subject = "Automatic reply: Film scanners"}), "");
}

TEST(Purpose, FindsBareThanksOnlyWhenNothingElseIsSaid) {
  EXPECT_NE(Purpose({.text = "Me too!"}), "");
  EXPECT_EQ(
      Purpose(
          {.text = "Me too!\r\nWe see 3 % between coils since the upgrade, with the gain at its default."}),
      "");
}

TEST(Purpose, TakesASubjectForATestOnlyAboveFewWords) {
  EXPECT_NE(Purpose({.text = "Please ignore.", .subject = "Test"}), "");
  EXPECT_EQ(
      Purpose({.text =
                   "Which test objects do you use for contrast at the edge of the field, how often do you "
                   "send them back, and what do you say to the colleagues who never answer?",
               .subject = "Test"}),
      "");
}

TEST(Purpose, TakesAgreementWithFiguresForAnAnswer) {
  const std::string agreement = "Me too, on both of ours at the weekend.";
  EXPECT_NE(Purpose({.text = agreement}), "");
  EXPECT_EQ(Purpose({.text = agreement + " Each reads 0.4 mm low when it is cold."}), "");
}

TEST(Purpose, LeavesWhatTheListIsForAlone) {
  EXPECT_EQ(Purpose({.text = "Free to a good home: an old water tank and two Farmer chambers."}), "");
  EXPECT_EQ(Purpose({.text = "The recipe for the gel phantom is in the paper."}), "");
  EXPECT_EQ(Purpose({.text = "Vacancy: Principal Clinical Scientist, radiotherapy."}), "");
}

TEST(Purpose, AppliesARuleThatOnlySomeListsWant) {
  const std::string text = "Please complete the short survey on commissioning.";
  EXPECT_EQ(Purpose({.text = text}), "");
  EXPECT_NE(Purpose({.text = text, .list = "announce@lists.example.ac.uk"}), "");
}

TEST(Purpose, NeverHolds) {
  Message message = ReadMessage("From: ann@hospital.example\r\nSubject: test\r\n\r\nunsubscribe\r\n");
  EXPECT_EQ(ShippedPolicy().Judge(message, ShippedPolicy().default_list()).disposition, Disposition::kTag);
}

}  // namespace
}  // namespace listwarden
