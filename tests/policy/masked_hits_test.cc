// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "message/message_builder.h"
#include "policy/pattern_words.h"
#include "policy/rules.h"

namespace listwarden {
namespace {

std::shared_ptr<const RuleSet> Rules() {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "masked_hits.toml";
  std::ofstream(file) << R"([filter]
clause = "c"
[[rule]]
id = "t/insult"
confidence = "medium"
pattern = '\byou (?:idiot|fool)s?\b'
unless = ['\bnot\b']
reason = "r."
advice = "a."
hit = ["you idiot"]
miss = ["x"]
[[rule]]
id = "t/word"
confidence = "low"
words = ["scum"]
reason = "r."
advice = "a."
hit = ["scum"]
miss = ["x"]
)";
  return RuleSet::Load({file}, std::make_shared<Registers>());
}

std::vector<Hit> HitsIn(const RuleSet& rules, const Message& message) { return rules.Scan(message); }

TEST(MaskedHits, AreFoundByRulesInPlainWordsAndQuotedAsTheyStand) {
  const auto rules = Rules();
  const Message message = ReadMessage("Subject: x\n\nWell, you 1d10t. Such s.c.u.m. here.\n");
  const std::vector<Hit> hits = HitsIn(*rules, message);
  ASSERT_EQ(hits.size(), 2u);
  for (const Hit& hit : hits) EXPECT_TRUE(hit.is_masked);
  EXPECT_EQ(hits[0].Words() == "you 1d10t" ? hits[1].Words() : hits[0].Words(), "s.c.u.m");
}

TEST(MaskedHits, AreOneLevelMoreCertain) {
  const auto rules = Rules();
  const Message plain = ReadMessage("Subject: x\n\nyou idiot\n");
  const Message masked = ReadMessage("Subject: x\n\nyou id\u0456ot\n");
  const Message hidden =
      ReadMessage("Content-Type: text/html\n\n<p>x<span style='display:none'>you idiot</span>\n");
  EXPECT_EQ(FindingFrom(HitsIn(*rules, plain).at(0)).confidence, Confidence::kMedium);
  EXPECT_EQ(FindingFrom(HitsIn(*rules, masked).at(0)).confidence, Confidence::kHigh);
  EXPECT_EQ(FindingFrom(HitsIn(*rules, hidden).at(0)).confidence, Confidence::kHigh);
}

TEST(MaskedHits, ObeyUnlessAndAreNotFoundTwice) {
  const auto rules = Rules();
  EXPECT_TRUE(HitsIn(*rules, ReadMessage("Subject: x\n\nnot you 1d10t\n")).empty());
  EXPECT_EQ(HitsIn(*rules, ReadMessage("Subject: x\n\nyou idiot and some 1d10t\n")).size(), 1u);
}

TEST(PatternWords, AreTheRunsOfLetters) {
  std::vector<std::string> words;
  AppendPatternWords(R"(\bcolou?rs?\b (?:idiot|fool)[a-z]+ \d\pL)", &words);
  EXPECT_THAT(words, testing::UnorderedElementsAre("colour", "color", "colours", "colors", "idiot", "fool"));
}

}  // namespace
}  // namespace listwarden
