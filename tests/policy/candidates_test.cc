// SPDX-License-Identifier: Apache-2.0
#include "policy/candidates.h"

#include <gmock/gmock.h>

#include "policy/word_index.h"

namespace listwarden {
namespace {

using testing::ElementsAre;

std::vector<std::size_t> In(std::string_view text, const Candidates& candidates) {
  Candidates::Tally tally(candidates);
  const WordIndex index(candidates.words());
  index.Find(text, [&](std::size_t word, std::size_t) { tally.Add(word); });
  return tally.Take();
}

TEST(Candidates, NeedAWordOfEachClause) {
  Candidates candidates;
  candidates.Add({{"good", "bad"}, {"dose"}});
  EXPECT_THAT(In("a bad dose", candidates), ElementsAre(0));
  EXPECT_THAT(In("a good bad plan", candidates), ElementsAre());
}

TEST(Candidates, AreAlwaysThoseThatNeedNoWord) {
  Candidates candidates;
  candidates.Add({{"dose"}});
  candidates.Add({});
  EXPECT_THAT(In("anything", candidates), ElementsAre(1));
}

TEST(Candidates, ShareWordsAndComeInTheirOrder) {
  Candidates candidates;
  candidates.Add({{"plan"}, {"dose"}});
  candidates.Add({{"dose"}});
  candidates.Add({{"plan"}});
  EXPECT_THAT(In("dose of a plan", candidates), ElementsAre(0, 1, 2));
  EXPECT_THAT(In("the plan", candidates), ElementsAre(2));
}

TEST(Candidates, ForgetWhatWasTaken) {
  Candidates candidates;
  candidates.Add({{"plan"}, {"dose"}});
  Candidates::Tally tally(candidates);
  tally.Add(0);
  EXPECT_THAT(tally.Take(), ElementsAre());
  tally.Add(1);
  EXPECT_THAT(tally.Take(), ElementsAre());
}

TEST(WordIndex, SeesDigitsBlanksAndCapitalsAlike) {
  const WordIndex index({"no 00"});
  std::vector<std::size_t> ends;
  index.Find("No 12, no\n345", [&](std::size_t, std::size_t end) { ends.push_back(end); });
  EXPECT_THAT(ends, ElementsAre(5, 12));
}

TEST(WordIndex, SeesATextBetweenBlanks) {
  const WordIndex index({" u "});
  std::vector<std::size_t> ends;
  index.Find("u", [&](std::size_t, std::size_t end) { ends.push_back(end); });
  EXPECT_THAT(ends, ElementsAre(1));
}

TEST(WordIndex, FindsOverlappingWordsInOrderOfTheirEnds) {
  const WordIndex index({"he", "she", "hers", "", "he"});
  std::vector<std::size_t> found;
  index.Find("shers", [&](std::size_t id, std::size_t) { found.push_back(id); });
  EXPECT_THAT(found, testing::UnorderedElementsAre(0, 1, 2, 4));
  EXPECT_EQ(found.back(), 2u);
}

}  // namespace
}  // namespace listwarden
