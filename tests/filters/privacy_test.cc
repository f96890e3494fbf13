// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/filters/judged.h"

namespace listwarden {
namespace {

std::string Addresses(int count) {
  std::string out = "Those who came:\n";
  for (int i = 0; i < count; ++i) out += "person" + std::to_string(i) + "@hospital.example\n";
  return out;
}

TEST(Privacy, FindsALongListOfAddresses) {
  EXPECT_TRUE(HasRule(FindingsOf("privacy", Post(Addresses(20))), "privacy/many-addresses"));
  EXPECT_FALSE(HasRule(FindingsOf("privacy", Post(Addresses(4))), "privacy/many-addresses"));
}

TEST(Privacy, CountsAnAddressOnce) {
  std::string again;
  for (int i = 0; i < 30; ++i) again += "Write to office@hospital.example please.\n";
  EXPECT_EQ(ConfidenceOf("privacy", Post(again)), "");
}

TEST(Privacy, DoesNotTakeMessageIdsForPeople) {
  std::string ids;
  for (int i = 10; i < 40; ++i) ids += "<20260425094803.8164854" + std::to_string(i) + "@mail.example>\n";
  EXPECT_EQ(ConfidenceOf("privacy", Post(ids)), "");
}

TEST(Privacy, LeavesThePostersOwnSignatureAlone) {
  EXPECT_EQ(ConfidenceOf("privacy",
                         Post("Any thoughts?\n\n-- \nAnn Sample\n14 Example Street\nMobile 07700 900123")),
            "");
}

TEST(Privacy, TakesConsentAtItsWord) {
  EXPECT_NE(ConfidenceOf("privacy", Post("Attached are some photos of the delegates at dinner.")), "");
  EXPECT_EQ(ConfidenceOf("privacy", Post("Attached are some photos of the delegates, who all gave consent.")),
            "");
}

}  // namespace
}  // namespace listwarden
