// Against an SMTP server of a script: what is taken, put off, refused, and what goes over the wire.
// SPDX-License-Identifier: Apache-2.0
#include "moderation/outbox_worker.h"

#include <gmock/gmock.h>

#include "tests/moderation/failing_poll.h"
#include "tests/moderation/smtp_sink.h"
#include "tests/support/house.h"

namespace listwarden {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

class OutboxWorkerTest : public testing::Test {
 protected:
  OutboxWorkerTest() {
    ReleaseKey::Create(house.folder / "key");
    key.emplace(house.folder / "key");
    OutboxSettings settings;
    settings.reinject_port = settings.letter_port = sink.port();
    worker.emplace(*house.store, *key, settings, house.clock);
    settings.send_limit = std::chrono::milliseconds(200);
    hasty.emplace(*house.store, *key, settings, house.clock);
  }
  // A held message with these bytes; approved when `is_approved`, so that its release waits to be sent.
  std::string Hold(const std::string& raw, const std::vector<OutboxRow>& letters = {}) {
    NewHold hold;
    hold.dedupe_key = "key" + std::to_string(++count);
    hold.list = "one@lists.example.org";
    hold.reverse_path = "dee@example.org";
    hold.forward_paths = {"one@lists.example.org"};
    hold.from = "dee" + std::to_string(count) + "@example.org";
    hold.raw = raw;
    hold.verdict_json = "{}";
    hold.language = "en";
    hold.expires = house.clock.now + std::chrono::hours(100);
    hold.letters = letters;
    return house.store->Hold(hold).id;
  }
  std::string Approved(const std::string& raw) {
    const std::string id = Hold(raw);
    Decision decision;
    decision.held_id = id;
    decision.revision = house.store->Find(id)->revision;
    decision.to = HoldState::kApproved;
    decision.actor = "ann";
    OutboxRow row;
    row.key = "release:" + id;
    row.kind = OutboxKind::kRelease;
    row.reverse_path = "dee@example.org";
    row.forward_paths = {"one@lists.example.org"};
    decision.outbox = {row};
    EXPECT_EQ(house.store->Decide(decision), DecisionResult::kDone);
    return id;
  }
  std::ptrdiff_t FlagsOf(const std::string& id) {
    const auto rows = house.store->Audit(id);
    return std::count_if(rows.begin(), rows.end(),
                         [](const AuditRow& row) { return row.action == "possible-duplicate"; });
  }
  // Turns until the release is through, the answers being those of the script at first, and then yes.
  void SendAfter(const std::string& command, const std::string& answer) {
    sink.Answer(command, answer);
    EXPECT_TRUE((answer == "late" ? hasty : worker)->Turn());
    sink.AnswerAll();
    house.clock.now += std::chrono::minutes(1);
    EXPECT_TRUE(worker->Turn());
    EXPECT_FALSE(worker->Turn());
  }
  // Turns every five minutes until the sender gives up.
  std::chrono::seconds TimeUntilFailed(const std::string& id) {
    const Time begin = house.clock.now;
    while (StateOf(id) != HoldState::kFailed && house.clock.now - begin < std::chrono::hours(24 * 5)) {
      worker->Turn();
      house.clock.now += std::chrono::minutes(5);
    }
    EXPECT_EQ(StateOf(id), HoldState::kFailed);
    return house.clock.now - begin;
  }
  HoldState StateOf(const std::string& id) { return house.store->Find(id)->state; }
  OutboxRow Letter(const std::string& content, const std::string& to = "dee@example.org") {
    OutboxRow row;
    row.key = "poster-held:{id}:" + to;
    row.forward_paths = {to};
    row.content = content;
    return row;
  }
  // The wire text after our token's line.
  static std::string AfterToken(const std::string& wire) { return wire.substr(wire.find("\r\n") + 2); }

  House house;
  SmtpSink sink;
  std::optional<ReleaseKey> key;
  std::optional<OutboxWorker> worker, hasty;
  int count = 0;
};

TEST_F(OutboxWorkerTest, NothingDueIsNothingDone) { EXPECT_FALSE(worker->Turn()); }

TEST_F(OutboxWorkerTest, ReleasesWithATokenThatFitsTheMail) {
  const std::string id = Approved("Subject: x\r\n\r\nHello\r\n");
  EXPECT_TRUE(worker->Turn());
  ASSERT_THAT(sink.Mails(), SizeIs(1));
  const SmtpSink::Mail mail = sink.Mails()[0];
  EXPECT_EQ(mail.from, "dee@example.org");
  EXPECT_THAT(mail.to, ElementsAre("one@lists.example.org"));
  EXPECT_EQ(AfterToken(mail.wire), "Subject: x\r\n\r\nHello\r\n");
  ASSERT_THAT(mail.wire, StartsWith("Listwarden-Release: v1; id=" + id));
  const std::string token = mail.wire.substr(20, mail.wire.find("\r\n") - 20);
  EXPECT_TRUE(key->Verify(token, mail.to, "Hello\r\n", house.clock.now));
  EXPECT_EQ(StateOf(id), HoldState::kReleased);
  EXPECT_FALSE(worker->Turn());
}

TEST_F(OutboxWorkerTest, LettersGoFromTheNullSender) {
  Hold("Subject: x\r\n\r\n", {Letter("Subject: y\r\n\r\nHello {ref}\r\n")});
  EXPECT_TRUE(worker->Turn());
  ASSERT_THAT(sink.Mails(), SizeIs(1));
  EXPECT_EQ(sink.Mails()[0].from, "");
  EXPECT_THAT(sink.Mails()[0].wire, testing::Not(HasSubstr("{ref}")));
}

TEST_F(OutboxWorkerTest, DotsAreDoubledAndStrayLineEndsMadeWhole) {
  Approved("Subject: x\r\n\r\n.\r\n..a\r\nb\r.\rc\n.\nd\r\r\n.e");
  EXPECT_TRUE(worker->Turn());
  ASSERT_THAT(sink.Mails(), SizeIs(1)) << "nothing in the text ended the mail for a strict server";
  EXPECT_EQ(AfterToken(sink.Mails()[0].wire),
            "Subject: x\r\n\r\n..\r\n...a\r\nb\r\n..\r\nc\r\n..\r\nd\r\n\r\n..e\r\n");
}

TEST_F(OutboxWorkerTest, LeadingDotOfTheWholeIsDoubled) {
  Hold("Subject: x\r\n\r\n", {Letter(".odd\r\n.\r\nend\r\n")});
  EXPECT_TRUE(worker->Turn());
  EXPECT_EQ(sink.Mails()[0].wire, "..odd\r\n..\r\nend\r\n");
}

TEST_F(OutboxWorkerTest, EightBitAndLongLinesGoAsTheyAre) {
  const std::string body = "caf\xe9 \xff\x80\r\n" + std::string(5000, 'x') + "\r\n";
  Approved("Subject: x\r\n\r\n" + body);
  EXPECT_TRUE(worker->Turn());
  EXPECT_EQ(AfterToken(sink.Mails()[0].wire), "Subject: x\r\n\r\n" + body);
}

TEST_F(OutboxWorkerTest, TemporaryRefusalIsTriedAgainLaterAndLater) {
  const std::string id = Approved("Subject: x\r\n\r\nHello\r\n");
  sink.Answer(".", "451 not now");
  std::vector<long> minutes;
  for (int attempt = 0; attempt < 6; ++attempt) {
    const Time before = house.clock.now;
    while (!worker->Turn()) house.clock.now += std::chrono::seconds(30);
    if (attempt > 0) minutes.push_back((house.clock.now - before).count() / 60);
    EXPECT_FALSE(worker->Turn()) << "not at once";
    EXPECT_EQ(StateOf(id), HoldState::kApproved);
  }
  EXPECT_THAT(minutes, ElementsAre(1, 5, 15, 60, 120));
  sink.AnswerAll();
  house.clock.now += std::chrono::hours(4);
  EXPECT_TRUE(worker->Turn());
  EXPECT_EQ(StateOf(id), HoldState::kReleased);
}

TEST_F(OutboxWorkerTest, GivesUpAfterTwoDaysAndSaysSo) {
  const std::string id = Approved("Subject: x\r\n\r\nHello\r\n");
  sink.Answer("MAIL", "451 never");
  EXPECT_GT(TimeUntilFailed(id), std::chrono::hours(48));
}

TEST_F(OutboxWorkerTest, PermanentRefusalFailsVisibly) {
  for (const char* command : {"MAIL", "RCPT", "DATA", "."}) {
    sink.AnswerAll();
    sink.Answer(command, "550 5.7.1 no");
    const std::string id = Approved("Subject: x\r\n\r\nHello\r\n");
    EXPECT_TRUE(worker->Turn());
    EXPECT_EQ(StateOf(id), HoldState::kFailed) << command;
    EXPECT_FALSE(worker->Turn());
  }
}

TEST_F(OutboxWorkerTest, LostAnswerSendsAgainWithANewToken) {
  const std::string id = Approved("Subject: x\r\n\r\nHello\r\n");
  sink.Answer(".", "");
  EXPECT_TRUE(worker->Turn());
  EXPECT_EQ(StateOf(id), HoldState::kApproved);
  sink.AnswerAll();
  house.clock.now += std::chrono::minutes(1);
  EXPECT_TRUE(worker->Turn());
  EXPECT_EQ(StateOf(id), HoldState::kReleased);
  ASSERT_THAT(sink.Mails(), SizeIs(2));
  EXPECT_NE(sink.Mails()[0].wire, sink.Mails()[1].wire);
}

TEST_F(OutboxWorkerTest, NoAnswerToTheFinalDotFlagsTheSecondSending) {
  for (const char* answer : {"", "reset", "late"}) {
    const std::string id = Approved("Subject: x\r\n\r\nHello\r\n");
    const std::size_t before = sink.Mails().size();
    SendAfter(".", answer);
    EXPECT_EQ(StateOf(id), HoldState::kReleased) << answer;
    EXPECT_EQ(sink.Mails().size() - before, 2u) << answer;
    EXPECT_EQ(FlagsOf(id), 1) << answer;
    EXPECT_THAT(house.store->Audit(id)[2].details, StartsWith("no answer after the final dot: ")) << answer;
  }
}

TEST_F(OutboxWorkerTest, AnAnswerOrAnEarlierEndIsNoDoubt) {
  const std::pair<const char*, const char*> ends[] = {{".", "421 4.3.2 shutting down"},
                                                      {".", "451 not now"},
                                                      {"DATA", ""},
                                                      {"RCPT", "450 busy"},
                                                      {"MAIL", "reset"},
                                                      {"DATA", "421 bye"},
                                                      {"RCPT", "late"}};
  for (const auto& [command, answer] : ends) {
    const std::string id = Approved("Subject: x\r\n\r\nHello\r\n");
    SendAfter(command, answer);
    EXPECT_EQ(StateOf(id), HoldState::kReleased) << command << answer;
    EXPECT_EQ(FlagsOf(id), 0) << command << answer;
  }
}

TEST_F(OutboxWorkerTest, ACutInMidTextIsNoDoubt) {
  std::string lines = "Subject: x\r\n\r\n";
  while (lines.size() < 8'000'000) lines += "This is more than any buffer on the way takes.\r\n";
  const std::string id = Approved(lines);
  SendAfter("TEXT", "reset");
  EXPECT_EQ(StateOf(id), HoldState::kReleased);
  EXPECT_EQ(FlagsOf(id), 0);
}

TEST_F(OutboxWorkerTest, APollThatFailsSendsNoPartOfAMail) {
  std::string lines = "Subject: x\r\n\r\n";
  while (lines.size() < 500'000) lines += "More than is written between two polls.\r\n";
  int failed = 0;
  for (int call = 0; call < 40; ++call) {
    const std::string id = Approved(lines);
    FailPollAfter(call);
    EXPECT_TRUE(worker->Turn());
    FailPollAfter(-1);
    failed += StateOf(id) == HoldState::kReleased ? 0 : 1;
    house.clock.now += std::chrono::minutes(1);
    worker->Turn();
    EXPECT_EQ(StateOf(id), HoldState::kReleased) << call;
  }
  EXPECT_GE(failed, 5);  // how many hangs on the machine
  for (const SmtpSink::Mail& mail : sink.Mails()) EXPECT_EQ(AfterToken(mail.wire).size(), lines.size());
}

TEST_F(OutboxWorkerTest, ASenderThatDiesLeavesADoubt) {
  const std::string id = Approved("Subject: x\r\n\r\nHello\r\n");
  ASSERT_TRUE(house.store->LeaseNext(std::chrono::seconds(300)));
  house.clock.now += std::chrono::seconds(301);
  EXPECT_TRUE(worker->Turn());
  EXPECT_EQ(StateOf(id), HoldState::kReleased);
  EXPECT_EQ(FlagsOf(id), 1);
}

TEST_F(OutboxWorkerTest, DoubtEndsAfterTwoDaysTooAndIsFlaggedToTheLast) {
  const std::string id = Approved("Subject: x\r\n\r\nHello\r\n");
  sink.Answer(".", "");
  EXPECT_GT(TimeUntilFailed(id), std::chrono::hours(48));
  EXPECT_EQ(sink.Mails().size(), 20u);
  EXPECT_EQ(FlagsOf(id), 20);
  EXPECT_THAT(house.store->Audit(id).back().details, HasSubstr("no answer after the final dot"));
}

TEST_F(OutboxWorkerTest, FiveHundredBadEndsLoseNothingAndFlagEachSendingAfterADoubt) {
  const std::string refused = "421 4.3.2 shutting down";
  const std::string answers[] = {"", "reset", refused, "", "reset", refused, "", "reset", refused, "late"};
  std::size_t doubts = 0;
  for (int run = 0; run < 500; ++run) {
    const std::string& answer = answers[run % 10];
    const std::string id = Approved("Subject: x\r\n\r\nHello\r\n");
    SendAfter(".", answer);
    ASSERT_EQ(StateOf(id), HoldState::kReleased) << "run " << run;
    ASSERT_EQ(FlagsOf(id), answer == refused ? 0 : 1) << "run " << run;
    doubts += static_cast<std::size_t>(FlagsOf(id));
  }
  EXPECT_EQ(doubts, 350u);
  EXPECT_EQ(sink.Mails().size(), 1000u) << "the sink keeps what it refuses, too";
}

TEST_F(OutboxWorkerTest, ServerThatIsAwayIsATemporaryFailure) {
  const std::string id = Approved("Subject: x\r\n\r\nHello\r\n");
  OutboxSettings nowhere;
  nowhere.reinject_port = 1;
  OutboxWorker lonely(*house.store, *key, nowhere, house.clock);
  EXPECT_TRUE(lonely.Turn());
  EXPECT_EQ(StateOf(id), HoldState::kApproved);
}

TEST_F(OutboxWorkerTest, AddressThatSmtpCannotCarryIsNotSent) {
  Hold("Subject: x\r\n\r\n", {Letter("Subject: y\r\n\r\n", "a@example.org>\r\nRCPT TO:<b@example.org")});
  EXPECT_TRUE(worker->Turn());
  EXPECT_THAT(sink.Mails(), SizeIs(0));
  EXPECT_FALSE(worker->Turn());
}

TEST_F(OutboxWorkerTest, LeaseKeepsASecondWorkerAway) {
  Approved("Subject: x\r\n\r\nHello\r\n");
  ASSERT_TRUE(house.store->LeaseNext(std::chrono::seconds(300)));
  EXPECT_FALSE(worker->Turn());
  house.clock.now += std::chrono::seconds(301);
  EXPECT_TRUE(worker->Turn()) << "the first one died: its lease ends";
}

}  // namespace
}  // namespace listwarden
