// SPDX-License-Identifier: Apache-2.0
#include "message/regions.h"

#include <gtest/gtest.h>

#include "message/flowed.h"

namespace listwarden {
namespace {

std::string TextIn(const std::string& text, Region region) {
  std::string out;
  for (const RegionRange& range : FindRegions(text, {}, {}, "Ann Example")) {
    if (range.region == region) out += text.substr(range.begin, range.end - range.begin);
  }
  return out;
}

TEST(FindRegions, CoversTheTextWithoutGaps) {
  const std::string text = "a\n> b\n\nc\n-- \nAnn\n\n> d\n";
  std::size_t at = 0;
  for (const RegionRange& range : FindRegions(text, {}, {}, "")) {
    EXPECT_EQ(range.begin, at);
    at = range.end;
  }
  EXPECT_EQ(at, text.size());
}

TEST(FindRegions, KeepsAnswersBetweenQuotedLines) {
  const std::string text = "On 1 May 2026, Bob wrote:\n> first?\nyes\n> second?\nno\n";
  EXPECT_EQ(TextIn(text, Region::kAuthorText), "yes\nno\n");
}

TEST(FindRegions, TakesOutlooksBlockToTheEndAsQuoted) {
  const std::string text = "My answer.\n\nFrom: Bob\nSent: Monday\nTo: Ann\nSubject: x\n\nold words\n";
  EXPECT_EQ(TextIn(text, Region::kQuoted).find("From: Bob"), 0u);
  EXPECT_NE(TextIn(text, Region::kQuoted).find("old words"), std::string::npos);
  EXPECT_EQ(TextIn(text, Region::kAuthorText).find("old"), std::string::npos);
}

TEST(FindRegions, TakesAForwardedMessageAsQuoted) {
  const std::string text =
      "See below.\n\n---------- Forwarded message ---------\nFrom: Bob <b@x.example>\nDate: today\n\nold "
      "words\n";
  EXPECT_NE(TextIn(text, Region::kQuoted).find("old words"), std::string::npos);
}

TEST(FindRegions, TakesAForwardedMessageUpToItsEndMarkAsQuoted) {
  for (const auto& [begin, end] : {std::pair("----- Forwarded message from Bob <b@x.example> -----",
                                             "----- End forwarded message -----"),
                                   std::pair("---- Forwarded ----", "---- End ----"),
                                   std::pair("--- fwd ---", "--- end of original ---")}) {
    const std::string text =
        std::string("See this.\n\n") + begin + "\nold words\n" + end + "\n\nMine again.\n";
    EXPECT_EQ(TextIn(text, Region::kAuthorText), "See this.\n\nMine again.\n") << begin;
  }
  EXPECT_EQ(TextIn("Text.\n----- End forwarded message -----\nMore.\n", Region::kQuoted), "")
      << "an end without a beginning hides nothing";
  EXPECT_EQ(TextIn("Text.\n-- end of the line --\nMore.\n", Region::kQuoted), "");
}

TEST(FindRegions, SetsTheSignatureApart) {
  EXPECT_EQ(TextIn("Text.\n-- \nAnn\nTel 1\n", Region::kSignature), "-- \nAnn\nTel 1\n");
  EXPECT_EQ(TextIn("Text.\n\nBest wishes,\nAnn\n01632 960001\n", Region::kSignature), "Ann\n01632 960001\n");
}

TEST(FindRegions, SetsALegalFooterApart) {
  const std::string text =
      "Please comment on the draft.\n\nThis email and any attachments are confidential and intended solely "
      "for the addressee. If you have received "
      "this email in error please notify the sender and delete it.\n";
  EXPECT_EQ(TextIn(text, Region::kAuthorText), "Please comment on the draft.\n\n");
}

TEST(FindRegions, SetsTheListFooterApart) {
  const std::string text =
      "Text.\n\n########################################################################\n\nTo unsubscribe "
      "from the X list, click the following link:\n";
  EXPECT_EQ(TextIn(text, Region::kAuthorText), "Text.\n\n");
}

TEST(FindRegions, LeavesProseThatSaysFromAlone) {
  const std::string text = "From: what I saw, the dose is fine.\nWe measured twice.\n";
  EXPECT_EQ(TextIn(text, Region::kAuthorText), text);
}

TEST(Unflow, JoinsFlowedLines) { EXPECT_EQ(Unflow("one \ntwo\nthree\n", false), "one two\nthree\n"); }
TEST(Unflow, DropsTheBlankWithDelsp) { EXPECT_EQ(Unflow("on \ne\n", true), "one\n"); }
TEST(Unflow, NeverJoinsTheSignatureMark) { EXPECT_EQ(Unflow("text\n-- \nAnn\n", false), "text\n-- \nAnn\n"); }
TEST(Unflow, JoinsWithinOneQuoteDepthOnly) { EXPECT_EQ(Unflow("> a \n> b\nc\n", false), "> a b\nc\n"); }

}  // namespace
}  // namespace listwarden
