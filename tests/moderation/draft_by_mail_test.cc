// A draft mailed to LIST-check@ is answered, and goes nowhere.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "message/message_builder.h"
#include "tests/support/house.h"

namespace listwarden {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class DraftByMailTest : public testing::Test {
 protected:
  Outcome Send(const std::string& text, std::vector<std::string> to,
               const std::string& login = "dee@example.org") {
    Message message = ReadMessage("From: dee@example.org\r\nSubject: A draft\r\nMessage-ID: <" +
                                  std::to_string(++count) + "@example.org>\r\n\r\n" + text + "\r\n");
    message.envelope = {"dee@example.org", std::move(to), "Q" + std::to_string(count), login, "x[192.0.2.1]"};
    return house.intake->Receive(*house.policy, message);
  }

  House house;
  int count = 0;
};

TEST_F(DraftByMailTest, IsAnsweredWithWhatWasFoundAndKeptNowhere) {
  EXPECT_TRUE(house.intake->IsOurs(*house.policy, "one-check@lists.example.org"));
  EXPECT_EQ(Send("Please holdme.", {"One-Check@lists.example.org"}).kind, Outcome::Kind::kHeldAll);
  EXPECT_THAT(house.Held(), IsEmpty());
  const auto rows = house.Outbox();
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_THAT(rows[0].forward_paths, ElementsAre("dee@example.org"));
  EXPECT_THAT(rows[0].content, HasSubstr("it would wait for a moderator."));
  EXPECT_THAT(rows[0].content, HasSubstr("The text says holdme."));
  EXPECT_THAT(rows[0].content, Not(HasSubstr("{id}")));
}

TEST_F(DraftByMailTest, IsToldWhenNothingWasFound) {
  EXPECT_EQ(Send("Please.", {"one-check@lists.example.org"}).kind, Outcome::Kind::kHeldAll);
  EXPECT_THAT(house.Outbox().at(0).content, HasSubstr("Nothing was found"));
}

TEST_F(DraftByMailTest, IsRefusedWithoutALetterWhenNobodyVouchesForTheSender) {
  EXPECT_EQ(Send("Please holdme.", {"one-check@lists.example.org"}, "").kind, Outcome::Kind::kRefuse);
  EXPECT_THAT(house.Outbox(), IsEmpty());
}

TEST_F(DraftByMailTest, IsRefusedAfterTwentyOfADay) {
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(Send("Please.", {"one-check@lists.example.org"}).kind, Outcome::Kind::kHeldAll) << i;
  EXPECT_EQ(Send("Please.", {"one-check@lists.example.org"}).kind, Outcome::Kind::kRefuse);
  house.clock.now += std::chrono::hours(24);
  EXPECT_EQ(Send("Please.", {"one-check@lists.example.org"}).kind, Outcome::Kind::kHeldAll);
}

TEST_F(DraftByMailTest, IsNotRefusedWhenOneOfTwoListsHasAnswered) {
  for (int i = 0; i < 20; ++i) Send("Please.", {"one-check@lists.example.org"});
  house.Outbox();
  EXPECT_EQ(Send("Please.", {"two-check@lists.example.org", "one-check@lists.example.org"}).kind,
            Outcome::Kind::kHeldAll);
  EXPECT_THAT(house.Outbox(), SizeIs(1));
}

TEST_F(DraftByMailTest, LeavesTheOtherRecipientsTheirMail) {
  const Outcome outcome = Send("Please.", {"one-check@lists.example.org", "pal@example.org"});
  EXPECT_EQ(outcome.kind, Outcome::Kind::kHeldSome);
  EXPECT_THAT(outcome.held_paths, ElementsAre("one-check@lists.example.org"));
}

TEST_F(DraftByMailTest, RefusedIsTakenOffWhereARefusalWouldStopTheMailOfOthers) {
  const Outcome outcome = Send("Please.", {"one-check@lists.example.org", "pal@example.org"}, "");
  EXPECT_EQ(outcome.kind, Outcome::Kind::kHeldSome);
  EXPECT_THAT(outcome.held_paths, ElementsAre("one-check@lists.example.org"));
  EXPECT_THAT(house.Outbox(), IsEmpty());
}

TEST_F(DraftByMailTest, IsNoWayRoundAListOfThatNameOrOneThatChecksNone) {
  WriteFile(house.folder / "lists.d/named.toml",
            "address = \"one-check@lists.example.org\"\nname = \"N\"\npurpose = \"p\"\naudience = \"a\"\n"
            "responsible = \"office@example.org\"\nmode = \"enforce\"\ndraft-check = \"off\"\n");
  house.Load();
  EXPECT_EQ(Send("Please holdme.", {"one-check@lists.example.org"}).kind, Outcome::Kind::kHeldAll);
  EXPECT_THAT(house.Held(), SizeIs(1)) << "held as any post to a list";
  EXPECT_FALSE(house.intake->IsOurs(*house.policy, "one-check-check@lists.example.org"));
  EXPECT_FALSE(house.intake->IsOurs(*house.policy, "none-check@lists.example.org"));
  EXPECT_FALSE(house.intake->IsOurs(*house.policy, "-check@lists.example.org"));
}

}  // namespace
}  // namespace listwarden
