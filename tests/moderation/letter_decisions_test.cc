// A moderator answers a letter: through Intake, as the milter hands it over.
// SPDX-License-Identifier: Apache-2.0
#include "moderation/letter_decisions.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <thread>

#include "hold/identity.h"
#include "moderation/moderation_service.h"
#include "tests/support/house.h"

namespace listwarden {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Kind = Outcome::Kind;

constexpr const char* kOne = "one@lists.example.org";  // moderated by mo, who may release by letter
constexpr const char* kTwo = "two@lists.example.org";  // by ann and bob, who may not

struct Reply {
  std::string text;
  std::string login{};  // SASL
  std::string from = "mo@example.org";
  std::string reverse_path = "mo@example.org";
  std::string message_id = "<answer-1@example.org>";
  std::vector<std::pair<std::string, std::string>> fields{};  // above all others
  std::vector<std::string> more_paths{};
};

std::string OnOneLine(const std::string& text) {
  std::istringstream words(text);
  std::string line;
  for (std::string word; words >> word;) line += (line.empty() ? "" : " ") + word;
  return line;
}

class LetterDecisionsTest : public testing::Test {
 protected:
  LetterDecisionsTest() {
    WriteFile(house.folder / "lists.d/one.toml",
              "address = \"one@lists.example.org\"\nname = \"One\"\npurpose = \"p\"\naudience = \"a\"\n"
              "responsible = \"office@example.org\"\nmoderators = [\"Mo <Mo@example.org>\"]\n"
              "mode = \"enforce\"\nrelease-by-letter = true\n");
    std::vector<std::unique_ptr<Filter>> filters;
    filters.push_back(std::make_unique<WordFilter>());
    house.policy = Policy::Load(house.folder, "small", std::move(filters), "mx.example.org");
    NoticeSettings settings{std::filesystem::path(SOURCE_DIR) / "etc/notices",
                            "Listwarden <listwarden@lists.example.org>", "mx.example.org", "mx.example.org"};
    settings.desk_url = "https://desk.example.org";
    settings.decide_address = "decide@lists.example.org";
    house.notices = std::make_shared<Notices>(settings);
    house.intake->SetNotices(house.notices);
  }

  // A held post; `addresses` is where each moderator's letter is to be answered to.
  std::string Hold(const char* list = kOne, const std::string& subject = "A post") {
    MessageBuilder builder;
    Envelope envelope;
    envelope.reverse_path = "dee@example.org";
    envelope.forward_paths = {list};
    envelope.authenticated = "dee@example.org";
    builder.SetEnvelope(envelope);
    builder.AddField("From", " Dee <dee@example.org>");
    builder.AddField("Subject", " " + subject);
    builder.AddField("Message-ID", " <" + subject + "@example.org>");
    builder.AddBody("Please holdme.\r\n");
    EXPECT_EQ(house.intake->Receive(*house.policy, builder.Finish()).kind, Kind::kHeldAll);
    addresses.clear();
    constexpr std::string_view kReplyTo = "\r\nReply-To: ";
    for (const OutboxRow& row : house.Outbox()) {
      const auto at = row.content.find(kReplyTo);
      if (at == std::string::npos) continue;
      const std::string rest = row.content.substr(at + kReplyTo.size());
      addresses[row.forward_paths.at(0)] = rest.substr(0, rest.find("\r\n"));
    }
    QueueQuery newest;
    newest.order = QueueOrder::kNewest;
    newest.states = {};
    return house.store->Queue(newest).rows.at(0).held.id;
  }
  Outcome Send(const Reply& reply, const std::string& address) {
    MessageBuilder builder;
    Envelope envelope;
    envelope.reverse_path = reply.reverse_path;
    envelope.forward_paths = {address};
    for (const std::string& path : reply.more_paths) envelope.forward_paths.push_back(path);
    envelope.authenticated = reply.login;
    envelope.client = "mail.example.org[192.0.2.1]";
    builder.SetEnvelope(envelope);
    for (const auto& [name, value] : reply.fields) builder.AddField(name, " " + value);
    builder.AddField("From", " Mo <" + reply.from + ">");
    builder.AddField("Subject", " Re: Please decide: A post (One)");
    builder.AddField("Message-ID", " " + reply.message_id);
    builder.AddBody(reply.text + "\r\n\r\n> reject and your reason\r\n");
    return house.intake->Receive(*house.policy, builder.Finish());
  }
  Outcome Mo(const std::string& text) {
    return Send({text, "mo@example.org"}, addresses.at("Mo@example.org"));
  }
  HoldState StateOf(const std::string& id) { return house.store->Find(id)->state; }

  // The letters that wait, as a reader sees them: "to: subject text" on one line.
  std::vector<std::string> Letters() {
    std::vector<std::string> letters;
    for (const OutboxRow& row : house.Outbox()) {
      if (row.kind == OutboxKind::kRelease) continue;
      const Message letter = ReadMessage(row.content);
      std::string text = row.forward_paths.at(0) + ": " + letter.subject + "\n";
      for (const Segment& segment : letter.segments) {
        if (segment.region != Region::kSubject) text += segment.text.original();
      }
      letters.push_back(OnOneLine(text));
    }
    return letters;
  }
  // The one letter there must be.
  std::string Letter() {
    const auto letters = Letters();
    EXPECT_THAT(letters, SizeIs(1));
    return letters.empty() ? "" : letters[0];
  }
  void ExpectUntouched(const std::string& id) {
    EXPECT_EQ(StateOf(id), HoldState::kHeld);
    EXPECT_EQ(Mo("discard").kind, Kind::kHeldAll);
    EXPECT_EQ(StateOf(id), HoldState::kDiscarded) << "the token must not have been used";
  }

  House house;
  std::map<std::string, std::string> addresses;
};

TEST_F(LetterDecisionsTest, ApproveReleasesAndSaysSo) {
  const std::string id = Hold();
  EXPECT_TRUE(house.intake->IsOurs(*house.policy, addresses.at("Mo@example.org")));
  EXPECT_EQ(Mo("Approve").kind, Kind::kHeldAll) << "the answer goes nowhere else";
  const auto held = house.store->Find(id);
  EXPECT_EQ(held->state, HoldState::kApproved);
  EXPECT_EQ(held->decided_by, "mo@example.org");
  const auto letters = Letters();
  ASSERT_THAT(letters, SizeIs(2)) << "to the poster and to the moderator";
  EXPECT_THAT(letters[1], HasSubstr("mo@example.org: Done: A post You"));
  EXPECT_THAT(letters[1], HasSubstr("on its way to one@lists.example.org"));
}

TEST_F(LetterDecisionsTest, RejectSendsTheReasonToThePoster) {
  const std::string id = Hold();
  Mo("reject Please take the\r\nprice out.");
  EXPECT_EQ(StateOf(id), HoldState::kRejected);
  EXPECT_EQ(house.store->Find(id)->decided_why, "Please take the\nprice out.");
  const auto letters = Letters();
  ASSERT_THAT(letters, SizeIs(2));
  EXPECT_THAT(letters[0], HasSubstr("dee@example.org: "));
  EXPECT_THAT(letters[0], HasSubstr("price out."));
}

TEST_F(LetterDecisionsTest, DecisionTokenAndLetterAreOneTransaction) {
  Hold();
  house.TakeStoreAway();
  EXPECT_EQ(Mo("approve").kind, Kind::kDefer) << "put off, and the client comes again";
  house.BringStoreBack();
  EXPECT_EQ(Mo("approve").kind, Kind::kHeldAll);
  EXPECT_THAT(Letters(), SizeIs(2));
}

TEST_F(LetterDecisionsTest, AForgedFromDecidesNothingAndTheModeratorHears) {
  const std::string id = Hold();
  EXPECT_EQ(Send({"approve"}, addresses.at("Mo@example.org")).kind, Kind::kHeldAll);
  EXPECT_THAT(Letter(), HasSubstr("nothing shows that it is from you"));
  for (const char* forged :
       {"other.example.org; dmarc=pass header.from=example.org", "mx.example.org; dmarc=fail",
        "mx.example.org; dkim=pass header.d=evil.example", "mx.example.org; none"}) {
    Send({.text = "approve", .fields = {{"Authentication-Results", forged}}}, addresses.at("Mo@example.org"));
    EXPECT_EQ(StateOf(id), HoldState::kHeld) << forged;
  }
  Send({.text = "approve",
        .fields = {{"Received", "from evil.example by mx.example.org; now"},
                   {"Authentication-Results", "mx.example.org; dmarc=pass header.from=example.org"}}},
       addresses.at("Mo@example.org"));
  Letters();
  ExpectUntouched(id);
}

TEST_F(LetterDecisionsTest, OurOwnAuthenticationResultsVerify) {
  for (const char* result : {"mx.example.org; dmarc=pass header.from=example.org",
                             "mx.example.org; dkim=pass header.d=example.org header.s=s1"}) {
    const std::string id = Hold(kOne, std::string("post ") + result[17]);
    Send({.text = "approve", .fields = {{"Authentication-Results", result}}}, addresses.at("Mo@example.org"));
    EXPECT_EQ(StateOf(id), HoldState::kApproved) << result;
  }
}

TEST_F(LetterDecisionsTest, AnotherModeratorsTokenIsRefusedAndShowsNothing) {
  const std::string id = Hold(kTwo);
  Send({.text = "discard", .login = "bob@example.org", .from = "bob@example.org"},
       addresses.at("ann@example.org"));
  EXPECT_EQ(StateOf(id), HoldState::kHeld);
  const std::string letter = Letter();
  EXPECT_THAT(letter, HasSubstr("bob@example.org: "));
  EXPECT_THAT(letter, HasSubstr("written to somebody else"));
  EXPECT_THAT(letter, Not(HasSubstr("desk.example.org")));
  Send({.text = "discard", .login = "bob@example.org", .from = "bob@example.org"},
       addresses.at("bob@example.org"));
  EXPECT_EQ(StateOf(id), HoldState::kDiscarded);
}

TEST_F(LetterDecisionsTest, ATokenDecidesItsOwnPostOnly) {
  const std::string first = Hold(kOne, "first");
  const std::string of_first = addresses.at("Mo@example.org");
  const std::string second = Hold(kOne, "second");
  Send({"discard", "mo@example.org"}, of_first);
  EXPECT_EQ(StateOf(first), HoldState::kDiscarded);
  EXPECT_EQ(StateOf(second), HoldState::kHeld);
}

TEST_F(LetterDecisionsTest, UnknownTokensAreRefusedInTheSession) {
  const std::string id = Hold();
  for (const char* address :
       {"decide@lists.example.org", "decide+x@lists.example.org",
        "decide+0000000000000000000000000000000000000000@lists.example.org", "DECIDE+zz@LISTS.example.org"}) {
    const Outcome outcome = Send({"approve", "mo@example.org"}, address);
    EXPECT_EQ(outcome.kind, Kind::kRefuse) << address;
  }
  EXPECT_THAT(Letters(), IsEmpty()) << "no hint for whoever guesses";
  ExpectUntouched(id);
}

TEST_F(LetterDecisionsTest, ALinkOfThePosterIsNoAddressToDecideBy) {
  const std::string id = Hold();
  LinkToken link;
  link.hash = Sha256Hex("a");
  link.purpose = "author";
  link.actor = "mo@example.org";
  link.revision = 0;
  link.expires = house.clock.now + std::chrono::hours(9);
  Act act;
  act.held_id = id;
  act.links = {link};
  house.store->Record(act, "test");
  EXPECT_EQ(Send({"approve", "mo@example.org"}, "decide+a@lists.example.org").kind, Kind::kRefuse);
}

TEST_F(LetterDecisionsTest, AddressesInCapitalsAreTheSame) {
  const std::string id = Hold();
  std::string address = addresses.at("Mo@example.org");
  std::transform(address.begin(), address.end(), address.begin(),
                 [](char c) { return static_cast<char>(toupper(c)); });
  Send({"approve", "MO@Example.org"}, address);
  EXPECT_EQ(StateOf(id), HoldState::kApproved);
}

TEST_F(LetterDecisionsTest, ASecondAnswerChangesNothing) {
  const std::string id = Hold();
  Mo("reject Too long.");
  Letters();
  Mo("approve");
  EXPECT_EQ(StateOf(id), HoldState::kRejected);
  const std::string letter = Letter();
  EXPECT_THAT(letter, HasSubstr("came second"));
  EXPECT_THAT(letter, HasSubstr("has been rejected"));
  EXPECT_THAT(letter, HasSubstr("By mo@example.org, 21 September 2026, 15:13."));
}

TEST_F(LetterDecisionsTest, TheSameAnswerOnceMoreIsQuiet) {
  const std::string id = Hold();
  Mo("approve");
  Letters();
  EXPECT_EQ(Mo("approve").kind, Kind::kHeldAll);
  EXPECT_THAT(Letters(), IsEmpty());
  EXPECT_THAT(house.store->Audit(id), SizeIs(2));
}

TEST_F(LetterDecisionsTest, WhoIsSecondIsToldWhoWasFirst) {
  const std::string id = Hold();
  ModerationService service(*house.store, *house.notices, house.clock);
  service.Decide(id, {.to = HoldState::kRejected, .actor = "ann", .why = "No."});
  Letters();
  Mo("approve");
  EXPECT_EQ(StateOf(id), HoldState::kRejected);
  EXPECT_THAT(Letter(), HasSubstr("By ann, 21 September 2026"));
}

TEST_F(LetterDecisionsTest, AnUndoneDecisionLeavesTheLetterSpent) {
  const std::string id = Hold();
  ModerationService service(*house.store, *house.notices, house.clock);
  service.Decide(id, {.to = HoldState::kDiscarded, .actor = "ann", .undo = std::chrono::seconds(30)});
  Act act;
  act.held_id = id;
  act.revision = 1;
  act.actor = "ann";
  ASSERT_EQ(house.store->Undo(act), DecisionResult::kDone);
  Mo("approve");
  EXPECT_EQ(StateOf(id), HoldState::kHeld);
  EXPECT_THAT(Letter(), HasSubstr("has changed since that letter"));
}

TEST_F(LetterDecisionsTest, ACorrectedPostMustBeReadAgain) {
  const std::string id = Hold();
  Correction correction;
  correction.held_id = id;
  correction.actor = "dee@example.org";
  correction.raw = "Subject: A post\r\n\r\nsomething else\r\n";
  correction.subject = "A post";
  correction.verdict_json = "{}";
  ASSERT_EQ(house.store->Correct(correction), DecisionResult::kDone);
  Mo("approve");
  EXPECT_EQ(StateOf(id), HoldState::kHeld);
  EXPECT_THAT(Letter(), HasSubstr("read it again"));
}

TEST_F(LetterDecisionsTest, ALetterOutOfTimeDecidesNothing) {
  const std::string id = Hold();
  house.clock.now += std::chrono::hours(24 * 7);
  Mo("approve");
  EXPECT_EQ(StateOf(id), HoldState::kHeld);
  EXPECT_THAT(Letters().back(), HasSubstr("time of that letter is over"));
}

TEST_F(LetterDecisionsTest, AutomaticAnswersAreIgnored) {
  const std::string id = Hold();
  const std::vector<Reply> automatic = {
      {.text = "approve", .login = "mo@example.org", .fields = {{"Auto-Submitted", "auto-replied"}}},
      {.text = "approve", .login = "mo@example.org", .fields = {{"Precedence", "bulk"}}},
      {.text = "approve", .login = "mo@example.org", .fields = {{"Precedence", "auto_reply"}}},
      {.text = "approve", .login = "mo@example.org", .fields = {{"List-Id", "<x.example.org>"}}},
      {.text = "approve", .login = "mo@example.org", .fields = {{"X-Autoreply", "yes"}}},
      {.text = "approve", .login = "mo@example.org", .reverse_path = ""},
      {.text = "approve", .login = "mo@example.org", .reverse_path = "MAILER-DAEMON@example.org"}};
  for (const Reply& reply : automatic)
    EXPECT_EQ(Send(reply, addresses.at("Mo@example.org")).kind, Kind::kHeldAll);
  EXPECT_THAT(Letters(), IsEmpty()) << "RFC 3834 section 2: an answer to an answer would go on for ever";
  ExpectUntouched(id);
}

TEST_F(LetterDecisionsTest, AnUnknownWordIsExplainedAndTheTokenKept) {
  const std::string id = Hold();
  Mo("Looks fine to me");
  const auto rows = house.Outbox();
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_THAT(rows[0].content, HasSubstr("Reply-To: " + addresses.at("Mo@example.org")));
  EXPECT_THAT(rows[0].content, HasSubstr("\r\nAuto-Submitted: auto-replied\r\n"));
  EXPECT_THAT(rows[0].content, HasSubstr("\r\nIn-Reply-To: <answer-1@example.org>\r\n"));
  EXPECT_THAT(rows[0].content, HasSubstr("Looks fine to me"));
  EXPECT_THAT(rows[0].content, HasSubstr("\r\n  approve\r\n"));
  ExpectUntouched(id);
}

TEST_F(LetterDecisionsTest, ARejectionNeedsAReason) {
  const std::string id = Hold();
  Mo("reject");
  EXPECT_THAT(Letter(), HasSubstr("needs a reason"));
  ExpectUntouched(id);
}

TEST_F(LetterDecisionsTest, ReleasingNeedsALogInUnlessTheListSaysOtherwise) {
  const std::string id = Hold(kTwo);
  Reply reply{.text = "approve", .login = "ann@example.org", .from = "ann@example.org"};
  Send(reply, addresses.at("ann@example.org"));
  EXPECT_EQ(StateOf(id), HoldState::kHeld);
  const std::string letter = Letter();
  EXPECT_THAT(letter, HasSubstr("not released by letter"));
  EXPECT_THAT(letter, HasSubstr("https://desk.example.org/posts/" + id));
  reply.text = "reject Too long.";
  Send(reply, addresses.at("ann@example.org"));
  EXPECT_EQ(StateOf(id), HoldState::kRejected);
}

TEST_F(LetterDecisionsTest, WhoModeratesNoMoreDecidesNoMore) {
  const std::string id = Hold(kTwo);
  WriteFile(house.folder / "lists.d/two.toml",
            "address = \"two@lists.example.org\"\nname = \"Two\"\npurpose = \"p\"\naudience = \"a\"\n"
            "responsible = \"office@example.org\"\nmoderators = [\"bob@example.org\"]\nmode = \"enforce\"\n");
  house.Load();
  Send({.text = "discard", .login = "ann@example.org"}, addresses.at("ann@example.org"));
  EXPECT_EQ(StateOf(id), HoldState::kHeld);
  EXPECT_THAT(Letter(), HasSubstr("you do not moderate two@lists.example.org any more"));
}

TEST_F(LetterDecisionsTest, ADisabledAccountDecidesNoMore) {
  const std::string id = Hold();
  User user;
  user.name = "mo";
  user.address = "mo@example.org";
  user.is_disabled = true;
  house.accounts->PutUser(user, "admin");
  Mo("discard");
  EXPECT_EQ(StateOf(id), HoldState::kHeld);
}

TEST_F(LetterDecisionsTest, OnePersonIsOneActorByLetterAndByPage) {
  const std::string id = Hold();
  User user;
  user.name = "mo";
  user.address = "mo@example.org";
  house.accounts->PutUser(user, "admin");
  Mo("reject Too long.");
  EXPECT_EQ(house.store->Find(id)->decided_by, "mo");
}

TEST_F(LetterDecisionsTest, LettersAboutAnswersStopAfterSome) {
  Hold();
  std::size_t letters = 0;
  for (int i = 0; i < 20; ++i) {
    Send({.text = "hm", .login = "mo@example.org", .message_id = "<" + std::to_string(i) + "@example.org>"},
         addresses.at("Mo@example.org"));
    letters += Letters().size();
  }
  EXPECT_EQ(letters, 5u) << "a responder with no manners must not keep us writing";
}

TEST_F(LetterDecisionsTest, OtherRecipientsOfAnAnswerGetTheirMail) {
  const std::string id = Hold();
  const Outcome outcome =
      Send({.text = "approve", .login = "mo@example.org", .more_paths = {"ann@example.org"}},
           addresses.at("Mo@example.org"));
  EXPECT_EQ(outcome.kind, Kind::kHeldSome);
  EXPECT_THAT(outcome.held_paths, testing::ElementsAre(addresses.at("Mo@example.org")));
  EXPECT_EQ(StateOf(id), HoldState::kApproved);
}

TEST_F(LetterDecisionsTest, AnAnswerThatDecidedIsNotRefusedForAnotherAddress) {
  const std::string id = Hold();
  const Outcome outcome =
      Send({.text = "approve", .login = "mo@example.org", .more_paths = {"decide+00@lists.example.org"}},
           addresses.at("Mo@example.org"));
  EXPECT_EQ(outcome.kind, Kind::kHeldAll) << "a bounce would say that nothing was done";
  EXPECT_EQ(StateOf(id), HoldState::kApproved);
}

TEST_F(LetterDecisionsTest, OfALetterAndAPageAtOnceOneWins) {
  for (int round = 0; round < 20; ++round) {
    const std::string id = Hold(kOne, "race " + std::to_string(round));
    const std::int64_t before = house.store->Find(id)->revision;
    ModerationService service(*house.store, *house.notices, house.clock);
    DecisionReply page;
    std::thread other([&] {
      page =
          service.Decide(id, {.to = HoldState::kRejected, .actor = "ann", .why = "No.", .revision = before});
    });
    Send({"approve", "mo@example.org"}, addresses.at("Mo@example.org"));
    other.join();
    const auto held = house.store->Find(id);
    EXPECT_EQ(held->revision, before + 1) << "one decision, not two";
    EXPECT_EQ(held->state == HoldState::kRejected, page.result == DecisionResult::kDone);
    EXPECT_EQ(held->decided_by, held->state == HoldState::kRejected ? "ann" : "mo@example.org");
    Letters();
  }
}

TEST_F(LetterDecisionsTest, OnlyTheHashOfATokenIsKept) {
  Hold();
  const std::string address = addresses.at("Mo@example.org");
  const std::string token = address.substr(7, 40);
  EXPECT_FALSE(house.store->FindLink(token));
  ASSERT_TRUE(house.store->FindLink(Sha256Hex(token)));
  EXPECT_EQ(house.store->FindLink(Sha256Hex(token))->actor, "mo@example.org");
}

TEST_F(LetterDecisionsTest, WelshListsAnswerInWelsh) {
  Hold("cymru@lists.example.org");
  Send({"iawn", "mo@example.org"}, addresses.at("mo@example.org"));
  const std::string letter = Letter();
  EXPECT_THAT(letter, HasSubstr("Nid oes dim wedi newid"));
  EXPECT_THAT(letter, HasSubstr(" dileu"));
  EXPECT_THAT(letter, Not(HasSubstr("{{")));
}

}  // namespace
}  // namespace listwarden
