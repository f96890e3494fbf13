// Walks the clock.
// SPDX-License-Identifier: Apache-2.0
#include "moderation/reminders.h"

#include <gmock/gmock.h>

#include "moderation/moderation_service.h"
#include "tests/support/house.h"

namespace listwarden {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr const char* kOne = "one@lists.example.org";      // mo; seven days
constexpr const char* kTwo = "two@lists.example.org";      // ann and bob; three days
constexpr const char* kWelsh = "cymru@lists.example.org";  // mo

class RemindersTest : public testing::Test {
 protected:
  // It is 15:13 in London on Monday, 21 September 2026.
  RemindersTest() { Restart(); }
  void Restart() { reminders.emplace(*house.store, *house.accounts, *house.notices, house.clock); }
  void Settings(const std::string& rest) {
    WriteFile(
        house.folder / "lists.d/one.toml",
        "address = \"one@lists.example.org\"\nname = \"One\"\npurpose = \"p\"\naudience = \"a\"\n"
        "responsible = \"office@example.org\"\nmoderators = [\"mo@example.org\"]\nmode = \"enforce\"\n" +
            rest);
    house.Load();
  }
  std::string Hold(const std::string& subject, const char* list = kOne,
                   const std::string& text = "Please holdme.") {
    house.intake->Receive(*house.policy, PostTo(list, subject, text));
    Sent();
    return house.Held().back().id;
  }
  void Decide(const std::string& id) {
    ModerationService(*house.store, *house.notices, house.clock)
        .Decide(id, {.to = HoldState::kDiscarded, .actor = "mo"});
  }
  // Letters sent since, "event to whom".
  std::vector<std::string> Sent() {
    std::vector<std::string> sent;
    texts.clear();
    while (const auto lease = house.store->LeaseNext(std::chrono::seconds(60))) {
      const OutboxRow& row = lease->row;
      sent.push_back(row.key.substr(0, row.key.find(':')) + " to " + row.forward_paths.at(0));
      const Message letter = ReadMessage(row.content);
      std::string text = letter.subject + "\n";
      for (const Segment& segment : letter.segments) {
        if (segment.region != Region::kSubject) text += segment.text.original();
      }
      texts.push_back(text);
      raw = row.content;
      house.store->Report(*lease, Outbox::SendResult::kSent, "250 ok", house.clock.now);
    }
    return sent;
  }
  // What is sent while the desk turns every hour for that long, the last time at its very end.
  std::vector<std::string> Pass(std::chrono::seconds time) {
    std::vector<std::string> sent;
    for (const Time end = house.clock.now + time; house.clock.now < end;) {
      house.clock.now = std::min<Time>(end, house.clock.now + hours(1));
      reminders->SendDue(*house.policy);
      if (is_restless) Restart();
      for (const std::string& one : Sent()) {
        sent.push_back(one + " at " + IsoTime(house.clock.now).substr(5, 11));
        last = texts.back();
      }
    }
    return sent;
  }

  House house;
  std::optional<Reminders> reminders;
  bool is_restless = false;
  std::vector<std::string> texts;
  std::string raw, last;
};

TEST_F(RemindersTest, ADigestComesOnceADayAtItsHourThere) {
  Settings("remind-hours = 0\nescalate-hours = 0\n");
  Hold("first");
  EXPECT_THAT(Pass(hours(15) + minutes(46)), IsEmpty()) << "seven in London is six in UTC in summer";
  EXPECT_THAT(Pass(minutes(1)), ElementsAre("moderator-digest to mo@example.org at 09-22T06:00"));
  EXPECT_THAT(Pass(hours(48)), ElementsAre("moderator-digest to mo@example.org at 09-23T06:00",
                                           "moderator-digest to mo@example.org at 09-24T06:00"));
}

TEST_F(RemindersTest, RestartsDoubleNothing) {
  Hold("first");
  is_restless = true;
  const auto sent = Pass(hours(24 * 6 + 12));
  EXPECT_THAT(std::count_if(sent.begin(), sent.end(), [](const std::string& one) { return one[10] == 'd'; }),
              6);
  EXPECT_THAT(std::count_if(sent.begin(), sent.end(), [](const std::string& one) { return one[10] == 'r'; }),
              1);
  EXPECT_THAT(std::count_if(sent.begin(), sent.end(), [](const std::string& one) { return one[10] == 'e'; }),
              1);
  EXPECT_THAT(sent, SizeIs(8));
}

TEST_F(RemindersTest, TwoDesksDoubleNothing) {
  Hold("first");
  Reminders other(*house.store, *house.accounts, *house.notices, house.clock);
  house.clock.now += hours(24 * 6);
  reminders->SendDue(*house.policy);
  other.SendDue(*house.policy);
  EXPECT_THAT(Sent(), SizeIs(3));
}

TEST_F(RemindersTest, NothingComesWhenNothingWaits) {
  Decide(Hold("first"));
  Sent();
  EXPECT_THAT(Pass(hours(24 * 8)), IsEmpty());
}

TEST_F(RemindersTest, WhatCameAfterTheHourIsInTomorrowsDigest) {
  Settings("digest-hour = 15\nremind-hours = 0\nescalate-hours = 0\n");
  Hold("first");
  EXPECT_THAT(Pass(hours(1)), IsEmpty()) << "it is past three, and the moderator had a letter about it";
  EXPECT_THAT(Pass(hours(23)), SizeIs(1));
}

TEST_F(RemindersTest, ADeskThatWasAwayAtTheHourWritesWhenItIsBack) {
  Settings("remind-hours = 0\nescalate-hours = 0\n");
  Hold("first");
  house.clock.now += hours(20);
  EXPECT_THAT(Pass(minutes(30)), SizeIs(1));
}

TEST_F(RemindersTest, ADigestShowsEveryListOfAModeratorInOneLetter) {
  WriteFile(
      house.folder / "lists.d/two.toml",
      "address = \"two@lists.example.org\"\nname = \"Two\"\npurpose = \"p\"\naudience = \"a\"\n"
      "responsible = \"office@example.org\"\nmoderators = [\"ann@example.org\", \"Mo <Mo@example.org>\"]\n"
      "mode = \"enforce\"\n");
  Settings("");
  const std::string first = Hold("About <b>beams</b>");
  Hold("Meeting", kTwo);
  house.clock.now += hours(41);
  reminders->SendDue(*house.policy);
  EXPECT_THAT(Sent(), UnorderedElementsAre("moderator-digest to mo@example.org",
                                           "moderator-digest to ann@example.org"));
  ASSERT_THAT(texts, SizeIs(2));
  const bool is_first = texts[0].find("About <b>beams</b>") != std::string::npos;
  const std::string &mine = texts[is_first ? 0 : 1], &anns = texts[is_first ? 1 : 0];
  for (const char* piece : {"2 posts wait for a decision", "One <one@lists.example.org>: 1",
                            "Two <two@lists.example.org>: 1", "Meeting", "Plain words", "dee@example.org",
                            "Waits for 41 hours, 5 days left.\n  listwarden held show "})
    EXPECT_THAT(mine, HasSubstr(piece));
  EXPECT_THAT(mine, HasSubstr(first));
  EXPECT_THAT(mine, Not(HasSubstr("\n\n\n")));
  EXPECT_THAT(anns, HasSubstr("1 post waits for a decision"));
}

TEST_F(RemindersTest, ADigestHasTheMannersOfAnAutomaticLetter) {
  Hold("first");
  Pass(hours(17));
  EXPECT_THAT(raw, HasSubstr("\r\nAuto-Submitted: auto-generated\r\n"));
  EXPECT_THAT(raw, HasSubstr("\r\nMessage-ID: <moderator-digest."));
  EXPECT_THAT(raw, Not(HasSubstr("{id}")));
}

TEST_F(RemindersTest, ManyPostsAreCountedNotListed) {
  for (int i = 0; i < 25; ++i) Hold("post " + std::to_string(i));
  Pass(hours(17));
  EXPECT_THAT(last, HasSubstr("25 posts wait"));
  EXPECT_THAT(last, HasSubstr("And 5 more."));
}

TEST_F(RemindersTest, ASecretStaysOutOfTheDigest) {
  Hold("secret 12345678 inside", kOne, "secret 12345678");
  Pass(hours(17));
  EXPECT_THAT(last, HasSubstr("\n  (…)\n  dee@example.org\n"));
  EXPECT_THAT(last, Not(HasSubstr("12345678")));
}

TEST_F(RemindersTest, ADigestCanBeTurnedOff) {
  Settings("digest-hour = -1\nremind-hours = 0\nescalate-hours = 0\n");
  Hold("first");
  EXPECT_THAT(Pass(hours(24 * 8)), IsEmpty());
}

TEST_F(RemindersTest, AReminderComesOnceBeforeTheEnd) {
  Settings("digest-hour = -1\nescalate-hours = 0\n");
  Hold("first");
  EXPECT_THAT(Pass(hours(24 * 6) - minutes(1)), IsEmpty());
  EXPECT_THAT(Pass(minutes(1)), ElementsAre("moderator-reminder to mo@example.org at 09-27T14:13"));
  EXPECT_THAT(Pass(hours(23)), IsEmpty());
  for (const char* piece :
       {"A post still waits for a decision (One)", "24 hours left", "goes back to its poster"})
    EXPECT_THAT(last, HasSubstr(piece));
}

TEST_F(RemindersTest, PostsThatEndOnOneDayAreOneReminder) {
  Settings("digest-hour = -1\nescalate-hours = 0\n");
  for (int i = 0; i < 5; ++i) {
    Hold("post " + std::to_string(i));
    house.clock.now += hours(2);
  }
  EXPECT_THAT(Pass(hours(24 * 7)), SizeIs(1));
  EXPECT_THAT(last, HasSubstr("5 posts still wait"));
}

TEST_F(RemindersTest, EveryPostIsRemindedOf) {
  Settings("digest-hour = -1\nescalate-hours = 0\n");
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i) {
    ids.push_back(Hold("post " + std::to_string(i)));
    Pass(hours(9));
  }
  Pass(hours(24 * 7));
  for (const std::string& id : ids) {
    const auto held = house.store->Find(id);
    const auto reminded = RemindedAt(*house.store, *held);
    ASSERT_TRUE(reminded) << id;
    EXPECT_GE(held->expires - *reminded, hours(23)) << "in time";
  }
}

TEST_F(RemindersTest, NothingExpiresUnannounced) {
  Hold("first");
  ModerationService service(*house.store, *house.notices, house.clock);
  house.clock.now += hours(24 * 10);  // the desk was away
  EXPECT_EQ(service.ExpireDue(*house.policy), 0);
  reminders->SendDue(*house.policy);
  EXPECT_THAT(Sent(), SizeIs(3));
  EXPECT_EQ(service.ExpireDue(*house.policy), 0) << "they need time to act on it";
  house.clock.now += hours(12);
  EXPECT_EQ(service.ExpireDue(*house.policy), 1);
}

TEST_F(RemindersTest, WhereNobodyIsRemindedPostsExpireAtTheirTime) {
  Settings("remind-hours = 0\n");
  Hold("first");
  ModerationService service(*house.store, *house.notices, house.clock);
  house.clock.now += hours(24 * 7);
  EXPECT_EQ(service.ExpireDue(*house.policy), 1);
}

TEST_F(RemindersTest, WhenNobodyActsSomebodyElseHearsOnce) {
  Settings("digest-hour = -1\nremind-hours = 0\nescalate-to = \"chair@example.org\"\n");
  Hold("first");
  EXPECT_THAT(Pass(hours(24 * 6)), ElementsAre("moderator-escalation to chair@example.org at 09-23T14:13"));
  EXPECT_THAT(last, HasSubstr("A post has waited more than 48 hours (One)"));
  EXPECT_THAT(last, HasSubstr("Waits for 48 hours, 5 days left."));
}

TEST_F(RemindersTest, TheResponsiblePersonHearsWhenTheListNamesNobody) {
  Settings("digest-hour = -1\nremind-hours = 0\n");
  Hold("first");
  EXPECT_THAT(Pass(hours(49)), ElementsAre("moderator-escalation to office@example.org at 09-23T14:13"));
}

TEST_F(RemindersTest, WhoeverClaimedAPostIsActing) {
  Settings("digest-hour = -1\nremind-hours = 0\n");
  const std::string id = Hold("first");
  house.clock.now += hours(47);
  ASSERT_EQ(house.store->Claim(id, "mo", house.clock.now + hours(5)), DecisionResult::kDone);
  EXPECT_THAT(Pass(hours(5) - minutes(1)), IsEmpty());
  EXPECT_THAT(Pass(hours(1)), SizeIs(1)) << "a claim ends";
}

TEST_F(RemindersTest, OneListEscalatesOnceADay) {
  Settings("digest-hour = -1\nremind-hours = 0\n");
  for (int i = 0; i < 6; ++i) {
    Hold("post " + std::to_string(i));
    house.clock.now += minutes(30);
  }
  EXPECT_THAT(Pass(hours(24 * 4)), ElementsAre("moderator-escalation to office@example.org at 09-23T14:13",
                                               "moderator-escalation to office@example.org at 09-23T23:13"))
      << "the others on the next day in London";
  EXPECT_THAT(last, HasSubstr("5 posts have waited"));
}

TEST_F(RemindersTest, AnAppealWaitsAnew) {
  Settings("digest-hour = -1\nremind-hours = 0\n");
  const std::string id = Hold("first");
  ModerationService(*house.store, *house.notices, house.clock)
      .Decide(id, {.to = HoldState::kRejected, .actor = "mo", .why = "No."});
  house.clock.now += hours(72);
  Appeal appeal;
  appeal.held_id = id;
  appeal.revision = 1;
  appeal.actor = "dee@example.org";
  appeal.expires = house.clock.now + hours(24 * 7);
  ASSERT_EQ(house.store->AppealAgainst(appeal), DecisionResult::kDone);
  Sent();
  EXPECT_THAT(Pass(hours(48) - minutes(1)), IsEmpty());
  EXPECT_THAT(Pass(hours(1)), SizeIs(1));
}

TEST_F(RemindersTest, ADigestOverTwoLanguagesIsInTheModeratorsOwn) {
  User mo;
  mo.name = "mo";
  mo.address = "mo@example.org";
  mo.language = "cy";
  house.accounts->PutUser(mo, "root");
  Hold("first");
  Hold("Cyfarfod", kWelsh);
  EXPECT_THAT(Pass(hours(16)), ElementsAre("moderator-digest to mo@example.org at 09-22T06:13"));
  EXPECT_THAT(last, AllOf(HasSubstr("Negeseuon yn aros am benderfyniad: 2"), HasSubstr("first")));
}

TEST_F(RemindersTest, AModeratorWithoutAnAccountHasADigestInEachLanguage) {
  Hold("first");
  Hold("Cyfarfod", kWelsh);
  is_restless = true;
  house.clock.now += hours(16);
  reminders->SendDue(*house.policy);
  EXPECT_THAT(Sent(), SizeIs(2));
  EXPECT_THAT(texts,
              UnorderedElementsAre(AllOf(HasSubstr("waits for a decision"), Not(HasSubstr("Cyfarfod"))),
                                   AllOf(HasSubstr("yn aros am benderfyniad"), HasSubstr("Cyfarfod"))));
  EXPECT_THAT(Pass(hours(8)), IsEmpty()) << "each once a day";
}

TEST_F(RemindersTest, WelshListsAreWrittenInWelsh) {
  Hold("Cyfarfod", kWelsh);
  Pass(hours(24 * 6 + 1));
  const auto all = house.store->Audit(house.Held()[0].id);
  EXPECT_EQ(all.back().action, "reminded");
  EXPECT_THAT(last, HasSubstr("Mae neges yn dal i aros am benderfyniad"));
  EXPECT_THAT(last, HasSubstr("24 awr ar ôl."));
  EXPECT_THAT(last, HasSubstr("Geiriau plaen"));
  EXPECT_THAT(last, Not(HasSubstr("{{")));
}

}  // namespace
}  // namespace listwarden
