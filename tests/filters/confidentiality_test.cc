// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/filters/judged.h"

namespace listwarden {
namespace {

TEST(Confidentiality, MakesOneFindingOfWhatOverlaps) {
  const auto findings =
      FindingsOf("confidentiality",
                 Post("Log in with postgres://planner: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@10.0.0.1/db"));
  EXPECT_EQ(findings.size(), 1u);
}

TEST(Confidentiality, KeepsTheStrongerOfTwoThatOverlap) {
  const auto findings = FindingsOf("confidentiality", Post("My NI number is JG 10 37 59 A."));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings.front().rule, "confidentiality/national-insurance");
}

TEST(Confidentiality, IsOneLevelLowerInQuotedText) {
  EXPECT_EQ(
      ConfidenceOf("confidentiality", Post("> The NHS number is 943 476 5919.\n\nPlease take that down.")),
      "medium");
}

TEST(Confidentiality, LeavesTalkOfASecretInQuotedTextAlone) {
  EXPECT_EQ(ConfidenceOf("confidentiality",
                         Post("> Keep this to yourselves until Monday.\n\nPlease do not post such things.")),
            "");
}

TEST(Confidentiality, LeavesALegalFooterAlone) {
  EXPECT_EQ(
      ConfidenceOf(
          "confidentiality",
          Post("Does anybody have a spare chamber?\n\n-- \nAnn\n\nThis e-mail and any attachments are "
               "confidential and "
               "intended solely for the addressee. If you are not the intended recipient please delete it.")),
      "");
}

TEST(Confidentiality, TakesADateOfBirthForAPatientsOnlyBesideAName) {
  EXPECT_EQ(ConfidenceOf("confidentiality", Post("The plan of Jane Sample, DOB 03/05/1951, is off.")),
            "high");
  EXPECT_EQ(ConfidenceOf("confidentiality", Post("The plan has DOB 03/05/1951 in the header.")), "");
}

TEST(Confidentiality, FindsTheNameOfADateOfBirthAcrossALineEnd) {
  EXPECT_EQ(ConfidenceOf("confidentiality", Post("The plan of Jane Sample,\nDOB 03/05/1951, is off.")),
            "high");
}

TEST(Confidentiality, NeverQuotesASecret) {
  for (const Finding& one : FindingsOf("confidentiality", Post("The password is Tr33house!9 for now.")))
    EXPECT_EQ(one.quote.find("Tr33house"), std::string::npos) << one.quote;
}

TEST(Confidentiality, DoesNotTakeVariablesAndPlaceholdersForPasswords) {
  for (const char* text :
       {"password = ${DB_PASSWORD}", "password: <your password>", "password is required", "PASSWORD=********",
        "password: os.environ['PW']", "The password is hashed with sha256"})
    EXPECT_EQ(ConfidenceOf("confidentiality", Post(text)), "") << text;
}

TEST(Confidentiality, ReadsFileNames) {
  EXPECT_EQ(ConfidenceOf("confidentiality",
                         PostWithFile("As agreed.", "bids_CONFIDENTIAL.xlsx", "application/octet-stream")),
            "high");
  EXPECT_EQ(ConfidenceOf("confidentiality",
                         PostWithFile("As agreed.", "confidentiality policy.pdf", "application/pdf")),
            "");
}

}  // namespace
}  // namespace listwarden
