// SPDX-License-Identifier: Apache-2.0
#include "moderation/mail_text.h"

#include <gmock/gmock.h>

#include <random>

#include "message/header_fields.h"

namespace listwarden {
namespace {

using testing::HasSubstr;

// Field lines of a header line, their ends taken off; fails when there is a bare CR or LF, or a line that
// another field could begin with.
std::vector<std::string> LinesOf(const std::string& field) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < field.size();) {
    const std::size_t end = field.find("\r\n", at);
    EXPECT_NE(end, std::string::npos) << "the last line has no end";
    if (end == std::string::npos) break;
    lines.push_back(field.substr(at, end - at));
    EXPECT_EQ(lines.back().find_first_of(std::string_view("\r\n\0", 3)), std::string::npos) << field;
    EXPECT_TRUE(lines.size() == 1 || lines.back()[0] == ' ') << field;
    at = end + 2;
  }
  return lines;
}

std::string Decoded(const std::string& field) {
  bool over_limit = false;
  std::string value = field.substr(field.find(':') + 1);
  return std::string(Trim(DecodeText(value, {}, &over_limit)));
}

TEST(HeaderLine, WritesPlainTextAsItIs) { EXPECT_EQ(HeaderLine("Subject", "Hello"), "Subject: Hello\r\n"); }

TEST(HeaderLine, LineEndsCannotBeginAField) {
  EXPECT_EQ(HeaderLine("Subject", "a\r\nBcc: b@example.org\n\nbody"),
            "Subject: a  Bcc: b@example.org  body\r\n");
}

TEST(HeaderLine, EncodesOtherLetters) {
  EXPECT_EQ(Decoded(HeaderLine("Subject", "Dŵr a thân")), "Dŵr a thân");
}

TEST(HeaderLine, EncodesWhatLooksEncoded) {
  const std::string line = HeaderLine("Subject", "=?utf-8?B?QmNjOg==?=");
  EXPECT_EQ(Decoded(line), "=?utf-8?B?QmNjOg==?=");
}

// Whatever a stranger writes in a subject, name or address: one field, short lines, the same text back.
TEST(HeaderLine, HoldsAnyBytesInOneField) {
  std::mt19937 random(1);
  const std::string_view pieces[] = {"\r",         "\n",
                                     "\r\n",       "Bcc: x@example.org",
                                     " ",          "\t",
                                     "é",          "\xe2\x80\xa8",
                                     "\xff",       "=?utf-8?Q?=0A?=",
                                     "{id}",       "word",
                                     "\xc3",       "\xf0\x9f\x98\x80",
                                     "\x7f",       "\xc2\x85",
                                     "\"quoted\"", "<a@b>"};
  for (int round = 0; round < 3000; ++round) {
    std::string value;
    for (auto i = random() % 60; i > 0; --i) {
      if (random() % 4 == 0)
        value += static_cast<char>(random() % 256);
      else
        value += pieces[random() % std::size(pieces)];
    }
    for (const std::string& line : {HeaderLine("Subject", value), MailboxLine("From", value)}) {
      for (const std::string& one : LinesOf(line)) EXPECT_LT(one.size(), 998u) << value;
      const std::size_t colon = line.find(':');
      EXPECT_TRUE(line.substr(0, colon) == "Subject" || line.substr(0, colon) == "From");
    }
    // Blanks at the ends, and between encoded words, are the header's own.
    const std::string wanted(Trim(OneLine(value, 900)));
    EXPECT_EQ(Decoded(HeaderLine("Subject", value)), std::string(Trim(wanted)));
  }
}

TEST(HeaderLine, FoldsLongValues) {
  std::string value;
  for (int i = 0; i < 100; ++i) value += "word ";
  for (const std::string& line : LinesOf(HeaderLine("Subject", value))) EXPECT_LE(line.size(), 78u);
  for (int i = 0; i < 50; ++i) value += "gŵyl ";
  for (const std::string& line : LinesOf(HeaderLine("Subject", value))) EXPECT_LE(line.size(), 78u);
}

TEST(MailboxLine, EncodesTheNameOnly) {
  const std::string line = MailboxLine("From", "Rhestr Caerdydd ŵ <list@example.org>");
  EXPECT_THAT(line, HasSubstr(" <list@example.org>\r\n"));
  EXPECT_EQ(Decoded(line), "Rhestr Caerdydd ŵ <list@example.org>");
}

TEST(OneLine, CutsBetweenCharacters) {
  EXPECT_EQ(OneLine("aé", 2), "a");
  EXPECT_EQ(OneLine("a\xff\xc3", 9), "a??");
  EXPECT_EQ(OneLine("a\xe2\x80\xae"
                    "b",
                    9),
            "a b")
      << "no turning round of the text's direction";
}

TEST(Lines, KeepsLineEndsOnly) { EXPECT_EQ(Lines("a\r\nb\tc\x1b[1m", 99), "a\nb c [1m"); }

TEST(QuotedPrintable, GuardsDotsFromAndBlanksAtTheEnd) {
  EXPECT_EQ(QuotedPrintable(".\n"), "=2E\r\n");
  EXPECT_EQ(QuotedPrintable("From me"), "=46rom me");
  EXPECT_EQ(QuotedPrintable("Friend"), "Friend");
  EXPECT_EQ(QuotedPrintable("end \nnext"), "end=20\r\nnext");
}

TEST(QuotedPrintable, KeepsLinesShortAndPlaceholdersWhole) {
  const std::string text =
      QuotedPrintable(std::string(54, 'x') + " {ref} " + std::string(200, 'y') + "é{id}");
  std::size_t at = 0;
  for (std::size_t end; (end = text.find("\r\n", at)) != std::string::npos; at = end + 2)
    EXPECT_LE(end - at, 76u);
  EXPECT_THAT(text, HasSubstr("{ref}"));
  EXPECT_THAT(text, HasSubstr("{id}"));
}

TEST(WrappedLines, BreaksAtBlanksAndKeepsTheIndent) {
  EXPECT_EQ(WrappedLines("one two\n    three four five\n\nsix\n", 14),
            "one two\n    three four\n    five\n\nsix\n");
}

TEST(WrappedLines, LeavesLongWordsWhole) { EXPECT_EQ(WrappedLines("abcdefghij k", 5), "abcdefghij\nk"); }

TEST(AddressOf, TakesTheAddress) {
  EXPECT_EQ(AddressOf("Ann <ann@example.org>"), "ann@example.org");
  EXPECT_EQ(AddressOf("ann@example.org"), "ann@example.org");
}

}  // namespace
}  // namespace listwarden
