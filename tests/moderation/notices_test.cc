// SPDX-License-Identifier: Apache-2.0
#include "moderation/notices.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "base/error.h"
#include "message/message_builder.h"
#include "moderation/letter_findings.h"
#include "tests/support/house.h"

namespace listwarden {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

Finding Found(const std::string& quote, const std::string& rule = "words/hold", bool is_secret = false) {
  Finding finding;
  finding.rule = rule;
  finding.clause = "plain";
  finding.confidence = Confidence::kHigh;
  finding.part = "1";
  finding.quote = quote;
  finding.reason = "Reason of " + rule + ".";
  finding.advice = "Advice of " + rule + ".";
  finding.is_secret = is_secret;
  return finding;
}

Verdict HeldFor(std::vector<Finding> findings) {
  Verdict verdict;
  verdict.disposition = Disposition::kHold;
  verdict.filters = {{"words", Confidence::kHigh, Action::kHold, std::move(findings)}};
  return verdict;
}

TEST(FindingsForLetter, OnePassageFoundByTwoRulesIsOneEntry) {
  const auto clauses =
      FindingsForLetter(HeldFor({Found("complete idiot", "words/a"), Found("a complete idiot", "words/b")}));
  ASSERT_THAT(clauses, SizeIs(1));
  ASSERT_THAT(clauses[0].findings, SizeIs(1));
  EXPECT_EQ(clauses[0].findings[0].quote, "a complete idiot");
  EXPECT_EQ(clauses[0].findings[0].reason, "Reason of words/a.");
  EXPECT_THAT(clauses[0].advice, testing::ElementsAre("Advice of words/a."));
}

TEST(FindingsForLetter, OneMaskedNumberFoundByTwoRulesIsOneEntryThatShowsLess) {
  const auto clauses = FindingsForLetter(
      HeldFor({Found("NHS ••••••• ••• ••• ••19", "words/a", true), Found("943 ••• ••19", "words/b", true)}));
  ASSERT_THAT(clauses[0].findings, SizeIs(1));
  EXPECT_EQ(clauses[0].findings[0].quote, "943 ••• ••19");
}

TEST(FindingsForLetter, DifferentNumbersStayTwo) {
  const auto clauses = FindingsForLetter(
      HeldFor({Found("943 ••• ••19", "words/a", true), Found("943 ••• ••28", "words/a", true)}));
  EXPECT_THAT(clauses[0].findings, SizeIs(2));
  EXPECT_THAT(clauses[0].advice, SizeIs(1));
}

TEST(FindingsForLetter, SameWordsInAnotherPartStayTwo) {
  Finding other = Found("idiot");
  other.part = "2";
  EXPECT_THAT(FindingsForLetter(HeldFor({Found("idiot"), other}))[0].findings, SizeIs(2));
}

TEST(FindingsForLetter, GroupsByClauseTheGravestFirstAndStops) {
  std::vector<Finding> many;
  for (int i = 0; i < 30; ++i) many.push_back(Found("word" + std::to_string(1000 + i)));
  Finding grave = Found("gravest");
  grave.clause = "other";
  for (Finding& one : many) one.confidence = Confidence::kMedium;
  many.push_back(grave);
  const auto clauses = FindingsForLetter(HeldFor(many));
  ASSERT_THAT(clauses, SizeIs(2));
  EXPECT_EQ(clauses[0].clause, "other");
  EXPECT_LE(clauses[1].findings.size(), 8u);
}

TEST(FindingsForLetter, OnlyWhatLedToTheHoldIsNamed) {
  Verdict verdict = HeldFor({Found("idiot")});
  verdict.filters.push_back({"other", Confidence::kLow, Action::kTag, {Found("great")}});
  EXPECT_THAT(FindingsForLetter(verdict), SizeIs(1));
}

class NoticesTest : public testing::Test {
 protected:
  const ListPolicy& List(const char* address) { return *house.policy->FindList(address); }
  // The letters for a post of these words, by key.
  std::map<std::string, std::string> Letters(const std::string& text,
                                             const char* list = "one@lists.example.org",
                                             const std::string& subject = "A post") {
    const Message message = PostTo(list, subject, text);
    const Verdict verdict = house.policy->Judge(message, List(list));
    std::map<std::string, std::string> letters;
    for (const OutboxRow& row : house.notices
                                    ->ForHold(message, verdict, List(list), *house.policy, house.clock.now,
                                              house.clock.now + std::chrono::hours(168), PosterLetter::kFull)
                                    .rows) {
      EXPECT_EQ(row.reverse_path, "") << "RFC 3834 section 3.3";
      letters[row.key.substr(0, row.key.find(':'))] = row.content;
    }
    return letters;
  }
  // The words of a letter as a reader sees them.
  static std::string Read(const std::string& content) {
    const Message letter = ReadMessage(content);
    std::string text = "Subject: " + letter.subject + "\n";
    for (const Segment& segment : letter.segments) {
      if (segment.region != Region::kSubject) text += segment.text.original();
    }
    return text;
  }
  HeldMessage Held(const std::string& language = "en") {
    HeldMessage held;
    held.id = "0011223344556677";
    held.list = "one@lists.example.org";
    held.reverse_path = "dee@example.org";
    held.forward_paths = {"one@lists.example.org"};
    held.subject = "A post";
    held.message_id = "<1@example.org>";
    held.language = language;
    held.may_answer = true;
    return held;
  }

  House house;
};

TEST_F(NoticesTest, LetterHasTheMannersOfAnAutomaticReply) {
  const std::string letter = Letters("Please holdme.").at("poster-held");
  EXPECT_THAT(letter, HasSubstr("\r\nTo: dee@example.org\r\n"));
  EXPECT_THAT(letter, HasSubstr("\r\nAuto-Submitted: auto-replied\r\n"));
  EXPECT_THAT(letter, HasSubstr("\r\nIn-Reply-To: <A.post@example.org>\r\n"));
  EXPECT_THAT(letter, HasSubstr("\r\nReferences: <A.post@example.org>\r\n"));
  EXPECT_THAT(letter, HasSubstr("\r\nMessage-ID: <poster-held.{id}."));
  EXPECT_THAT(Letters("Please holdme.").at("moderator-held"),
              HasSubstr("\r\nAuto-Submitted: auto-generated\r\n"));
}

TEST_F(NoticesTest, NoTwoLettersShareAMessageId) {
  const Message message = ReadMessage("From: dee@example.org\r\nSubject: A post\r\n\r\nholdme\r\n");
  const ListPolicy& list = List("two@lists.example.org");
  std::set<std::string> ids;
  for (const OutboxRow& row : house.notices
                                  ->ForHold(message, house.policy->Judge(message, list), list, *house.policy,
                                            house.clock.now, house.clock.now, PosterLetter::kFull)
                                  .rows)
    ids.insert(ReadMessage(row.content).message_id);
  EXPECT_THAT(ids, SizeIs(3)) << "mail programs show one of a kind: one moderator's address would be lost";
}

TEST_F(NoticesTest, PosterReadsWhatWhyHowWhenReferenceAndWhomToAsk) {
  const std::string text = Read(Letters("Please holdme.").at("poster-held"));
  for (const char* piece : {"A post", "The one@lists.example.org list", "Plain words",
                            "A post uses plain words.", "\"holdme\"", "The text says holdme.",
                            "Leave it out.", "28 September 2026", "Reference: {ref}", "office@example.org"})
    EXPECT_THAT(text, HasSubstr(piece));
}

TEST_F(NoticesTest, WelshListWritesWelsh) {
  const auto letters = Letters("Please holdme.", "cymru@lists.example.org");
  const std::string text = Read(letters.at("poster-held"));
  for (const char* piece :
       {"Geiriau plaen", "Mae neges yn defnyddio geiriau plaen.", "28 Medi 2026", "Cyfeirnod: {ref}"})
    EXPECT_THAT(text, HasSubstr(piece));
  EXPECT_THAT(text, HasSubstr("Mae'r testun yn dweud holdme.")) << "the reason";
  EXPECT_THAT(text, HasSubstr("Gadewch hyn allan.")) << "the advice";
  EXPECT_THAT(Read(letters.at("moderator-held")), HasSubstr("Mae'r testun yn dweud holdme."));
  EXPECT_THAT(letters.at("poster-held"), HasSubstr("\r\nContent-Language: cy\r\n"));
  EXPECT_THAT(Read(letters.at("moderator-held")), HasSubstr("hyder uchel"));
}

TEST_F(NoticesTest, WhatNobodyHasTranslatedIsSaidInEnglish) {
  const std::string text = Read(Letters("secret 12345678", "cymru@lists.example.org").at("poster-held"));
  EXPECT_THAT(text, HasSubstr("The text shows a secret number."));
  EXPECT_THAT(text, HasSubstr("Tynnwch y rhif allan."));
}

TEST_F(NoticesTest, NumberThatTwoRulesFindIsOneEntry) {
  const std::string text = Read(Letters("See secret 12345678.").at("poster-held"));
  const std::size_t first = text.find("•");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(text.find("\n    \"", first), std::string::npos) << text;
  EXPECT_THAT(text, Not(HasSubstr("12345678")));
}

TEST_F(NoticesTest, ModeratorReadsReasonsFirst) {
  const std::string text = Read(Letters("Please holdme.").at("moderator-held"));
  EXPECT_LT(text.find("The text says holdme."), 250u) << text;
  EXPECT_THAT(text, HasSubstr("Please holdme."));
  EXPECT_THAT(text, HasSubstr("listwarden held release {id}"));
}

TEST_F(NoticesTest, ModeratorIsNotToldThatThePosterKnowsWhenNobodyTold) {
  MessageBuilder builder;
  builder.AddBody("holdme\r\n");
  const Message message = builder.Finish();
  const ListPolicy& list = List("watch@lists.example.org");
  const auto letters = house.notices
                           ->ForHold(message, HeldFor({Found("holdme")}), list, *house.policy,
                                     house.clock.now, house.clock.now, PosterLetter::kNone)
                           .rows;
  ASSERT_THAT(letters, SizeIs(1)) << "without moderators the responsible person is told";
  EXPECT_EQ(letters[0].forward_paths[0], "office@example.org");
  EXPECT_THAT(Read(letters[0].content), HasSubstr("has not been told"));
}

TEST_F(NoticesTest, LinesAreShortEnoughForAnyReader) {
  for (const auto& [key, content] : Letters("Please holdme. " + std::string(3000, 'x'))) {
    for (std::size_t at = 0, end; (end = content.find("\r\n", at)) != std::string::npos; at = end + 2)
      EXPECT_LE(end - at, 78u) << key;
  }
}

TEST_F(NoticesTest, NoFieldOfThePostBreaksIntoTheLetter) {
  for (const auto& [key, content] :
       Letters("holdme", "one@lists.example.org", "x\r\n y =?utf-8?Q?a=0D=0ABcc:_e@example.org?=")) {
    EXPECT_THAT(content.substr(0, content.find("\r\n\r\n")), Not(HasSubstr("\nBcc:"))) << key;
  }
}

TEST_F(NoticesTest, RejectionIsAReportWithTheReason) {
  const auto letters =
      house.notices->ForOutcome(Held(), "rejected", "Please take the\r\nadvert out.", house.clock.now).rows;
  ASSERT_THAT(letters, SizeIs(1));
  const std::string& content = letters[0].content;
  for (const char* piece :
       {"multipart/report; report-type=delivery-status", "message/delivery-status",
        "Reporting-MTA: dns; mx.example.org", "Final-Recipient: rfc822; one@lists.example.org",
        "Action: failed", "Status: 5.7.1", "text/rfc822-headers", "Auto-Submitted: auto-replied"})
    EXPECT_THAT(content, HasSubstr(piece));
  EXPECT_THAT(Read(content), HasSubstr("Please take the\nadvert out."));
  EXPECT_THAT(content, HasSubstr("--=_listwarden_{id}--\r\n"));
}

TEST_F(NoticesTest, EveryOutcomeHasALetterInBothLanguages) {
  for (const char* language : {"en", "cy"}) {
    for (const char* event : {"released", "rejected", "expired", "passed"}) {
      const auto letters = house.notices->ForOutcome(Held(language), event, "Because.", house.clock.now).rows;
      ASSERT_THAT(letters, SizeIs(1)) << event;
      EXPECT_THAT(Read(letters[0].content), HasSubstr("A post"));
      EXPECT_THAT(Read(letters[0].content), HasSubstr("{ref}"));
      EXPECT_THAT(Read(letters[0].content), Not(HasSubstr("{{")));
    }
  }
  EXPECT_THAT(house.notices->ForOutcome(Held(), "discarded", "", house.clock.now).rows, SizeIs(0));
}

class TemplateTest : public NoticesTest {
 protected:
  TemplateTest() {
    std::filesystem::copy(std::filesystem::path(SOURCE_DIR) / "etc/notices", house.folder / "notices",
                          std::filesystem::copy_options::recursive);
  }
  std::string Complaint(const std::string& text) {
    WriteFile(house.folder / "notices/en/poster-held.txt", text);
    try {
      const Notices notices({house.folder / "notices", "a@example.org", "mx.example.org", ""});
    } catch (const SettingsError& e) {
      return e.what();
    }
    return "";
  }
};

TEST_F(TemplateTest, MistakesAreNamedWithFileAndLine) {
  EXPECT_EQ(Complaint("Subject: x\n\nHello {{subject}}\n"), "");
  EXPECT_THAT(Complaint("Hello\n"), HasSubstr("poster-held.txt:1: expected \"Subject: "));
  EXPECT_THAT(Complaint("Subject: x\n\n{{sbject}}\n"),
              HasSubstr("poster-held.txt:3: unknown {{sbject}}; known are subject"));
  EXPECT_THAT(Complaint("Subject: x\n{{subject\n"), HasSubstr("poster-held.txt:2: \"{{\" without \"}}\""));
  EXPECT_THAT(Complaint("Subject: x\n\n\n{{#unread}}\n"),
              HasSubstr("poster-held.txt:4: section {{#unread}} is never closed"));
  EXPECT_THAT(Complaint("Subject: x\n{{#unread}}\n{{/findings}}\n"),
              HasSubstr("poster-held.txt:3: {{/findings}} closes nothing"));
}

TEST_F(TemplateTest, MissingLetterIsNamed) {
  std::filesystem::remove(house.folder / "notices/cy/poster-limit.txt");
  EXPECT_THROW(Notices({house.folder / "notices", "a@example.org", "mx", ""}), SettingsError);
}

}  // namespace
}  // namespace listwarden
