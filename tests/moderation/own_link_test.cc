// The link by which posters see their own held post.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "hold/identity.h"
#include "message/message_builder.h"
#include "tests/support/house.h"

namespace listwarden {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class OwnLinkTest : public testing::Test {
 protected:
  OwnLinkTest() {
    house.notices = std::make_shared<Notices>(NoticeSettings{
        std::filesystem::path(SOURCE_DIR) / "etc/notices", "Listwarden <listwarden@lists.example.org>",
        "mx.example.org", "mx.example.org", "https://desk.example"});
    message = ReadMessage("From: dee@example.org\r\nSubject: A post\r\n\r\nholdme\r\n");
    message.envelope.reverse_path = "dee@example.org";
  }

  Letters ForHold(PosterLetter poster) {
    const ListPolicy& list = *house.policy->FindList("one@lists.example.org");
    return house.notices->ForHold(message, house.policy->Judge(message, list), list, *house.policy,
                                  house.clock.now, house.clock.now + std::chrono::hours(168), poster);
  }
  static std::string Read(const OutboxRow& row) {
    std::string text;
    for (const Segment& segment : ReadMessage(row.content).segments) text += segment.text.original();
    return text;
  }
  // The secret of the first link of that letter; empty when there is none.
  static std::string SecretIn(const OutboxRow& row) {
    const std::string text = Read(row), mark = "https://desk.example/link/";
    const auto at = text.find(mark);
    return at == std::string::npos ? "" : text.substr(at + mark.size(), 64);
  }

  House house;
  Message message;
};

TEST_F(OwnLinkTest, OnlyThePostersLetterCarriesItAndTheStoreGetsItsHash) {
  const Letters letters = ForHold(PosterLetter::kFull);
  ASSERT_THAT(letters.rows, SizeIs(2));
  const std::string secret = SecretIn(letters.rows[0]);
  EXPECT_EQ(secret.find_first_not_of("0123456789abcdef"), std::string::npos);
  ASSERT_THAT(letters.links, SizeIs(1));
  EXPECT_EQ(letters.links[0].hash, Sha256Hex(secret));
  EXPECT_EQ(letters.links[0].purpose, "author");
  EXPECT_EQ(letters.links[0].actor, "dee@example.org");
  EXPECT_GT(letters.links[0].expires, house.clock.now + std::chrono::days(7)) << "to read the outcome";
  EXPECT_THAT(Read(letters.rows[1]), Not(HasSubstr("/link/"))) << "not the moderator's to use";
  EXPECT_NE(SecretIn(ForHold(PosterLetter::kFull).rows[0]), secret) << "never the same twice";
}

TEST_F(OwnLinkTest, NobodyGetsOneWhenNobodyVouchesForThePoster) {
  EXPECT_THAT(ForHold(PosterLetter::kNone).links, IsEmpty());
  EXPECT_THAT(ForHold(PosterLetter::kLimit).links, IsEmpty());
}

TEST_F(OwnLinkTest, ARejectionCarriesANewOneForTheAppealAlsoInAChangedLetter) {
  HeldSummary held;
  held.id = "0123456789abcdef";
  held.list = "one@lists.example.org";
  held.reverse_path = "dee@example.org";
  held.forward_paths = {held.list};
  held.language = "en";
  held.may_answer = true;
  for (const char* changed : {"", "My own words.\n{link}\n"}) {
    const Letters letters = house.notices->ForOutcome(held, "rejected", "No.", house.clock.now, changed);
    ASSERT_THAT(letters.links, SizeIs(1));
    EXPECT_EQ(letters.links[0].hash, Sha256Hex(SecretIn(letters.rows[0])));
  }
  EXPECT_THAT(house.notices->ForOutcome(held, "rejected", "No.", house.clock.now, "No link.").links,
              IsEmpty());
  EXPECT_THAT(house.notices->OutcomeText(held, "rejected", "No."), HasSubstr("{link}"))
      << "no secret in what moderators see";
}

TEST_F(OwnLinkTest, IsStoredWithTheHold) {
  house.intake->SetNotices(house.notices);
  message.envelope = {"dee@example.org", {"one@lists.example.org"}, "Q1", "dee@example.org", ""};
  house.intake->Receive(*house.policy, message);
  const auto held = house.Held();
  ASSERT_THAT(held, SizeIs(1));
  const auto link = house.store->FindLink(Sha256Hex(SecretIn(house.Outbox()[0])));
  ASSERT_TRUE(link);
  EXPECT_EQ(link->held_id, held[0].id);
}

}  // namespace
}  // namespace listwarden
