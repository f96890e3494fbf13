// SPDX-License-Identifier: Apache-2.0
#include "policy/second_vote.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "policy/grammar.h"

namespace listwarden {
namespace {

constexpr const char* kInsult = "you are such a stupid and pathetic little man.";

class SecondVotes : public testing::Test {
 protected:
  SecondVotes() {
    const std::filesystem::path file = std::string(SOURCE_DIR) + "/etc/policies/ipem/models/sentences.model";
    SecondVote vote;
    vote.rule.id = "harassment/second-vote";
    vote.rule.filter = "harassment";
    vote.rule.reason = "Worded like an insult.";
    vote.rule.unless_said = static_cast<unsigned>(Said::kQuoted);
    vote.model = std::make_shared<const SentenceModel>(SentenceModel::Load(file));
    vote.output = vote.model->FindOutput("harassment").value();
    seconds_.push_back(std::make_unique<const SecondVote>(std::move(vote)));
  }
  std::vector<Vote> On(Region region, const std::string& text) {
    message_.segments.clear();
    message_.segments.push_back({region, "1", TextView(text)});
    return VotesOn(message_, seconds_);
  }

  std::vector<std::unique_ptr<const SecondVote>> seconds_;
  Message message_;
};

TEST_F(SecondVotes, FindASentenceAndNameItsWords) {
  const auto votes = On(Region::kAuthorText, std::string("The linac is down today. ") + kInsult);
  ASSERT_EQ(votes.size(), 1u);
  const Finding finding = FindingFrom(HitFrom(votes[0]));
  EXPECT_THAT(finding.quote, testing::HasSubstr("pathetic little man"));
  EXPECT_THAT(finding.reason, testing::HasSubstr("Most weight: \""));
  EXPECT_EQ(finding.confidence, Confidence::kLow);
}

TEST_F(SecondVotes, LeaveTablesAndListingsAlone) {
  EXPECT_TRUE(On(Region::kAuthorText,
                 "x=1; y[2] = {3,4} // you stupid pathetic little man !!! #define A_1 0x00 0x11 0x22 "
                 "0x33 0x44 (((5)))")
                  .empty());
}

TEST_F(SecondVotes, LeaveLinesOfCodeAndKeysAlone) {
  for (const char* code : {"----BEGIN---- ", "$(cat run) ", "run && "})
    EXPECT_TRUE(On(Region::kAuthorText, std::string(code) + kInsult).empty()) << code;
}

TEST_F(SecondVotes, LeaveQuotedTextAlone) { EXPECT_TRUE(On(Region::kQuoted, kInsult).empty()); }

TEST_F(SecondVotes, LeaveOrdinarySentencesAlone) {
  EXPECT_TRUE(On(Region::kAuthorText, "Does anyone know a good phantom for small fields?").empty());
}

TEST_F(SecondVotes, HeedHowTheGrammarSaysItIsSaid) {
  EXPECT_TRUE(On(Region::kAuthorText, std::string("He wrote \"") + kInsult + "\" to me.").empty());
}

TEST_F(SecondVotes, AskMoreOfASentenceInALongMail) {
  EXPECT_EQ(On(Region::kAuthorText, kInsult).size(), 1u);
  std::string text = kInsult;
  for (int i = 0; i < 900; ++i) text += " The output of the machine was measured on a quiet morning.";
  ASSERT_LT(text.size(), 64u << 10) << "all of it is read";
  EXPECT_TRUE(On(Region::kAuthorText, text).empty());
}

TEST_F(SecondVotes, AddUpWhatTheSentencesOfAPostSay) {
  const std::string hint = "Your posts are rather long. ";
  EXPECT_TRUE(On(Region::kAuthorText, hint).empty());
  EXPECT_TRUE(On(Region::kAuthorText, hint + "The chamber is in the cupboard on the left.").empty());
  EXPECT_EQ(On(Region::kAuthorText, hint + "The chamber is in the cupboard on the left. " + hint +
                                        "The key hangs beside the door of the store. " + hint)
                .size(),
            1u);
}

TEST_F(SecondVotes, OverlapARawRulesHitWhereItStandsInTheOriginal) {
  const std::string blanks(400, ' ');  // folded to one
  const auto votes = On(Region::kAuthorText, "The linac is down." + blanks + kInsult);
  ASSERT_EQ(votes.size(), 1u);
  Rule rule;
  rule.raw = true;
  const std::size_t at = message_.segments[0].text.original().find("pathetic");
  EXPECT_TRUE(
      Overlaps(votes[0], Hit{.rule = &rule, .segment = &message_.segments[0], .begin = at, .end = at + 8}));
  EXPECT_FALSE(
      Overlaps(votes[0], Hit{.rule = &rule, .segment = &message_.segments[0], .begin = 20, .end = 60}));
}

TEST_F(SecondVotes, OverlapTheHitsOfTheirSentence) {
  const auto votes = On(Region::kAuthorText, kInsult);
  ASSERT_EQ(votes.size(), 1u);
  const Rule rule;
  EXPECT_TRUE(Overlaps(votes[0], Hit{.rule = &rule, .segment = &message_.segments[0], .begin = 0, .end = 3}));
  EXPECT_FALSE(Overlaps(votes[0], Hit{.rule = &rule, .segment = nullptr, .begin = 0, .end = 3}));
}

}  // namespace
}  // namespace listwarden
