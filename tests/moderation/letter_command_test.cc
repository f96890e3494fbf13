// SPDX-License-Identifier: Apache-2.0
#include "moderation/letter_command.h"

#include <gtest/gtest.h>

#include "message/message_builder.h"

namespace listwarden {
namespace {

using Verb = LetterCommand::Verb;

LetterCommand Read(const std::string& text, const std::string& type = "text/plain; charset=utf-8") {
  MessageBuilder builder;
  builder.AddField("From", " Mo <mo@example.org>");
  builder.AddField("MIME-Version", " 1.0");
  builder.AddField("Content-Type", " " + type);
  builder.AddBody(text);
  return ReadCommand(builder.Finish());
}

TEST(LetterCommand, VerbsAreReadInAnyCaseAndBothLanguages) {
  for (const char* text :
       {"approve", "Approve", "APPROVE.", "  approve  ", "\r\n\r\napprove!\r\n", "Cymeradwyo"})
    EXPECT_EQ(Read(text).verb, Verb::kApprove) << text;
  for (const char* text : {"discard", "Discard.", "DILEU"})
    EXPECT_EQ(Read(text).verb, Verb::kDiscard) << text;
  for (const char* text : {"reject too long", "Reject: too long", "GWRTHOD - too long"}) {
    EXPECT_EQ(Read(text).verb, Verb::kReject) << text;
    EXPECT_EQ(Read(text).why, "too long");
  }
}

TEST(LetterCommand, WhatIsNotClearlyAVerbIsNone) {
  for (const char* text :
       {"", "yes", "ok", "approved", "approve?", "approve, I think", "approve this if Dee agrees",
        "do not approve", "I would approve", "rejected", "discard or approve?", "release", "> approve"})
    EXPECT_EQ(Read(text).verb, Verb::kUnknown) << text;
  EXPECT_EQ(Read("I would approve\r\nbut who am I\r\n").first_line, "I would approve");
}

TEST(LetterCommand, TheFirstLineCountsAndNoOther) {
  EXPECT_EQ(Read("Hello,\r\n\r\napprove\r\n").verb, Verb::kUnknown);
  EXPECT_EQ(Read("approve\r\nreject\r\n").verb, Verb::kApprove);
}

TEST(LetterCommand, AReasonThatWasWrappedIsTakenWhole) {
  const LetterCommand command = Read(
      "reject Please take the price list out of the post\r\nand send it again.\r\n\r\nBest wishes\r\nMo\r\n");
  EXPECT_EQ(command.why, "Please take the price list out of the post\nand send it again.");
  EXPECT_EQ(Read("reject\r\n").why, "");
  EXPECT_EQ(Read("reject\r\n\r\nno reason up there\r\n").why, "");
}

TEST(LetterCommand, QuotedTextAndSignaturesAreNoCommand) {
  EXPECT_EQ(
      Read("approve\r\n\r\nOn Monday Listwarden wrote:\r\n> reject and your reason\r\n> discard\r\n").verb,
      Verb::kApprove);
  EXPECT_EQ(
      Read("On Monday, 21 September 2026, Listwarden wrote:\r\n> discard\r\n\r\nreject Too long.\r\n").why,
      "Too long.");
  EXPECT_EQ(Read("-- \r\napprove\r\n").verb, Verb::kUnknown);
  EXPECT_EQ(Read("reject Too long.\r\n-- \r\nMo\r\nThe desk\r\n").why, "Too long.");
}

TEST(LetterCommand, HtmlOnlyAnswersAreRead) {
  EXPECT_EQ(
      Read("<html><body><div>approve</div><br><blockquote>reject and your reason</blockquote></body></html>",
           "text/html; charset=utf-8")
          .verb,
      Verb::kApprove);
  EXPECT_EQ(Read("<p>Reject&nbsp;Please take it out.</p><p>Mo</p>", "text/html; charset=utf-8").why,
            "Please take it out.");
}

TEST(LetterCommand, BothPartsOfAnAlternativeAreOneAnswer) {
  const std::string text =
      "--b\r\nContent-Type: text/plain\r\n\r\ndiscard\r\n--b\r\nContent-Type: "
      "text/html\r\n\r\n<p>discard</p>\r\n--b--\r\n";
  EXPECT_EQ(Read(text, "multipart/alternative; boundary=b").verb, Verb::kDiscard);
}

TEST(LetterCommand, WhatCannotBeReadWhollyIsNoCommand) {
  EXPECT_EQ(Read("YXBwcm92ZQ==", "application/pgp-encrypted").verb, Verb::kUnknown);
}

}  // namespace
}  // namespace listwarden
