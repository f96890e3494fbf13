// SPDX-License-Identifier: Apache-2.0
#include "message/unmask.h"

#include <gtest/gtest.h>

#include "message/text_view.h"

namespace listwarden {
namespace {

const Vocabulary& Words() {
  static const Vocabulary words({"idiot", "idiots", "shit", "fuck",   "cunt",  "stupid", "bitch",   "asshole",
                                 "ass",   "you",    "are",  "cretin", "moron", "hate",   "women",   "cost",
                                 "fool",  "resign", "def",  "scum",   "loser", "slut",   "resource"});
  return words;
}

std::string Unmasked(const std::string& text) {
  const TextView view(text);
  return UnmaskedText(view.folded(), Words()).text();
}

class MaskTest : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(MaskTest, IsUndone) {
  const auto [text, words] = GetParam();
  EXPECT_NE(Unmasked(text).find(words), std::string::npos) << text << " -> " << Unmasked(text);
}

INSTANTIATE_TEST_SUITE_P(
    Masks, MaskTest,
    testing::Values(
        // Leet.
        std::pair{"You 1d10t!", "idiot"}, std::pair{"what $h1t is this", "shit"},
        std::pair{"5tup1d", "stupid"}, std::pair{"4sshole", "asshole"}, std::pair{"a$$hole", "asshole"},
        std::pair{"you @ss", "you ass"}, std::pair{"b!tch", "bitch"}, std::pair{"1d10ts", "idiots"},
        std::pair{"m0r0n.", "moron"}, std::pair{"I h4te w0men", "hate women"}, std::pair{"1o5er", "loser"},
        // Look-alike letters: Cyrillic, Greek, small capitals, enclosed, stroked.
        std::pair{"\u0456d\u0456\u043et", "idiot"}, std::pair{"\u0455tup\u0456d", "stupid"},
        std::pair{"m\u03bfr\u03bfn", "moron"}, std::pair{"\u026a\u1d05\u026a\u1d0f\u1d1b", "idiot"},
        std::pair{"\U0001f178diot", "idiot"}, std::pair{"i\u0111iot", "idiot"},
        std::pair{"\u041coron", "moron"}, std::pair{"\u0455\u0441um", "scum"},
        std::pair{"\u20acretin cr\u20actin", "cretin"},
        // Spaced out.
        std::pair{"you i d i o t", "you idiot"}, std::pair{"i.d.i.o.t", "idiot"},
        std::pair{"I-D-I-O-T!", "idiot"}, std::pair{"i_d_i_o_t", "idiot"}, std::pair{"i*d*i*o*t", "idiot"},
        std::pair{"I h a t e w o m e n.", "hate women"}, std::pair{"s. t. u. p. i. d.", "stupid"},
        std::pair{"1 d 1 o t", "idiot"}, std::pair{"id.iot", "idiot"},
        std::pair{"i\u00b7d\u00b7i\u00b7o\u00b7t", "idiot"},
        // Drawn out.
        std::pair{"idiooooot", "idiot"}, std::pair{"stuuupid", "stupid"}, std::pair{"asssshole", "asshole"},
        // Blotted out.
        std::pair{"f**k this", "fuck"}, std::pair{"sh*t", "shit"}, std::pair{"c#nt", "cunt"},
        std::pair{"f***", "fuck"}, std::pair{"f***ing", "fucking"}, std::pair{"s--t", "shit"},
        std::pair{"f_ck", "fuck"}, std::pair{"f@#k", "fuck"}, std::pair{"f@ck you", "fuck you"},
        std::pair{"sl\U0001f4a9t", "slut"}, std::pair{"(sh*t)", "shit"}));

class OrdinaryTest : public testing::TestWithParam<const char*> {};

TEST_P(OrdinaryTest, TextIsLeftAlone) { EXPECT_EQ(Unmasked(GetParam()), ""); }

INSTANTIATE_TEST_SUITE_P(
    Texts, OrdinaryTest,
    testing::Values("An ordinary sentence about idiots, fools and resources.", "a b c", "a b c d e f g h i j",
                    "Take the A55 towards Bangor (exit 11).", "part numbers B1T-C4, SH-17, F4K-100, Q0ST",
                    "x = a**b; if (i!=0) foo->bar++; char **argv; s[i]*t",
                    "I-131, Tc-99m, Co-60, F-18, H2O, 5 mm",
                    "mail fool@idi0t.example or http://host.example/sh1t/1d10t",
                    "commit 5a17 deadbee 1d107a0bc9e", "Please re-sign the form",
                    "\u0441\u043e\u0441\u0442 \u0438 \u043c\u0438\u0440 \u0441\u0443\u043d\u0442",
                    "\u03b1, \u03b2 and \u03b3 rays of 5 \u00b5m; \u0394E = h\u03bd; \u03c3(x)",
                    "1. 2. 3. 4. 5.", "see *note* and _emphasis_ and fool* 100%", "www.def.example",
                    "S. T. Coleridge, J. R. R. Tolkien", "cost: $100 (\u00a350) @ 3%", "x^2 + y^2 = r^2",
                    "def0 and def.ass", "x = s1.7 + c#_7", "---- ____ **** ////"));

TEST(UnmaskedText, KnowsThePlaceOfAMaskedWord) {
  const TextView view("Well, you  1d10t. Bye");
  const UnmaskedText unmasked(view.folded(), Words());
  const auto at = unmasked.text().find("you idiot");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(unmasked.ChangeIn(at, at + 9), UnmaskedText::Change::kMask);
  EXPECT_EQ(unmasked.ChangeIn(at, at + 3), UnmaskedText::Change::kNone);
  const auto [begin, end] = unmasked.ToFolded(at, at + 9);
  EXPECT_EQ(view.Quote(begin, end), "you  1d10t");
}

TEST(UnmaskedText, MendsASlipAndTellsItFromAMask) {
  const TextView view("I hate wmoen, 1d10t!");
  const UnmaskedText unmasked(view.folded(), Words(), Slips({"women", "hate"}, {}));
  const auto at = unmasked.text().find("women");
  ASSERT_NE(at, std::string::npos) << unmasked.text();
  EXPECT_EQ(unmasked.ChangeIn(at, at + 5), UnmaskedText::Change::kSlip);
  const auto idiot = unmasked.text().find("idiot");
  ASSERT_NE(idiot, std::string::npos);
  EXPECT_EQ(unmasked.ChangeIn(at, idiot + 5), UnmaskedText::Change::kMask);
  const auto [begin, end] = unmasked.ToFolded(at, at + 5);
  EXPECT_EQ(view.Quote(begin, end), "wmoen");
}

TEST(UnmaskedText, PutsBlanksIntoWordsRunTogether) {
  const TextView view("(Ihatewomen.)");
  const UnmaskedText unmasked(view.folded(), Words(), Slips({"women", "hate"}, {}));
  const auto at = unmasked.text().find("i hate women");
  ASSERT_NE(at, std::string::npos) << unmasked.text();
  const auto [begin, end] = unmasked.ToFolded(at + 2, at + 12);
  EXPECT_EQ(view.Quote(begin, end), "Ihatewomen");
}

TEST(UnmaskedText, ShowsEveryWordThatFits) {
  const std::string text = Unmasked("s**t");
  EXPECT_NE(text.find("shit"), std::string::npos);
  EXPECT_NE(text.find("slut"), std::string::npos);
}

TEST(UnmaskedText, LeavesLongTextAroundOut) {
  const std::string filler(5000, 'x');
  std::string text;
  for (int i = 0; i < 100; ++i) text += "ordinary words here ";
  EXPECT_LT(Unmasked(text + "1d10t " + text).size(), 500u);
}

TEST(UnmaskedText, StaysWithinFourTimesTheTextWhenAllOfItIsMasked) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "s**t f**k c**t ";
  EXPECT_LT(Unmasked(text).size(), 5 * text.size() + 65536 + 500);
}

TEST(UnmaskedText, MapsEveryRangeInsideTheFoldedText) {
  const TextView view("a 1d10t, f**k and i d i o t in idiooot \u0456di\u043et");
  const UnmaskedText unmasked(view.folded(), Words());
  for (std::size_t begin = 0; begin <= unmasked.text().size(); ++begin) {
    for (std::size_t end = begin; end <= unmasked.text().size(); ++end) {
      const auto [from, to] = unmasked.ToFolded(begin, end);
      ASSERT_LE(from, to);
      ASSERT_LE(to, view.folded().size());
    }
  }
}

}  // namespace
}  // namespace listwarden
