// SPDX-License-Identifier: Apache-2.0
#include "message/text_view.h"

#include <gtest/gtest.h>

#include "message/html_text.h"

namespace listwarden {
namespace {

std::string QuoteOf(const TextView& view, const std::string& words) {
  const auto at = view.folded().find(words);
  return at == std::string::npos ? "(not there)" : std::string(view.Quote(at, at + words.size()));
}

TEST(TextView, FoldsCaseAndWhiteSpace) {
  EXPECT_EQ(TextView("One \n  TWO\n\nthree").folded(), "one two\nthree");
}
TEST(TextView, QuotesTheOriginalWords) {
  EXPECT_EQ(QuoteOf(TextView("An  Official\n Sensitive paper"), "official sensitive"),
            "Official\n Sensitive");
}
TEST(TextView, SeesThroughInvisibleCharacters) {
  const TextView view(
      "i\xe2\x80\x8b"
      "diot");
  EXPECT_EQ(view.folded(), "idiot");
  EXPECT_TRUE(view.IsDisguised(0, 5));
  EXPECT_FALSE(view.IsDisguised(1, 5));
  EXPECT_EQ(QuoteOf(view, "idiot"),
            "i\xe2\x80\x8b"
            "diot");
}
TEST(TextView, LeavesLettersOfOtherScriptsAlone) {
  EXPECT_EQ(TextView("\u0441\u043e\u0440 \u03b1-particle, 5 \u00b5m, \u0394E").folded(),
            "\u0441\u043e\u0440 \u03b1-particle, 5 \u03bcm, \u03b4e");
}
TEST(TextView, TellsFancyFormsAndHeapedMarks) {
  const TextView fancy("\U0001d422\U0001d41d\U0001d422\U0001d428\U0001d42d");
  EXPECT_EQ(fancy.folded(), "idiot");
  EXPECT_TRUE(fancy.IsDisguised(0, 5));
  const TextView struck("i\u0336d\u0336i\u0336o\u0336t\u0336");
  EXPECT_EQ(struck.folded(), "idiot");
  EXPECT_TRUE(struck.IsDisguised(0, 5));
}
TEST(TextView, TakesSoftHyphensAndAccentsForNoDisguise) {
  const TextView view("na\u00efve cafe\u0301 idi\u00adot");
  EXPECT_EQ(view.folded(), "naive cafe idiot");
  EXPECT_FALSE(view.IsDisguised(0, view.folded().size()));
}
TEST(TextView, FoldsFullWidthAndAccents) {
  EXPECT_EQ(TextView("\xef\xbc\xa3\xef\xbc\xaf caf\xc3\xa9 \xe2\x80\x9cq\xe2\x80\x9d \xe2\x80\x93").folded(),
            "co cafe \"q\" -");
}

TEST(TextView, MapsEveryRangeOntoCharacterBorders) {
  const std::string text = "a\xc3\xa9 \xef\xbc\xa3\xe2\x80\x8b  b\n\n\xe2\x80\x99s \xd0\xb0x";
  const TextView view(text);
  for (std::size_t begin = 0; begin <= view.folded().size(); ++begin) {
    for (std::size_t end = begin; end <= view.folded().size(); ++end) {
      const auto [from, to] = view.ToOriginal(begin, end);
      ASSERT_LE(from, to);
      ASSERT_LE(to, text.size());
      ASSERT_TRUE(from == text.size() || (static_cast<unsigned char>(text[from]) & 0xc0) != 0x80);
      ASSERT_TRUE(to == text.size() || (static_cast<unsigned char>(text[to]) & 0xc0) != 0x80);
    }
  }
}

TEST(ReadHtml, ShowsTextAsAReaderSeesIt) {
  EXPECT_EQ(ReadHtml("<p>id<b></b>iot &amp; co</p><p>next<br>line</p><style>x</style>", {}).visible,
            "idiot & co\n\nnext\nline\n\n");
}
TEST(ReadHtml, SetsHiddenTextApart) {
  const HtmlText text = ReadHtml("<div style='display: none'>secret</div><p>open</p>", {});
  EXPECT_EQ(text.visible.find("secret"), std::string::npos);
  EXPECT_NE(text.hidden.find("secret"), std::string::npos);
}
TEST(ReadHtml, ShowsTheWordsInATagThatHasNotEndedWhenTheNextBegins) {
  EXPECT_NE(ReadHtml("<p\x7f"
                     "Dear all, secret</p><p>open</p>",
                     {})
                .hidden.find("secret"),
            std::string::npos);
  EXPECT_EQ(ReadHtml("<p title='secret'>3 < 4</p>", {}).hidden, "");
}
TEST(ReadHtml, MarksQuotedBlocks) {
  const HtmlText text = ReadHtml("<p>new</p><blockquote>old</blockquote><p>newer</p>", {});
  ASSERT_EQ(text.quoted.size(), 1u);
  EXPECT_NE(text.visible.substr(text.quoted[0].begin, text.quoted[0].end - text.quoted[0].begin).find("old"),
            std::string::npos);
}
TEST(ReadHtml, BlanksInAMarkedBlockTakeNoTextAfterItAlong) {
  std::string blanks;
  for (int i = 0; i < 50; ++i) blanks += "&nbsp;";
  for (const std::string kind : {"Signature", "yahoo_quoted"}) {
    const HtmlText text =
        ReadHtml("<p>Hello</p><span id=\"" + kind + "\">Bo" + blanks + "</span><span id=\"" + kind + "\">" +
                     blanks + "</span><p>and more</p>",
                 {});
    const auto& ranges = kind == "Signature" ? text.signature : text.quoted;
    ASSERT_EQ(ranges.size(), 1u) << kind;
    EXPECT_EQ(text.visible.substr(ranges[0].begin, ranges[0].end - ranges[0].begin), "Bo") << kind;
  }
}
TEST(ReadHtml, IsNotLedAstrayByADeclaredCharset) {
  EXPECT_NE(ReadHtml("<meta charset=gb2312><p>caf\xc3\xa9 \xe2\x80\x9d open</p><p>rest</p>", {})
                .visible.find("rest"),
            std::string::npos);
}
TEST(ReadHtml, FindsTextBelowAThousandLevels) {
  std::string html;
  for (int i = 0; i < 1000; ++i) html += "<div>";
  EXPECT_NE(ReadHtml(html + "deep", {}).visible.find("deep"), std::string::npos);
}

}  // namespace
}  // namespace listwarden
