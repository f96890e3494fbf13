// SPDX-License-Identifier: Apache-2.0
#include "milter/session.h"

#include <gmock/gmock.h>

#include "tests/support/house.h"

namespace listwarden {
namespace {

using Final = MilterReply::Final;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

constexpr const char* kOne = "<one@lists.example.org>";
constexpr const char* kTwo = "<two@lists.example.org>";
constexpr const char* kPerson = "<carol@other.example>";

class SessionTest : public testing::Test {
 protected:
  MilterReply Post(MilterSession& session, const std::vector<std::string>& recipients,
                   const std::string& text) {
    session.MailFrom("<dee@example.org>", "");
    for (const std::string& path : recipients) session.Recipient(path);
    if (MilterReply reply = session.Data(); reply.final != Final::kContinue) return reply;
    session.Field("From", " Dee <dee@example.org>", true);
    session.Field("Subject", " A post", true);
    session.Field("Message-ID", " <1@example.org>", true);
    session.Body(text + "\r\n");
    return session.EndOfMessage("QUEUE1");
  }
  MilterReply Post(const std::vector<std::string>& recipients, const std::string& text) {
    MilterSession session(host);
    session.Connect("client[192.0.2.1]", "smtpd");
    return Post(session, recipients, text);
  }
  MilterReply Reinject(const std::string& token, const std::string& text,
                       const std::string& recipient = kOne) {
    MilterSession session(host);
    session.Connect("localhost[127.0.0.1]", "REINJECT");
    session.MailFrom("<dee@example.org>", "");
    session.Recipient(recipient);
    if (MilterReply reply = session.Data(); reply.final != Final::kContinue) return reply;
    if (!token.empty()) session.Field("Listwarden-Release", " " + token, true);
    session.Field("Subject", " A post", true);
    session.Body(text);
    return session.EndOfMessage("QUEUE2");
  }
  std::string Token(const std::string& text, std::chrono::seconds life = std::chrono::minutes(10)) {
    return key().Sign("0011.1", {"one@lists.example.org"}, text, house.clock.now + life);
  }
  const ReleaseKey& key() {
    if (!key_) {
      ReleaseKey::Create(house.folder / "key");
      key_.emplace(house.folder / "key");
    }
    return *key_;
  }

  House house;
  std::optional<ReleaseKey> key_;
  SessionHost host{{}, *house.intake, *house.store, &key(), house.clock, {}, {}, {}, {}, {}, {},
                   {}, house.policy};
};

TEST_F(SessionTest, CleanPostGoesOnUnchanged) {
  const MilterReply reply = Post({kOne}, "Good morning.");
  EXPECT_EQ(reply.final, Final::kContinue);
  EXPECT_THAT(reply.insert_tag, IsEmpty());
  EXPECT_THAT(reply.delete_paths, IsEmpty());
  EXPECT_THAT(reply.delete_fields, IsEmpty());
}

TEST_F(SessionTest, MailToNoListIsAcceptedBeforeItsBodyIsSent) {
  MilterSession session(host);
  session.Connect("client[192.0.2.1]", "smtpd");
  session.MailFrom("<dee@example.org>", "");
  session.Recipient(kPerson);
  EXPECT_EQ(session.Data().final, Final::kAccept);
  EXPECT_EQ(host.messages, 0);
}

TEST_F(SessionTest, ListAfterOtherRecipientsIsJudged) {
  EXPECT_EQ(Post({kPerson, kOne}, "Please holdme.").final, Final::kContinue);
  EXPECT_EQ(house.Held().size(), 1u);
}

TEST_F(SessionTest, PostHeldForAllItsListsIsDiscardedAfterItIsStored) {
  EXPECT_EQ(Post({kOne, kTwo}, "Please holdme.").final, Final::kDiscard);
  const auto held = house.Held();
  ASSERT_EQ(held.size(), 2u);
  EXPECT_NE(held[0].list, held[1].list);
  EXPECT_THAT(house.store->Find(held[0].id)->raw, HasSubstr("Please holdme.\r\n"));
}

TEST_F(SessionTest, HeldListIsTakenOffAsTheMtaSpelledItAndOthersGetTheirMail) {
  const MilterReply reply =
      Post({"<One@Lists.Example.org>", kPerson, "<watch@lists.example.org>"}, "Please holdme.");
  EXPECT_EQ(reply.final, Final::kContinue);
  EXPECT_THAT(reply.delete_paths, ElementsAre("<One@Lists.Example.org>"));
  EXPECT_EQ(house.Held().size(), 1u);
}

TEST_F(SessionTest, EachListIsJudgedByItsOwnPolicy) {
  EXPECT_EQ(Post({"<watch@lists.example.org>"}, "Please holdme.").final, Final::kContinue);
  EXPECT_THAT(house.Held(), IsEmpty());
}

TEST_F(SessionTest, LowConfidenceTags) {
  const MilterReply reply = Post({kOne}, "Please tagme.");
  EXPECT_EQ(reply.final, Final::kContinue);
  EXPECT_EQ(reply.insert_tag, "tag; the post may touch words");
}

class SpellingTest : public SessionTest, public testing::WithParamInterface<const char*> {};

TEST_P(SpellingTest, NoSpellingOfAListGoesRoundThePolicy) {
  EXPECT_EQ(Post({GetParam()}, "Please holdme.").final, Final::kDiscard) << GetParam();
}
INSTANTIATE_TEST_SUITE_P(Paths, SpellingTest,
                         testing::Values("<ONE@lists.example.org>", "one@lists.example.org",
                                         "<\"one\"@lists.example.org>", "<\"o\\ne\"@lists.example.org>",
                                         "<one@lists.example.org.>", "<@relay.example:one@lists.example.org>",
                                         "<one%lists.example.org>", "<one%lists.example.org@mx.example.org>",
                                         "<lists.example.org!one>", "<one+x@lists.example.org>"));

TEST_F(SessionTest, OddPathsAreNoList) {
  for (const char* path :
       {"", "<", "<x", "<>", "<@>", "<:@>", "<@:>", "<\"@>", "<%%%%>", "<!!@!!>", "<.>", "<\"\\\"@\\>"})
    EXPECT_EQ(Post({path}, "Please holdme.").final, Final::kAccept) << path;
}

TEST_F(SessionTest, ForgedOwnFieldsAreRemovedLastFirst) {
  MilterSession session(host);
  session.Connect("client[192.0.2.1]", "smtpd");
  session.MailFrom("<dee@example.org>", "");
  session.Recipient(kOne);
  ASSERT_EQ(session.Data().final, Final::kContinue);
  for (const char* name : {"Listwarden", "Subject", "LISTWARDEN", "Approved ", "X-Approved",
                           "listwarden-release", "Approved\t", " "})
    session.Field(name, " forged", true);
  session.Body("Good morning.\r\n");
  EXPECT_THAT(session.EndOfMessage("Q").delete_fields,
              ElementsAre(Pair("Approved\t", 2), Pair("listwarden-release", 1), Pair("X-Approved", 1),
                          Pair("Approved ", 1), Pair("LISTWARDEN", 2), Pair("Listwarden", 1)));
}

TEST_F(SessionTest, ForgedOwnFieldsAreNotKeptWithHeldMail) {
  MilterSession session(host);
  session.Connect("client[192.0.2.1]", "smtpd");
  session.MailFrom("<dee@example.org>", "");
  session.Recipient(kOne);
  ASSERT_EQ(session.Data().final, Final::kContinue);
  session.Field("Approved", " password", true);
  session.Field("Subject", " holdme", true);
  session.Body("Hello\r\n");
  ASSERT_EQ(session.EndOfMessage("Q").final, Final::kDiscard);
  EXPECT_EQ(house.store->Find(house.Held()[0].id)->raw, "Subject: holdme\r\n\r\nHello\r\n");
}

TEST_F(SessionTest, StoredBytesAreTheMtasToTheLastBlank) {
  MilterSession session(host);
  session.Connect("client[192.0.2.1]", "smtpd");
  session.MailFrom("<dee@example.org>", "");
  session.Recipient(kOne);
  ASSERT_EQ(session.Data().final, Final::kContinue);
  session.Field("Subject", "  holdme \n\tfolded", true);
  session.Field("X-Tight", "no blank", true);
  session.Field("X-Old", "an MTA that takes the blank off", false);
  session.Body("caf\xe9\r\n.\r\n");
  session.Body("no end");
  ASSERT_EQ(session.EndOfMessage("Q").final, Final::kDiscard);
  EXPECT_EQ(house.store->Find(house.Held()[0].id)->raw,
            "Subject:  holdme \r\n\tfolded\r\nX-Tight:no blank\r\nX-Old: an MTA that takes the blank "
            "off\r\n\r\ncaf\xe9\r\n.\r\nno end");
}

TEST_F(SessionTest, RetryOfTheClientIsNoSecondHold) {
  EXPECT_EQ(Post({kOne}, "Please holdme.").final, Final::kDiscard);
  EXPECT_EQ(Post({kOne}, "Please holdme.").final, Final::kDiscard);
  EXPECT_EQ(house.Held().size(), 1u);
}

TEST_F(SessionTest, StoreAwayIsATemporaryFailureAndNothingElse) {
  house.TakeStoreAway();
  const MilterReply reply = Post({kOne, kPerson}, "Please holdme.");
  EXPECT_EQ(reply.final, Final::kTempFail);
  EXPECT_EQ(reply.code, "451");
  EXPECT_THAT(reply.delete_paths, IsEmpty());
  house.BringStoreBack();
  EXPECT_EQ(Post({kOne}, "Please holdme.").final, Final::kDiscard);
}

TEST_F(SessionTest, MailOfAConnectionThatWasLostOnTheWayIsPutOff) {
  MilterSession session(host);  // Connect() ran out of memory
  EXPECT_EQ(Post(session, {kOne}, "A quiet text.").final, Final::kTempFail);
}

TEST_F(SessionTest, AbortedMessageLeavesNoTraceInTheNext) {
  MilterSession session(host);
  session.Connect("client[192.0.2.1]", "smtpd");
  session.MailFrom("<dee@example.org>", "auth");
  session.Recipient(kTwo);
  ASSERT_EQ(session.Data().final, Final::kContinue);
  session.Field("Listwarden", " forged", true);
  session.Body("Please holdme.");
  session.Abort();
  EXPECT_EQ(host.messages, 0);
  EXPECT_EQ(host.bytes, 0u);
  const MilterReply reply = Post(session, {kOne}, "Good morning.");
  EXPECT_EQ(reply.final, Final::kContinue);
  EXPECT_THAT(reply.delete_fields, IsEmpty());
  EXPECT_THAT(house.Held(), IsEmpty());
}

TEST_F(SessionTest, MessageWhoseDataIsToldTwiceIsInFlightOnce) {
  {
    MilterSession session(host);
    session.Connect("client[192.0.2.1]", "smtpd");
    session.MailFrom("<dee@example.org>", "");
    session.Recipient(kOne);
    session.Data();
    session.Data();
  }
  EXPECT_EQ(host.messages, 0);
}

TEST_F(SessionTest, SeveralMessagesOfAConnectionAreJudgedEachAlone) {
  MilterSession session(host);
  session.Connect("client[192.0.2.1]", "smtpd");
  EXPECT_EQ(Post(session, {kOne}, "Please holdme.").final, Final::kDiscard);
  EXPECT_EQ(Post(session, {kOne}, "Good morning.").final, Final::kContinue);
  EXPECT_THAT(Post(session, {kOne}, "Please tagme.").insert_tag, HasSubstr("words"));
  EXPECT_EQ(Post(session, {kPerson}, "Please holdme.").final, Final::kAccept);
}

TEST_F(SessionTest, MessageKeepsThePolicyItBeganWith) {
  MilterSession session(host);
  session.Connect("client[192.0.2.1]", "smtpd");
  session.MailFrom("<dee@example.org>", "");
  session.Recipient(kOne);
  ASSERT_EQ(session.Data().final, Final::kContinue);
  host.policy = nullptr;
  session.Body("Please holdme.");
  EXPECT_EQ(session.EndOfMessage("Q").final, Final::kDiscard);
}

TEST_F(SessionTest, DrainingPutsNewMailOffAndLetsBegunMailEnd) {
  MilterSession begun(host);
  begun.Connect("client[192.0.2.1]", "smtpd");
  begun.MailFrom("<dee@example.org>", "");
  begun.Recipient(kOne);
  ASSERT_EQ(begun.Data().final, Final::kContinue);
  host.is_draining = true;
  const MilterReply reply = Post({kOne}, "Good morning.");
  EXPECT_EQ(reply.final, Final::kTempFail);
  EXPECT_EQ(reply.enhanced, "4.3.2");
  EXPECT_EQ(Post({kPerson}, "Good morning.").final, Final::kTempFail);
  EXPECT_EQ(host.messages, 1);
  begun.Body("Please holdme.");
  EXPECT_EQ(begun.EndOfMessage("Q").final, Final::kDiscard);
  EXPECT_EQ(host.messages, 0);
}

TEST_F(SessionTest, IdleSenderDoesNotDelayAStop) {
  MilterSession session(host);
  session.Connect("client[192.0.2.1]", "smtpd");
  session.MailFrom("<dee@example.org>", "");
  session.Recipient(kOne);
  EXPECT_EQ(host.messages, 0);
}

TEST_F(SessionTest, TooManyConnectionsPutMailOff) {
  host.settings.max_connections = 1;
  MilterSession first(host);
  first.Connect("client[192.0.2.1]", "smtpd");
  EXPECT_EQ(Post(first, {kOne}, "Good morning.").final, Final::kContinue);
  EXPECT_EQ(Post({kOne}, "Good morning.").final, Final::kTempFail);
  EXPECT_EQ(Post({kPerson}, "Mail to no list needs nothing of us.").final, Final::kAccept);
}

TEST_F(SessionTest, TooManyBytesInFlightPutTheMailOffAndFreeThem) {
  host.settings.bytes_in_flight = 1000;
  EXPECT_EQ(Post({kOne}, std::string(2000, 'x')).final, Final::kTempFail);
  EXPECT_EQ(host.bytes, 0u);
  EXPECT_EQ(Post({kOne}, "Good morning.").final, Final::kContinue);
}

TEST_F(SessionTest, LostPieceIsATemporaryFailureAtTheEnd) {
  MilterSession session(host);
  session.Connect("client[192.0.2.1]", "smtpd");
  session.MailFrom("<dee@example.org>", "");
  session.Recipient(kOne);
  ASSERT_EQ(session.Data().final, Final::kContinue);
  session.Body("Please hold");
  session.Spoil();
  session.Body("me.");
  EXPECT_EQ(session.EndOfMessage("Q").final, Final::kTempFail);
  EXPECT_EQ(Post(session, {kOne}, "Good morning.").final, Final::kContinue);
}

TEST_F(SessionTest, EventsOutOfOrderAreTemporaryFailures) {
  MilterSession session(host);
  session.Connect("client[192.0.2.1]", "smtpd");
  EXPECT_EQ(session.Data().final, Final::kTempFail);
  session.Field("Subject", " x", true);
  session.Body("x");
  EXPECT_EQ(session.EndOfMessage("Q").final, Final::kTempFail);
  EXPECT_EQ(host.bytes, 0u);
}

TEST_F(SessionTest, ReleasedMailPassesOnceUnjudged) {
  const std::string token = Token("Please holdme.\r\n");
  const MilterReply reply = Reinject(token, "Please holdme.\r\n");
  EXPECT_EQ(reply.final, Final::kContinue);
  EXPECT_THAT(reply.delete_fields, ElementsAre(Pair("Listwarden-Release", 1)));
  EXPECT_EQ(Reinject(token, "Please holdme.\r\n").final, Final::kTempFail) << "a token is for one use";
  EXPECT_THAT(house.Held(), IsEmpty());
}

TEST_F(SessionTest, ReinjectionListenerRefusesAllElse) {
  const std::string body = "Please holdme.\r\n", token = Token(body);
  std::string forged = token;
  forged.back() = forged.back() == '0' ? '1' : '0';
  for (const MilterReply& reply :
       {Reinject("", body), Reinject(forged, body), Reinject(token, "Other words.\r\n"),
        Reinject(token, body, kTwo), Reinject(token, body, kPerson),
        Reinject(Token(body, std::chrono::seconds(-1)), body)}) {
    EXPECT_EQ(reply.final, Final::kReject);
    EXPECT_EQ(reply.code, "550");
  }
  host.key = nullptr;
  EXPECT_EQ(Reinject(token, body).final, Final::kReject) << "nothing is released without a key";
  host.key = &key();
  EXPECT_EQ(Reinject(token, body).final, Final::kContinue) << "the refusals did not use it up";
}

TEST_F(SessionTest, TwoTokensAreRefused) {
  MilterSession session(host);
  session.Connect("localhost[127.0.0.1]", "REINJECT");
  session.MailFrom("<dee@example.org>", "");
  session.Recipient(kOne);
  ASSERT_EQ(session.Data().final, Final::kContinue);
  for (int i = 0; i < 2; ++i) session.Field("Listwarden-Release", " " + Token("x"), true);
  session.Body("x");
  EXPECT_EQ(session.EndOfMessage("Q").final, Final::kReject);
}

TEST_F(SessionTest, TokenIsWorthNothingElsewhere) {
  MilterSession session(host);
  session.Connect("localhost[127.0.0.1]", "smtpd");
  session.MailFrom("<dee@example.org>", "");
  session.Recipient(kOne);
  ASSERT_EQ(session.Data().final, Final::kContinue);
  session.Field("Listwarden-Release", " " + Token("Please holdme.\r\n"), true);
  session.Body("Please holdme.\r\n");
  EXPECT_EQ(session.EndOfMessage("Q").final, Final::kDiscard);
  EXPECT_EQ(house.Held().size(), 1u);
}

TEST(ReplyTable, AnswersEveryOutcome) {
  const auto reply = [](Outcome::Kind kind) {
    return ReplyFor({kind, {"one@lists.example.org"}, "tag; words", "later"});
  };
  EXPECT_EQ(reply(Outcome::Kind::kPass).final, Final::kContinue);
  EXPECT_THAT(reply(Outcome::Kind::kPass).insert_tag, IsEmpty());
  EXPECT_EQ(reply(Outcome::Kind::kTag).final, Final::kContinue);
  EXPECT_EQ(reply(Outcome::Kind::kTag).insert_tag, "tag; words");
  EXPECT_EQ(reply(Outcome::Kind::kHeldAll).final, Final::kDiscard);
  EXPECT_EQ(reply(Outcome::Kind::kHeldSome).final, Final::kContinue);
  EXPECT_THAT(reply(Outcome::Kind::kHeldSome).delete_paths, ElementsAre("one@lists.example.org"));
  EXPECT_EQ(reply(Outcome::Kind::kHeldSome).insert_tag, "tag; words");
  EXPECT_EQ(reply(Outcome::Kind::kDefer).final, Final::kTempFail);
  EXPECT_EQ(reply(Outcome::Kind::kDefer).text, "later");
  EXPECT_EQ(reply(Outcome::Kind::kRefuse).final, Final::kReject);
  EXPECT_EQ(reply(Outcome::Kind::kRefuse).code, "550");
  EXPECT_EQ(reply(static_cast<Outcome::Kind>(99)).final, Final::kTempFail) << "anything unforeseen";
}

}  // namespace
}  // namespace listwarden
