// SPDX-License-Identifier: Apache-2.0
#include "message/slips.h"

#include <gtest/gtest.h>

namespace listwarden {
namespace {

const Slips& Known() {
  static const Slips slips({"women", "hate", "rapist", "kill", "stupid", "rat"}, {"omen", "therapist"});
  return slips;
}

TEST(Slips, MendTwoSwappedNeighboursAndAMissingLetter) {
  EXPECT_EQ(Known().Mended("wmoen"), "women");
  EXPECT_EQ(Known().Mended("woemn"), "women");
  EXPECT_EQ(Known().Mended("stupd"), "stupid");
  EXPECT_EQ(Known().Mended("htae"), "hate");
}

TEST(Slips, LeaveTheWordItselfAndOrdinaryWordsAlone) {
  EXPECT_EQ(Known().Mended("women"), "");
  EXPECT_EQ(Known().Mended("omen"), "");
  EXPECT_EQ(Known().Mended("kettle"), "");
}

TEST(Slips, LeaveShortWordsAlone) {
  EXPECT_EQ(Known().Mended("art"), "");
  EXPECT_EQ(Known().Mended("hte"), "");
  EXPECT_EQ(Known().Mended("kil"), "");
}

TEST(Slips, PartWhatIsRunTogetherAroundAWantedWord) {
  EXPECT_EQ(Known().Mended("ihatewomen"), "i hate women");
  EXPECT_EQ(Known().Mended("killallwomen"), "kill all women");
  EXPECT_EQ(Known().Mended("womenarestupid"), "women are stupid");
  EXPECT_EQ(Known().Mended("theseareallofthem"), "");
  EXPECT_EQ(Known().Mended("ihatewomenx"), "");
  EXPECT_EQ(Known().Mended("therapist"), "");
}

TEST(Slips, AreNoneWithoutWords) {
  EXPECT_EQ(Slips().Mended("wmoen"), "");
  EXPECT_EQ(Slips().Mended("ihatewomen"), "");
}

TEST(Slips, TakeRunsOfAnyLength) {
  std::string run;
  for (int i = 0; i < 500; ++i) {
    Known().Mended(run);
    run += "iate"[i % 4];
  }
  EXPECT_EQ(Known().Mended("i" + std::string(63, 'a')), "");
}

}  // namespace
}  // namespace listwarden
