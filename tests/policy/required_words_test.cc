// SPDX-License-Identifier: Apache-2.0
#include "policy/required_words.h"

#include <gmock/gmock.h>

namespace listwarden {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<AnyOf> Words(std::string_view pattern) { return RequiredWords(pattern); }

TEST(RequiredWords, AreTheLiteralsOfAPattern) {
  EXPECT_THAT(Words("physicist"), ElementsAre(ElementsAre("physicist")));
  EXPECT_THAT(Words("radiotherapy"), ElementsAre(ElementsAre("radiothera")));  // ten bytes are enough
}

TEST(RequiredWords, TakeOneOfTheBranches) {
  EXPECT_THAT(Words("poor|bad"), ElementsAre(UnorderedElementsAre("poor", "bad")));
  EXPECT_THAT(Words("(?:p(?:oo|ea)r)"), ElementsAre(UnorderedElementsAre("poor", "pear")));
  EXPECT_THAT(Words(R"(poor\w*|bad .* dose)"), UnorderedElementsAre(UnorderedElementsAre("poor", " dose"),
                                                                    UnorderedElementsAre("poor", "bad ")));
}

TEST(RequiredWords, AreAllOfThoseInARow) {
  EXPECT_THAT(Words(R"(tender\w* .{0,40}price)"),
              UnorderedElementsAre(ElementsAre("tender"), ElementsAre("price")));
}

TEST(RequiredWords, KnowWhatMayBeMissing) {
  EXPECT_THAT(Words("colou?r"), ElementsAre(UnorderedElementsAre("color", "colour")));
  EXPECT_THAT(Words("(?:very )*bad"), ElementsAre(ElementsAre("bad")));
  EXPECT_THAT(Words("good(?:ness .*)?"), ElementsAre(ElementsAre("good")));
  EXPECT_THAT(Words("(?:word|)"), IsEmpty());
  EXPECT_THAT(Words("x{0,3}"), IsEmpty());
  EXPECT_THAT(Words("good|.*"), IsEmpty());
}

TEST(RequiredWords, HoldNoWordThatHoldsAnother) {
  EXPECT_THAT(Words("idiots?|idiotic"), ElementsAre(ElementsAre("idiot")));
}

TEST(RequiredWords, SeeAllDigitsAndAllBlanksAlike) {
  EXPECT_THAT(Words(R"(\d{3}[ -]\d{2})"), ElementsAre(UnorderedElementsAre("000 00", "000-00")));
  EXPECT_THAT(Words(R"(band [5-7]\s[x])"), ElementsAre(ElementsAre("band 0 x")));
  EXPECT_THAT(Words(R"(no\d{2,4}x)"), UnorderedElementsAre(ElementsAre("no00"), ElementsAre("0x")));
  EXPECT_THAT(Words(R"(ab\.[^c]\w[a-z]\pL)"), ElementsAre(ElementsAre("ab.")));
}

TEST(RequiredWords, KnowWhereWordsBeginAndEnd) {
  EXPECT_THAT(Words(R"(\bpt\b)"), ElementsAre(ElementsAre("\bpt\b")));
  EXPECT_THAT(Words(R"((?:\bct| mr)\w*)"), ElementsAre(UnorderedElementsAre("\bct", " mr")));
  EXPECT_THAT(Words(R"(a\b \bscan)"), ElementsAre(ElementsAre("a scan")));
  EXPECT_THAT(Words(R"(\b£10\b)"), ElementsAre(ElementsAre("£00\b")));
  EXPECT_THAT(Words(R"(\bradiographer\b)"), ElementsAre(ElementsAre("\bradiograph")));
  EXPECT_THAT(Words(R"(\b[a-z])"), IsEmpty());
  EXPECT_THAT(RequiredWords(R"(\bpt\b)", Boundaries::kIgnored), ElementsAre(ElementsAre("pt")));
}

TEST(RequiredWords, KnowHowBranchesBeginAndEnd) {
  EXPECT_THAT(Words(R"(\b(?:hr|bid\w*)\b)"), ElementsAre(UnorderedElementsAre("\bhr", "\bbid")));
  EXPECT_THAT(Words(R"((?:\w+ing|sent) it\b)"), ElementsAre(UnorderedElementsAre("ing it\b", "sent it\b")));
  EXPECT_THAT(Words(R"(\b(?:\w+|hr) cut)"), ElementsAre(ElementsAre(" cut")));
  EXPECT_THAT(
      Words(R"(even (?:(?:a|my) )*cat)"),
      UnorderedElementsAre(ElementsAre("even "), UnorderedElementsAre("even cat", "a cat", "my cat")));
  EXPECT_THAT(Words(R"(sure(?:\w+ )*cat)"),
              UnorderedElementsAre(ElementsAre("sure"), UnorderedElementsAre("surecat", " cat")));
}

TEST(RequiredWords, AreNotThoseThatAreWeakerThanOthers) {
  EXPECT_THAT(Words(R"(a (?:quiz|jazz\w*))"), ElementsAre(UnorderedElementsAre("a quiz", "a jazz")));
}

TEST(RequiredWords, SeeATextBetweenBlanks) {
  EXPECT_THAT(Words("(?:^|[ \n])(?:u|ur)(?:[ .]|$)"),
              ElementsAre(UnorderedElementsAre(" u ", " u.", " ur ", " ur.")));
}

TEST(RequiredWords, AreAsTheFoldedTextHasThem) {
  EXPECT_THAT(Words(R"((?i:Bearer) +AKIA\d)"),
              UnorderedElementsAre(ElementsAre("bearer "), ElementsAre(" akia0")));
  EXPECT_THAT(Words("(?i)Café latte"), UnorderedElementsAre(ElementsAre("caf"), ElementsAre(" latte")));
  EXPECT_THAT(Words("£{2,}"), ElementsAre(ElementsAre("££")));
}

TEST(RequiredWords, OfBranchesAreAsManyAsTheyHave) {
  EXPECT_THAT(Words("zoo.*fix|jazz.*quiz"),
              UnorderedElementsAre(UnorderedElementsAre("fix", "jazz"), UnorderedElementsAre("zoo", "quiz")));
}

TEST(RequiredWords, OfWhatIsNotUnderstoodAreNone) {
  for (const char* pattern : {R"(\Qa.b\E)", "(?P<name>word)", R"(word\x41)", "[[:alpha:]]word", "word{2}{3}"})
    EXPECT_THAT(Words(pattern), IsEmpty()) << pattern;
}

}  // namespace
}  // namespace listwarden
