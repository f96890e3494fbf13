// SPDX-License-Identifier: Apache-2.0
#include "message/message_builder.h"

#include <gtest/gtest.h>

namespace listwarden {
namespace {

std::string TextOf(const Message& message, Region region) {
  std::string text;
  for (const Segment& segment : message.segments) {
    if (segment.region == region) text += segment.text.original();
  }
  return text;
}

const std::string kHead = "From: Ann <ann@hospital.example>\nSubject: Hello\n";

TEST(ReadMessage, KeepsTheBytesWithCrlf) {
  const Message message = ReadMessage("Subject:  two blanks\n\tfolded\nX:y\n\nbody\n");
  EXPECT_EQ(message.raw, "Subject:  two blanks\r\n\tfolded\r\nX:y\r\n\r\nbody\r\n");
}

TEST(ReadMessage, KeepsReturnsBeforeAFoldAsTheyAre) {
  const std::string text = "Subject: a\r\r\r\n b\r\n\r\nbody\r\n";
  EXPECT_EQ(ReadMessage(text).raw, text);
}

TEST(ReadMessage, TakesTheSubjectOfAReplyBesideQuotedTextAsQuoted) {
  const auto region_of_subject = [](const std::string& subject, const std::string& text) {
    return ReadMessage("Subject: " + subject + "\n\n" + text).segments.at(0).region;
  };
  for (const char* subject :
       {"Re: sofa for sale", "FW: sofa for sale", "[list] Re[2]: sofa for sale", "AW: sofa"})
    EXPECT_EQ(region_of_subject(subject, "No.\n\n> Buy it!\n"), Region::kQuoted) << subject;
  EXPECT_EQ(region_of_subject("Re: sofa for sale", "Nobody else is quoted.\n"), Region::kSubject);
  EXPECT_EQ(region_of_subject("Reduced: sofa for sale", "No.\n\n> Buy it!\n"), Region::kSubject);
  EXPECT_EQ(region_of_subject("Sofa for sale", "No.\n\n> Buy it!\n"), Region::kSubject);
}

TEST(ReadMessage, DecodesTheSubject) {
  EXPECT_EQ(ReadMessage("Subject: =?utf-8?Q?caf=C3=A9?= =?utf-8?B?IGF1?= lait\n\nx").subject,
            "caf\xc3\xa9 au lait");
}

TEST(ReadMessage, ReadsAFoldedContentType) {
  const Message message =
      ReadMessage(kHead + "Content-Type:\n\tmultipart/mixed;\n boundary=\"b\"\n\n--b\n\nseen\n--b--\n");
  EXPECT_NE(TextOf(message, Region::kAuthorText).find("seen"), std::string::npos);
  EXPECT_EQ(message.parts.size(), 1u);
}

TEST(ReadMessage, TakesNoBoundaryInMidLineNorALongerOneForItsOwn) {
  const Message message = ReadMessage(
      kHead + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx --b y\n--b2\nstill\n--b--\n");
  EXPECT_EQ(message.parts.size(), 1u);
  EXPECT_NE(TextOf(message, Region::kAuthorText).find("still"), std::string::npos);
}

TEST(ReadMessage, EndsAnUnclosedInnerPartAtTheOuterBoundary) {
  const Message message = ReadMessage(kHead +
                                      "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: "
                                      "multipart/alternative; boundary=i\n\n--i\n\nin\n"
                                      "--o\nContent-Transfer-Encoding: base64\n\nc2VlbiB0b28=\n--o--\n");
  EXPECT_NE(TextOf(message, Region::kAuthorText).find("seen too"), std::string::npos);
}

TEST(ReadMessage, HoldsTwoDifferentContentTypesAsAmbiguousAndReadsBoth) {
  const Message message = ReadMessage(
      kHead + "Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nseen\n--b--\n");
  EXPECT_TRUE(message.IsUnread());
}

TEST(ReadMessage, ReadsAnEncodedAttachedMessageAsQuoted) {
  const Message message = ReadMessage(kHead +
                                      "Content-Type: message/rfc822\nContent-Transfer-Encoding: "
                                      "base64\n\nU3ViamVjdDogeAoKaW5uZXIgdGV4dAo=\n");
  EXPECT_NE(TextOf(message, Region::kQuoted).find("inner text"), std::string::npos);
}

TEST(ReadMessage, ReadsTheSubjectOfAnAttachedMessageAsQuotedAndADescriptionAsAFileName) {
  const Message message = ReadMessage(kHead +
                                      "Content-Type: message/rfc822\nContent-Description: sent\n "
                                      "on\n\nSubject: inner subject\n\ninner text\n");
  EXPECT_NE(TextOf(message, Region::kQuoted).find("inner subject"), std::string::npos);
  EXPECT_NE(TextOf(message, Region::kAttachment).find("sent on"), std::string::npos);
  EXPECT_EQ(message.subject.find("inner"), std::string::npos);
}

TEST(ReadMessage, ReadsAPartWithoutABodyWithoutDoubt) {
  for (const char* end : {"", "\n", "\n\n", "\nx\n"})
    EXPECT_FALSE(ReadMessage(kHead +
                             "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n" +
                             end + "--b--\n")
                     .IsUnread());
}

TEST(ReadMessage, ReadsNoMoreDescriptionsThanHeaderSectionsMayHold) {
  Limits limits;
  limits.all_part_header_bytes = 100;
  std::string raw = kHead + "Content-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 30; ++i) raw += "--b\nContent-Description: word" + std::to_string(i) + "\n\nx\n";
  const Message message = ReadMessage(raw, limits);
  EXPECT_TRUE(message.IsUnread());
  EXPECT_NE(TextOf(message, Region::kAttachment).find("word0"), std::string::npos);
  EXPECT_EQ(TextOf(message, Region::kAttachment).find("word29"), std::string::npos);
}

TEST(ReadMessage, SaysSoWhenThePostsOwnDescriptionLeavesNoRoomForThoseOfItsParts) {
  Limits limits;
  limits.all_part_header_bytes = 100;
  const Message message = ReadMessage(kHead + "Content-Description: " + std::string(99, 'x') +
                                          "\nContent-Type: multipart/mixed; boundary=b\n\n"
                                          "--b\nContent-Description: word\n\nx\n--b--\n",
                                      limits);
  EXPECT_TRUE(message.IsUnread());
}

TEST(ReadMessage, SaysSoWhenTextBeforeTheFirstPartIsPartsForWhoeverTakesACarriageReturnForALineEnd) {
  const std::string rest = "\n--b\n\nx\n--b--\n";
  const std::string head = kHead + "Content-Type: multipart/mixed; boundary=b\n\n";
  EXPECT_TRUE(ReadMessage(head + "x\r--c\rContent-Type: text/plain\r\rwords" + rest).IsUnread());
  EXPECT_FALSE(ReadMessage(head + "x\r--c\rwords" + rest).IsUnread());
}

TEST(ReadMessage, ShowsTextBeforeTheFirstPart) {
  const Message message = ReadMessage(
      kHead + "Content-Type: multipart/mixed; boundary=b\n\nhidden words here\n--b\n\nx\n--b--\n");
  EXPECT_NE(TextOf(message, Region::kHidden).find("hidden words"), std::string::npos);
}

TEST(ReadMessage, SaysThatEncryptedMailCannotBeRead) {
  EXPECT_TRUE(
      ReadMessage(kHead + "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx").IsUnread());
}

TEST(ReadMessage, JoinsParameterPieces) {
  const Message message = ReadMessage(kHead +
                                      "Content-Type: application/pdf\nContent-Disposition: attachment;\n "
                                      "filename*1=\"rt.pdf\"; filename*0=\"repo\"\n\nx");
  ASSERT_EQ(message.parts.size(), 1u);
  ASSERT_EQ(message.parts[0].file_names.size(), 1u);
  EXPECT_EQ(message.parts[0].file_names[0], "report.pdf");
}

std::vector<std::string> FileNames(const std::string& fields) {
  return ReadMessage(kHead + fields + "\n\nx").parts.at(0).file_names;
}

TEST(ReadMessage, HoldsAFieldWhoseParametersStandInAnUnclosedCommentOrQuoteAndReadsThem) {
  for (const char* type : {"text/(plain; name=list.txt", "tex\"t/plain; name=list.txt",
                           "tex\"t/plain; name=\"list.txt\"", "text/plain (a; name=list.txt)"}) {
    const Message message = ReadMessage(kHead + "Content-Type: " + type + "\n\nx");
    EXPECT_TRUE(message.IsUnread()) << type;
    EXPECT_NE(TextOf(message, Region::kAttachment).find("list.txt"), std::string::npos) << type;
  }
}

TEST(ReadMessage, ReadsAFileNameWithAndWithoutItsComment) {
  EXPECT_EQ(FileNames("Content-Type: application/pdf; name=list(1).exe"),
            (std::vector<std::string>{"list", "list(1).exe"}));
}

TEST(ReadMessage, ReadsWhatAnUnclosedQuotedStringSwallows) {
  const Message message = ReadMessage(kHead +
                                      "Content-Type: multipart/mixed; charset=\"utf-8; boundary=b\n\n--b\n"
                                      "Content-Transfer-Encoding: base64\n\nc2VlbiB0b28=\n--b--\n");
  EXPECT_NE(TextOf(message, Region::kAuthorText).find("seen too"), std::string::npos);
}

TEST(ReadMessage, ReadsTheFileNamesOfEveryContentDisposition) {
  const std::string fields =
      "Content-Disposition: attachment; filename=a.exe\nContent-Disposition: attachment; filename=b.txt";
  EXPECT_EQ(FileNames(fields), (std::vector<std::string>{"a.exe", "b.txt"}));
}

TEST(ReadMessage, OpensEveryMessageTypeAsAnAttachedMessage) {
  const Message message = ReadMessage(kHead +
                                      "Content-Type: message/rfc822--\n\nSubject: x\n"
                                      "Content-Transfer-Encoding: base64\n\nc2VlbiB0b28=\n");
  EXPECT_NE(TextOf(message, Region::kQuoted).find("seen too"), std::string::npos);
}

TEST(ReadMessage, ReadsAReportOfDeliveryWithOddBytesAsText) {
  const Message message = ReadMessage(
      kHead + "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n \nseen \xa0 \x01\n");
  EXPECT_NE(TextOf(message, Region::kAttachment).find("seen"), std::string::npos);
  EXPECT_FALSE(message.IsUnread());
}

TEST(ReadMessage, HoldsABlankBeforeAColonInAPartAsManyProgramsTakeItForText) {
  EXPECT_TRUE(ReadMessage(kHead + "Content-Type: message/rfc822\n\nX-Note : seen\n\nx").IsUnread());
}

TEST(ReadMessage, ReadsWordsThatTheDeclaredCharsetLoses) {
  const Message message =
      ReadMessage(kHead + "Content-Type: text/plain; charset=utf-16\n\ncaf\xe9 and seen words\n");
  EXPECT_NE(TextOf(message, Region::kHidden).find("seen words"), std::string::npos);
}

TEST(ReadMessage, HoldsContentFieldsInTheTextAfterAStrayLineWhateverItsType) {
  for (const char* type : {"text/plain", "text/html"})
    EXPECT_TRUE(ReadMessage(kHead + "Content-Type: " + type +
                            "\nFrom x\nContent-Transfer-Encoding: base64\n\nc2Vlbg==\n")
                    .IsUnread())
        << type;
}

TEST(ReadMessage, HoldsAnEncodedPartWithDelimitersThatOnlySomeProgramsSee) {
  for (const char* encoding : {"7bit", "quoted-printable", "base64"})
    EXPECT_TRUE(ReadMessage(kHead + "Content-Transfer-Encoding: " + encoding +
                            "\n\nc2Vlbg==\n--other\nContent-Type: text/plain\n\nc2Vlbg==\n")
                    .IsUnread())
        << encoding;
}

TEST(ReadMessage, ReadsUndisclosedRecipients) {
  EXPECT_TRUE(ReadMessage("To: undisclosed-recipients:;\n\nx").to.empty());
}

TEST(ReadMessage, ReadsAddressesWithCommentsAndQuotedNames) {
  const Message message =
      ReadMessage("From: \"Doe, J\" <J@X.org> (c)\nTo: j@x.org (Doe, John), g: a@b.c, d@e.f;\n\nx");
  ASSERT_EQ(message.from.size(), 1u);
  EXPECT_EQ(message.from[0].address, "J@x.org");
  EXPECT_EQ(message.from[0].display_name, "Doe, J");
  EXPECT_EQ(message.to.size(), 3u);
}

}  // namespace
}  // namespace listwarden
