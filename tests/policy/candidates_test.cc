// SPDX-License-Identifier: Apache-2.0
#include "policy/candidates.h"

#include <gmock/gmock.h>

#include "policy/word_chance.h"
#include "policy/word_index.h"

namespace listwarden {
namespace {

using testing::ElementsAre;

std::vector<std::size_t> In(std::string_view text, const Candidates& candidates) {
  Candidates::Tally tally(candidates);
  const WordIndex index(candidates.words());
  for (const auto& [end, word] : index.Find(text)) tally.Add(word);
  return tally.Take();
}

TEST(Candidates, NeedAWordOfEachClause) {
  const Candidates candidates({{{"good", "bad"}, {"dose"}}});
  EXPECT_THAT(In("a bad dose", candidates), ElementsAre(0));
  EXPECT_THAT(In("a good bad plan", candidates), ElementsAre());
}

TEST(Candidates, AreAlwaysThoseThatNeedNoWord) {
  const Candidates candidates({{{"dose"}}, {}});
  EXPECT_THAT(In("anything", candidates), ElementsAre(1));
}

TEST(Candidates, ShareWordsAndComeInTheirOrder) {
  const Candidates candidates({{{"plan"}, {"dose"}}, {{"dose"}}, {{"plan"}}});
  EXPECT_THAT(In("dose of a plan", candidates), ElementsAre(0, 1, 2));
  EXPECT_THAT(In("the plan", candidates), ElementsAre(2));
}

TEST(Candidates, ForgetWhatWasTaken) {
  const Candidates candidates({{{"plan"}, {"dose"}}});
  Candidates::Tally tally(candidates);
  tally.Add(0);
  EXPECT_THAT(tally.Take(), ElementsAre());
  tally.Add(1);
  EXPECT_THAT(tally.Take(), ElementsAre());
}

using Places = std::vector<std::pair<std::size_t, std::size_t>>;  // end, id

Places Find(const std::vector<std::string>& words, std::string_view text) {
  Places places;
  for (const auto& [end, id] : WordIndex(words).Find(text)) places.emplace_back(end, id);
  return places;
}

TEST(ChanceOf, KnowsCommonWords) {
  EXPECT_GT(ChanceOf("\bthe\b"), 100 * ChanceOf("\bhet\b"));
  EXPECT_GT(ChanceOf(" for "), ChanceOf("\bdose\b"));
  EXPECT_GT(ChanceOf("is "), ChanceOf("\bis ")) << "this, his";
  EXPECT_GT(ChanceOf("\bof"), ChanceOf("\bof the\b"));
}

TEST(ChanceOf, OfADigitFollowsADigit) { EXPECT_GT(ChanceOf("0000"), 10 * ChanceOf("0a0a")); }

TEST(WordIndex, SeesDigitsBlanksAndCapitalsAlike) {
  EXPECT_EQ(Find({"no 00"}, "No 12, no\n345"), (Places{{5, 0}, {12, 0}}));
}

TEST(WordIndex, SeesATextBetweenBlanks) {
  EXPECT_EQ(Find({" u ", " "}, "u"), (Places{{0, 1}, {1, 0}, {1, 1}}));
}

TEST(WordIndex, FindsOverlappingWordsByTheirEnds) {
  EXPECT_EQ(Find({"he", "she", "hers", "", "he", "e"}, "shers"),
            (Places{{3, 1}, {3, 4}, {3, 0}, {3, 5}, {5, 2}}));
}

TEST(WordIndex, FindsLongWordsByTheirRarestLetters) {
  EXPECT_EQ(Find({"the quartz", "the quart"}, "the quark, the quartz, quartz"), (Places{{20, 1}, {21, 0}}));
  EXPECT_EQ(Find({"the quartz"}, "quartz"), Places());
}

TEST(WordIndex, FindsMarkedWordsOnlyWhereTheyBeginOrEnd) {
  EXPECT_EQ(Find({"\bct", "pt\b", "\bmr\b"}, "fact, ct1; opted, (apt) mri mr"),
            (Places{{8, 0}, {22, 1}, {30, 2}}));
}

}  // namespace
}  // namespace listwarden
