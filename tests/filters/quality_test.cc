// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "filters/spelling.h"
#include "tests/filters/judged.h"

namespace listwarden {
namespace {

const WordLists& Lists() {
  static const auto lists = WordLists::Load();
  return *lists;
}

bool Finds(const std::string& rule, const std::string& raw) {
  return HasRule(FindingsOf("quality", raw), "quality/" + rule);
}

TEST(Quality, WantsASubject) {
  EXPECT_TRUE(Finds("no-subject", Post("What dose do you give?", "")));
  EXPECT_TRUE(Finds("no-subject", Post("What dose do you give?", "(no subject)")));
  EXPECT_FALSE(Finds("no-subject", Post("What dose do you give?", "Dose")));
}

TEST(Quality, TakesMarksOfRepliesAloneForNoSubject) {
  EXPECT_TRUE(Finds("no-subject", Post("It was the belt.", "Re: Fwd: AW:")));
  EXPECT_TRUE(Finds("no-subject", Post("It was the belt.", "Re: Re: (no subject)")));
  EXPECT_FALSE(Finds("no-subject", Post("It was the belt.", "Re: Fwd: Noise")));
}

TEST(Quality, WantsAText) {
  EXPECT_TRUE(Finds("empty", Post("\n.\n")));
  EXPECT_FALSE(Finds("empty", Post("Yes.")));
  EXPECT_FALSE(Finds("empty", PostWithFile("", "agenda.pdf", "application/pdf"))) << "a file says something";
}

TEST(Quality, WantsMoreThanAQuotation) {
  const std::string quote = "On Monday, Bo wrote:\n\n> Ours hums.\n>\n> Bo\n";
  EXPECT_TRUE(Finds("only-quotes", Post(quote, "Re: Hum")));
  EXPECT_TRUE(Finds("only-quotes", Post(quote + "\nAnn Sample\n", "Re: Hum")));
  EXPECT_FALSE(Finds("only-quotes", Post(quote + "\nIt was the belt.\n", "Re: Hum")));
  for (const char* subject : {"Fwd: Hum", "[list] FW: Hum", "RV: Hum"})
    EXPECT_FALSE(Finds("only-quotes", Post(quote, subject))) << "what is passed on speaks for itself";
}

TEST(Quality, TrustsOnlyMarksToTellAnswersFromQuotes) {
  EXPECT_FALSE(
      Finds("only-quotes",
            Post("On Monday, Bo <bo@clinic.example> wrote:\n# Ours hums.\n\nIt was the belt.\n", "Re: Hum")));
  const std::string block = "-----Original Message-----\nFrom: Bo\nSubject: Hum\n\nOurs hums.\n";
  EXPECT_FALSE(Finds("only-quotes", Post(block, "Re: Hum"))) << "an answer may stand in it";
  const std::string marked = "On Monday, Bo wrote:\n\n> Ours hums.\n\n";
  EXPECT_FALSE(Finds("only-quotes", Post(marked + block, "Re: Hum")));
  EXPECT_FALSE(Finds("only-quotes", Post(marked + "On Tuesday, Cy wrote:\n\n> It hums.\n", "Re: Hum")));
}

TEST(Quality, MissesALinkOnlyWhereNoneCanBe) {
  const std::string text = "To register, click here. Places are few.";
  EXPECT_TRUE(Finds("no-link", Post(text)));
  EXPECT_FALSE(Finds("no-link", Post(text + "\n\nday.example.org")));
  EXPECT_FALSE(Finds("no-link", Post(text + "\n\n> Where? At https://day.example/ as ever?")));
  EXPECT_FALSE(Finds("no-link", PostWithFile(text, "day.pdf", "application/pdf")));
  EXPECT_FALSE(
      Finds("no-link",
            "From: ann@hospital.example\nSubject: Day\nContent-Type: text/html\n\n<p>To register, <a "
            "href='https://day.example/'>click here</a>.</p>\n"));
}

TEST(Quality, FindsACutLinkButNotBesideHtmlThatHasTheWholeOne) {
  const std::string text = "Book at https://day.example/2031/autumn/regi... today.";
  EXPECT_TRUE(Finds("cut-link", Post(text)));
  EXPECT_FALSE(Finds("cut-link", "From: ann@hospital.example\nSubject: Day\nContent-Type: text/html\n\n<p>" +
                                     text + "</p>\n"));
}

TEST(Quality, LeavesWhatNobodySeesAlone) {
  EXPECT_FALSE(
      Finds("exclamation-marks",
            "From: ann@hospital.example\nSubject: Day\nContent-Type: text/html\n\n<p>We meet on Tuesday.</p>"
            "<p style='display:none'>Come now!!! It is free!!! Do not miss it!!!</p>\n"));
}

TEST(Quality, CountsALoudWordOnce) {
  std::string table;
  for (int row = 1; row < 20; ++row) table += "user" + std::to_string(row) + "  WRITE ACCESS  NEVER\n";
  EXPECT_FALSE(Finds("capitals", Post(table)));
}

TEST(Quality, FindsCapitalsButNotAbbreviations) {
  EXPECT_TRUE(
      Finds("capitals", Post("PLEASE CAN SOMEBODY TELL ME WHO HAS A SPARE NEUTRON MONITOR FOR MONDAY.")));
  EXPECT_FALSE(Finds(
      "capitals", Post("The MPE, RPA and RPS sign for IRMER, IRRTC, IPEMX, ICRUX, NCRPX and DICOM here.")));
}

TEST(Quality, TakesANameAloneForNoText) {
  EXPECT_TRUE(Finds("empty", Post(".\n\nAnn Sample\nClinical technologist, Bristol\n")));
  EXPECT_FALSE(Finds("empty", Post("Ann,\nyes.\n"))) << "speaks to somebody of that name";
  EXPECT_FALSE(Finds("empty", Post("Yes.\nAnn\n")));
}

TEST(Quality, FindsAPassageInCapitalsAndAFewWordsThatAreAll) {
  const std::string quiet =
      "We meet on Tuesday as ever and there is coffee for those who come early enough. ";
  EXPECT_TRUE(Finds("capitals", Post(quiet + quiet + quiet +
                                     "PLEASE ANSWER ONLY THIS ADDRESS BECAUSE LAST YEAR NEARLY EVERYBODY "
                                     "WROTE BACK WITHOUT READING WHAT WOULD HAVE TOLD THEM. " +
                                     quiet)));
  EXPECT_TRUE(Finds("capitals", Post("COACH LEAVES AT NINE. DON'T COME LATE.")));
  EXPECT_FALSE(Finds("capitals", Post(quiet + "The form asks for DATE, NAME, ROOM and PHONE.")));
  EXPECT_FALSE(
      Finds("capitals", Post("if it is ok by all of us we can do it so MAKE SURE THEY KNOW and let me be")));
  EXPECT_TRUE(Finds("capitals", Post(quiet, "PLEASE READ THIS ABOUT THE NEXT MEETING BEFORE TUESDAY")));
  EXPECT_FALSE(Finds("capitals", Post(quiet, "CALL FOR PAPERS")));
  EXPECT_FALSE(Finds("capitals", Post(quiet, "AW: PLEASE READ THIS ABOUT THE NEXT MEETING BEFORE TUESDAY")))
      << "whoever answers did not choose it";
  EXPECT_FALSE(
      Finds("capitals", Post("TRUE FALSE TRUE TRUE FALSE NULL TRUE FALSE NULL FALSE TRUE TRUE FALSE")));
  EXPECT_FALSE(Finds("capitals", Post("Enter DATE, NAME,\n\nROOM, PHONE, FLOOR, TIME, PLACE,\n\nTITLE, WARD, "
                                      "UNIT, SITE, HOUSE and ROAD in the form that " +
                                      quiet + quiet)))
      << "no passage";
  EXPECT_FALSE(Finds("capitals", Post(quiet, "Re: PLEASE READ THIS ABOUT THE NEXT MEETING BEFORE TUESDAY")));
  EXPECT_FALSE(Finds("capitals", Post("TRUE FALSE TRUE FALSE FALSE TRUE TRUE FALSE")));
}

TEST(Quality, TakesAPrefixBeforeAWordForJargon) {
  EXPECT_TRUE(Lists().IsSlip("recieve"));
  EXPECT_FALSE(Lists().IsSlip("cflags"));
  EXPECT_FALSE(Lists().IsSlip("dcache"));
}

TEST(Quality, FindsManyMisspellings) {
  EXPECT_TRUE(Finds("spelling",
                    Post("hi evryone i hav a qestion abuot the chambr we recieved yesturday, the efect is "
                         "verry larg and we are not shure wich cabel you have")));
}

TEST(Quality, FindsThreeMisspellingsOfWhichTwoAreLong) {
  const std::string rest =
      " of the new room with the old one, what does it say for your plan, and are they from this year?";
  EXPECT_TRUE(Finds("spelling", Post("The mesurement and the proceedure are rigth, I hope," + rest)));
  EXPECT_FALSE(Finds("spelling", Post("The mesurement and the glibc are rigth, I hope," + rest)));
  EXPECT_FALSE(Finds("spelling", Post("The measurement and the proceedure are rigth, I hope," + rest)));
}

TEST(Quality, FindsOneMisspelledWordInTenButNotInTwenty) {
  const std::string slips = "We recieved a seperate measurment untill noon, ";
  const std::string right =
      "and after that the whole group went through the list of rooms, chose the one beside the lift and told "
      "seven porters, two nurses, their cleaner, five students when the ";
  EXPECT_TRUE(Finds("spelling", Post(slips + right + "van will come.")));
  EXPECT_FALSE(
      Finds("spelling", Post(slips + right +
                             "van will come, who then asked which doors should stay open, how many people "
                             "were needed, where their coats might hang, what lunch there would be, and "
                             "whether anybody has keys.")));
}

TEST(Quality, KnowsEnglishByItsMistypedAndItsShortWords) {
  const std::string rest = "brign yuor resluts, coffee mugs, parking near hospital gates costs money";
  EXPECT_TRUE(Finds("spelling", Post("teh metting taht grup had, adn lectuer room, " + rest)));
  EXPECT_TRUE(Finds("spelling", Post("metting of grup at tow, to lectuer room, " + rest)));
}

TEST(Quality, LeavesATextWithASmallWordOfAnotherLanguageAlone) {
  const std::string slips = "We recieved a seperate measurment untill noon, and that was it for the day ";
  EXPECT_TRUE(Finds("spelling", Post(slips + "here.")));
  EXPECT_FALSE(Finds("spelling", Post(slips + "und here.")));
}

TEST(Quality, LeavesNonNativeEnglishAlone) {
  EXPECT_EQ(
      ConfidenceOf("quality",
                   Post("I am working in Ostrava and I want ask about the film dosimetry. We have measured "
                        "the collimator and the result is low, what is the same like in simulation.")),
      "");
}

TEST(Quality, LeavesAmericanSpellingAlone) {
  EXPECT_EQ(
      ConfidenceOf("quality",
                   Post("We are optimizing the color gain on our fetal program, the center of the aluminum "
                        "reflector is characterized and the fluid was analyzed with an older catalog.")),
      "");
}

TEST(Quality, LeavesCodeAndQuotedWordsAlone) {
  EXPECT_EQ(ConfidenceOf("quality",
                         Post("Try this, it works for all of you with the new version:\n\n"
                              "    mask = xor_fil(pts, grd)\n    roi = strct.gt(nme)\n\n"
                              "He wrote \"teh chambr wiht verry larg efect and wich cabel\" in his mail.")),
            "");
}

TEST(Quality, LeavesAnotherLanguageAndNamesOfVariablesAlone) {
  EXPECT_EQ(
      ConfidenceOf(
          "quality",
          Post("As the director said to our guests, que vous dites mais votre droit, and with that the day "
               "was over.")),
      "");
  EXPECT_EQ(ConfidenceOf("quality", Post("This is what the object says when you ask for it:\n\n"
                                         "dimensions : 12, 13, 156 (nrow, ncol, ncell)\n"
                                         "extent : 3, 4, 3, 4 (xmin, xmax, ymin, ymax)")),
            "");
}

TEST(Quality, LeavesMisspelledQuotedMailAlone) {
  EXPECT_EQ(ConfidenceOf("quality",
                         Post("Check the guard first.\n\n> hi evryone i hav a qestion abuot the chambr we "
                              "recieved yesturday, the efect is verry larg")),
            "");
}

TEST(WordLists, TellSlipsFromUnknownWords) {
  EXPECT_TRUE(Lists().Has("colour"));
  EXPECT_TRUE(Lists().Has("color"));
  EXPECT_TRUE(Lists().IsSlip("recieved"));
  EXPECT_TRUE(Lists().IsSlip("abuot"));
  EXPECT_TRUE(Lists().IsSlip("ionisaton"));
  EXPECT_FALSE(Lists().IsSlip("brachytherapie"));
  EXPECT_FALSE(Lists().IsSlip("gafchromic"));
  EXPECT_FALSE(Lists().IsSlip("cln")) << "of three letters any would be";
}

TEST(WordLists, LeaveWordsInQuotationMarksAlone) {
  EXPECT_TRUE(Lists().Read("the 'recieved' and 'abuot' here").unlisted.empty());
  EXPECT_TRUE(Lists().Read("the \"recieved and abuot it\" here").unlisted.empty());
}

TEST(WordLists, CountAWordOnce) {
  EXPECT_EQ(Lists().Misspelled(Lists().Read("teh teh teh teh the")).size(), 1u);
}

TEST(WordLists, AreBoundedInTime) {
  std::string hostile;
  for (int i = 0; i < 200000; ++i)
    hostile += "qwertzuiopasdfghjklyxcvbnm" + std::string(1, static_cast<char>('a' + i % 26)) + " ";
  EXPECT_LE(Lists().Read(hostile).words, 400u);
}

}  // namespace
}  // namespace listwarden
