// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/filters/posted.h"

namespace listwarden {
namespace {

constexpr const char* kVoted = "You are such a stupid and pathetic little man.";

std::string Harassment(const std::string& text) { return ConfidenceOf("harassment", Posted{.text = text}); }

TEST(Harassment, HoldsInsultsAndLeavesTheSameWordsOfThingsAlone) {
  EXPECT_EQ(Harassment("You are a complete idiot."), "high");
  EXPECT_EQ(Harassment("The manual is complete and the idiot light is on."), "");
  EXPECT_EQ(Harassment("Nobody called you an idiot, and nobody should."), "");
}

TEST(Harassment, CountsTheSameWordsOnce) {
  EXPECT_EQ(Harassment("It took a group of selfish bastards to spoil the evening."), "low");
  EXPECT_EQ(Harassment("What a pathetic little effort. Stop wasting our time."), "medium");
}

TEST(Harassment, IsSurerWhereAVoteAgreesWithARule) {
  const Message message =
      ReadMessage(Post("Spare us the lecture, nobody here cares what somebody of your calibre thinks."));
  ListPolicy list = ShippedPolicy().default_list();
  const auto confidence = [&] { return ShippedPolicy().Judge(message, list).filters.at(0).confidence; };
  EXPECT_EQ(confidence(), Confidence::kMedium);
  list.filters["harassment"].rules_off = {"harassment/second-vote"};
  EXPECT_EQ(confidence(), Confidence::kLow);
}

TEST(Harassment, LeavesQuotedMailAlone) {
  EXPECT_EQ(Harassment("I will not answer this.\r\n\r\n> You are a complete idiot."), "");
}

TEST(Harassment, LetsAListSwitchTheSecondVoteOff) {
  const Message message = ReadMessage(Post(kVoted));
  ListPolicy list = ShippedPolicy().default_list();
  std::vector<std::string>& off = list.filters["harassment"].rules_off;
  off = {"harassment/character", "harassment/worthless"};
  const auto has_vote = [&] {
    for (const FilterVerdict& one : ShippedPolicy().Judge(message, list).filters) {
      if (one.filter == "harassment") return HasRule(one.findings, "harassment/second-vote");
    }
    return false;
  };
  EXPECT_TRUE(has_vote());
  off.push_back("harassment/second-vote");
  EXPECT_FALSE(has_vote());
}

}  // namespace
}  // namespace listwarden
