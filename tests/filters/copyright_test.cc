// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/filters/judged.h"

namespace listwarden {
namespace {

std::string Long(const std::string& text) {
  std::string out = text + "\n\n";
  for (int i = 0; i < 40; ++i) out += "The mean glandular dose was found to depend on the breast thickness. ";
  return out;
}

TEST(Copyright, WeighsAPublishersMarkByTheLengthOfWhatStandsWithIt) {
  const std::string mark = "© 2023 Elsevier Ltd. All rights reserved.";
  EXPECT_EQ(ConfidenceOf("copyright", Post("Ref. 4: " + mark)), "low");
  EXPECT_EQ(ConfidenceOf("copyright", Post(Long(mark))), "medium");
}

TEST(Copyright, ReadsFileNames) {
  EXPECT_EQ(ConfidenceOf("copyright", PostWithFile("As asked.", "IEC-60601-2-1.pdf", "application/pdf")),
            "high");
  EXPECT_EQ(ConfidenceOf("copyright", PostWithFile("As asked.", "agenda.pdf", "application/pdf")), "");
}

TEST(Copyright, LeavesQuotedTextAlone) {
  EXPECT_EQ(ConfidenceOf("copyright", Post("Thanks.\n\n> I have scanned the chapter for you, see attached.")),
            "");
}

}  // namespace
}  // namespace listwarden
