// SPDX-License-Identifier: Apache-2.0
#include "message/message_builder.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <ctime>
#include <functional>

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

std::string Repeated(const std::string& text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

struct Bomb {
  const char* name;
  std::function<std::string()> make;
};

void PrintTo(const Bomb& bomb, std::ostream* out) { *out << bomb.name; }

class TortureTest : public testing::TestWithParam<Bomb> {};

#if defined(__SANITIZE_ADDRESS__)
constexpr double kSeconds = 8;
constexpr long kMegabytes = 1024;  // quarantined and shadow memory counts
#else
constexpr double kSeconds = 2;
constexpr long kMegabytes = 256;
#endif

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// In a process of its own, whose time and memory the system counts; the bomb itself is among the memory.
TEST_P(TortureTest, IsReadInTimeAndMemory) {
  const pid_t child = fork();
  if (child == 0) {
    const Message message = ReadMessage(GetParam().make());
    _exit(message.raw.empty() ? 1 : 0);
  }
  int status = 0;
  rusage used{};
  ASSERT_EQ(wait4(child, &status, 0, &used), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "status " << status;
  EXPECT_LT(Seconds(used.ru_utime) + Seconds(used.ru_stime), kSeconds);
  EXPECT_LT(used.ru_maxrss / 1024, kMegabytes);
}

const std::string kMultipart = "Content-Type: multipart/mixed; boundary=b\n\n";

INSTANTIATE_TEST_SUITE_P(
    Bombs, TortureTest,
    testing::Values(
        Bomb{"nested_messages", [] { return Repeated("Content-Type: message/rfc822\n\n", 340000); }},
        Bomb{"nested_multiparts",
             [] {
               std::string text;
               for (int i = 0; i < 60000; ++i)
                 text += "Content-Type: multipart/mixed; boundary=\"b" + std::to_string(i) + "\"\n\n--b" +
                         std::to_string(i) + "\n";
               return text;
             }},
        Bomb{"many_parts", [] { return kMultipart + Repeated("--b\n\nx\n", 100000); }},
        Bomb{"empty_parts", [] { return kMultipart + Repeated("--b\n", 1000000); }},
        Bomb{"many_fields", [] { return Repeated("X-A: b\n", 100000) + "\nx"; }},
        Bomb{"long_field", [] { return "Subject: " + std::string(10000000, 'a') + "\n\nx"; }},
        Bomb{"descriptions",
             [] {
               return kMultipart +
                      Repeated("--b\nContent-Description: " + Repeated("word ", 3000) + "\n\nx\n", 900);
             }},
        Bomb{"inner_fields",
             [] { return "Content-Type: message/rfc822\n\n" + Repeated("Subject: some words\n", 1000000); }},
        Bomb{"base64_out_of_step",
             [] { return "Content-Transfer-Encoding: base64\n\n" + Repeated("QUJDR\n", 3000000); }},
        Bomb{"long_part_field",
             [] {
               return kMultipart + "--b\nContent-Type: text/plain; a=" + std::string(9000000, 'a') +
                      "\n\nx\n--b--\n";
             }},
        Bomb{"parameters", [] { return "Content-Type: text/plain" + Repeated("; a=b", 400000) + "\n\nx"; }},
        Bomb{"parameter_pieces",
             [] {
               std::string text = "Content-Type: text/plain";
               for (int i = 0; i < 50000; ++i) text += "; name*" + std::to_string(i) + "=a";
               return text + "\n\nx";
             }},
        Bomb{"encoded_words", [] { return "Subject:" + Repeated(" =?utf-8?Q?a?=", 200000) + "\n\nx"; }},
        Bomb{"addresses", [] { return "To: " + Repeated("a@b.c, ", 800000) + "\n\nx"; }},
        Bomb{"parentheses", [] { return "To: " + Repeated("(", 200000) + "\n\nx"; }},
        Bomb{"colons", [] { return "From: " + Repeated(":", 99999) + "\n\nx"; }},
        Bomb{"long_boundary",
             [] {
               return "Content-Type: multipart/mixed; boundary=" + std::string(1000000, 'b') + "\n\n--b\n\nx";
             }},
        Bomb{"dashes", [] { return kMultipart + Repeated("--------\n", 120000); }},
        Bomb{"long_line", [] { return "Subject: x\n\n" + std::string(20000000, 'a'); }},
        Bomb{"nested_divs", [] { return "Content-Type: text/html\n\n" + Repeated("<div>", 8190) + "deep"; }},
        Bomb{"many_divs", [] { return "Content-Type: text/html\n\n" + Repeated("<div>", 500000) + "deep"; }},
        Bomb{"style_rules",
             [] { return "Content-Type: text/html\n\n<style>" + Repeated("a{b:c}", 1000000) + "</style>x"; }},
        Bomb{"quote_marks", [] { return "Subject: x\n\n" + Repeated("> ", 5000000); }},
        Bomb{"wrote_lines", [] { return "Subject: x\n\n" + Repeated("On 1 May A wrote:\n", 200000); }},
        Bomb{"from_lines", [] { return "Subject: x\n\n" + Repeated("From: a\nTo: b\n", 300000); }},
        Bomb{"masked_words",
             [] { return "Subject: x\n\n" + Repeated("s**t f**k 1d10t i d i o t ", 800000); }},
        Bomb{"invisible",
             [] {
               return "Content-Type: text/plain; charset=utf-8\n\n" + Repeated("a\u200b\u0301", 2000000);
             }},
        Bomb{"unclosed_tags", [] { return "Content-Type: text/html\n\n" + Repeated("<", 5000000); }},
        Bomb{"entities", [] { return "Content-Type: text/html\n\n" + Repeated("&", 5000000); }},
        Bomb{"comments", [] { return "Content-Type: text/html\n\n" + Repeated("<!--", 2000000); }},
        Bomb{"uu_files", [] { return "Subject: x\n\n" + Repeated("begin 644 a\n", 500000); }},
        Bomb{"base64_junk",
             [] { return "Content-Transfer-Encoding: base64\n\n" + Repeated("QUJD.=", 3000000); }},
        Bomb{"overrides",
             [] { return "Content-Type: text/plain; charset=utf-8\n\n" + Repeated("\u202e", 3000000); }},
        Bomb{"closings", [] { return "Subject: x\n\n" + Repeated("Regards\n", 1000000); }},
        Bomb{"blank_lines", [] { return "Subject: x\n\n" + Repeated("\n", 5000000); }}),
    [](const testing::TestParamInfo<Bomb>& bomb) { return bomb.param.name; });

}  // namespace
}  // namespace listwarden
