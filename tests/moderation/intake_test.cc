// SPDX-License-Identifier: Apache-2.0
#include "moderation/intake.h"

#include <gmock/gmock.h>

#include "tests/support/house.h"

namespace listwarden {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using Kind = Outcome::Kind;

constexpr const char* kOne = "one@lists.example.org";
constexpr const char* kTwo = "two@lists.example.org";

class IntakeTest : public testing::Test {
 protected:
  Message Post(const std::string& text, std::vector<std::string> paths = {kOne}) {
    MessageBuilder builder;
    Envelope envelope;
    envelope.reverse_path = reverse_path;
    envelope.forward_paths = std::move(paths);
    envelope.queue_id = queue_id;
    envelope.client = client;
    envelope.authenticated = login;
    builder.SetEnvelope(std::move(envelope));
    for (const auto& [name, value] : fields) builder.AddField(name, " " + value);
    builder.AddBody(text + "\r\n");
    return builder.Finish();
  }
  Outcome Receive(const std::string& text, std::vector<std::string> paths = {kOne}) {
    return house.intake->Receive(*house.policy, Post(text, std::move(paths)));
  }
  std::vector<std::string> LetterKinds() {
    std::vector<std::string> kinds;
    for (const OutboxRow& row : house.Outbox())
      kinds.push_back(row.key.substr(0, row.key.find(':')) + " to " + row.forward_paths.at(0));
    return kinds;
  }

  House house;
  std::string reverse_path = "dee@example.org", queue_id = "Q1", client = "localhost[127.0.0.1]", login;
  std::vector<std::pair<std::string, std::string>> fields = {
      {"From", "Dee <dee@example.org>"}, {"Subject", "A post"}, {"Message-ID", "<1@example.org>"}};
};

TEST_F(IntakeTest, HoldsWithBytesEnvelopeVerdictAndLettersInOne) {
  const Outcome outcome = Receive("Please holdme.");
  EXPECT_EQ(outcome.kind, Kind::kHeldAll);
  const auto held = house.Held();
  ASSERT_THAT(held, SizeIs(1));
  EXPECT_EQ(held[0].list, kOne);
  EXPECT_EQ(held[0].reverse_path, "dee@example.org");
  EXPECT_THAT(held[0].forward_paths, ElementsAre(kOne));
  EXPECT_THAT(house.store->Find(held[0].id)->verdict_json, HasSubstr("words/hold"));
  EXPECT_EQ(house.store->Find(held[0].id)->policy_version, house.policy->version());
  EXPECT_EQ(held[0].expires, house.clock.now + std::chrono::hours(7 * 24));
  EXPECT_THAT(LetterKinds(),
              UnorderedElementsAre("poster-held to dee@example.org", "moderator-held to mo@example.org"));
}

TEST_F(IntakeTest, TrustsTheAuthorWhoLoggedInAndNobodyWhoWritesTheirName) {
  Trust trust;
  trust.list = kOne;
  trust.address = "dee@example.org";
  trust.until = house.clock.now + std::chrono::hours(24);
  trust.by = "mo";
  house.store->SetTrust(trust);
  EXPECT_EQ(Receive("Please holdme.").kind, Kind::kHeldAll) << "a client on this machine is nobody";
  login = "mallory@example.org";
  EXPECT_EQ(Receive("Please holdme again.").kind, Kind::kHeldAll) << "another log-in, the same From";
  login = "dee@example.org";
  EXPECT_EQ(Receive("Please holdme once more.").kind, Kind::kPass);
  for (const char* type : {"text/plain", "text/html"}) fields.emplace_back("Content-Type", type);
  EXPECT_EQ(Receive("Please holdme in two ways.").kind, Kind::kHeldAll) << "what nobody can read for sure";
}

TEST_F(IntakeTest, EveryModeratorOfTheListGetsALetter) {
  Receive("Please holdme.", {kTwo});
  EXPECT_THAT(LetterKinds(),
              UnorderedElementsAre("poster-held to dee@example.org", "moderator-held to ann@example.org",
                                   "moderator-held to bob@example.org"));
}

TEST_F(IntakeTest, NothingIsAnsweredBeforeItIsStored) {
  house.TakeStoreAway();
  const Outcome outcome = Receive("Please holdme.");
  EXPECT_EQ(outcome.kind, Kind::kDefer);
  EXPECT_THAT(outcome.held_paths, IsEmpty());
  EXPECT_THAT(outcome.text, HasSubstr("try again later"));
}

TEST_F(IntakeTest, StoreAwayDoesNotStopCleanMail) {
  house.TakeStoreAway();
  EXPECT_EQ(Receive("Good morning.").kind, Kind::kPass);
  EXPECT_EQ(Receive("Please tagme.").kind, Kind::kTag);
}

TEST_F(IntakeTest, ServiceRecoversWithoutARestart) {
  house.TakeStoreAway();
  EXPECT_EQ(Receive("Please holdme.").kind, Kind::kDefer);
  house.BringStoreBack();
  EXPECT_EQ(Receive("Please holdme.").kind, Kind::kHeldAll);
  EXPECT_THAT(house.Held(), SizeIs(1));
}

TEST_F(IntakeTest, RetryIsOneHoldAndOneSetOfLetters) {
  Receive("Please holdme.");
  queue_id = "Q2";
  fields.insert(fields.begin(), {"Received", "by mx; later"});
  fields.push_back({"Date", "Mon, 21 Sep 2026 15:00:00 +0000"});
  EXPECT_EQ(Receive("Please holdme.").kind, Kind::kHeldAll);
  EXPECT_THAT(house.Held(), SizeIs(1));
  EXPECT_THAT(LetterKinds(), SizeIs(2));
}

TEST_F(IntakeTest, MessageIdThatTheMtaMadeIsNoDifference) {
  fields = {{"From", "dee@example.org"}, {"Message-ID", "<20260921.Q1@mx.example.org>"}};
  Receive("Please holdme.");
  queue_id = "Q2";
  fields[1].second = "<20260921.Q2@mx.example.org>";
  Receive("Please holdme.");
  EXPECT_THAT(house.Held(), SizeIs(1));
}

TEST_F(IntakeTest, OtherMailIsNoRetry) {
  Receive("Please holdme.");
  Receive("Please holdme!");
  Receive("Please holdme.", {kTwo});
  fields[2].second = "<2@example.org>";
  Receive("Please holdme.");
  reverse_path = "dee@other.example";
  Receive("Please holdme.");
  EXPECT_THAT(house.Held(), SizeIs(5));
}

TEST_F(IntakeTest, HeldRecipientsAreNamedAndTheOthersTagged) {
  const Outcome outcome =
      Receive("Please holdme and tagme.", {kOne, "carol@other.example", "watch@lists.example.org"});
  EXPECT_EQ(outcome.kind, Kind::kHeldSome);
  EXPECT_THAT(outcome.held_paths, ElementsAre(kOne));
}

TEST_F(IntakeTest, AFilterThatTagsForTwoListsIsNamedOnce) {
  EXPECT_EQ(Receive("Please tagme.", {kOne, kTwo}).tag, "tag; the post may touch words");
}

class OtherWords : public WordFilter {
 public:
  std::string_view name() const override { return "others"; }
};

// A policy with a second filter, whose one finding has low confidence.
void LoadWithOthers(House& house, const std::string& tag_from) {
  std::ofstream(house.folder / "policies/small/clauses.toml", std::ios::app)
      << "[[clause]]\nid = \"other\"\nfilter = \"others\"\ntitle = \"Other words\"\n"
         "text = \"A post uses other words.\"\ntag-from = \""
      << tag_from << "\"\nhold-from = \"high\"\n";
  WriteFile(house.folder / "policies/small/others.toml",
            "[filter]\nclause = \"other\"\nabout = \"Test words.\"\ncannot-see = \"Anything else.\"\n"
            "[[rule]]\nid = \"others/mark\"\nconfidence = \"low\"\npattern = '\\bmarkme\\b'\n"
            "reason = \"The text says markme.\"\nadvice = \"Leave it out.\"\nhit = [\"Please markme.\"]\n"
            "miss = [\"Please do not.\"]\n");
  std::vector<std::unique_ptr<Filter>> filters;
  filters.push_back(std::make_unique<WordFilter>());
  filters.push_back(std::make_unique<OtherWords>());
  house.policy = Policy::Load(house.folder, "small", std::move(filters));
}

TEST_F(IntakeTest, EveryFilterThatTagsIsNamed) {
  LoadWithOthers(house, "low");
  EXPECT_EQ(Receive("Please tagme and markme.").tag, "tag; the post may touch words, others");
}

TEST_F(IntakeTest, AFilterThatOnlyObservesIsNotNamed) {
  LoadWithOthers(house, "medium");
  EXPECT_EQ(Receive("Please tagme and markme.").tag, "tag; the post may touch words");
}

TEST_F(IntakeTest, SeveralSpellingsOfAListAreOneHold) {
  const Outcome outcome = Receive("Please holdme.", {kOne, "ONE@lists.example.org"});
  EXPECT_EQ(outcome.kind, Kind::kHeldAll);
  EXPECT_THAT(house.Held(), SizeIs(1));
  EXPECT_THAT(house.Held()[0].forward_paths, SizeIs(2));
}

TEST_F(IntakeTest, StrangersGetNoLetterNowNorLater) {
  client = "unknown[192.0.2.1]";
  Receive("Please holdme.");
  EXPECT_THAT(LetterKinds(), ElementsAre("moderator-held to mo@example.org"));
  EXPECT_FALSE(house.Held()[0].may_answer);
  EXPECT_THAT(house.notices->ForOutcome(house.Held()[0], "rejected", "no", house.clock.now).rows, IsEmpty());
}

TEST_F(IntakeTest, SixthLetterOfADayIsTheLast) {
  std::vector<std::string> kinds;
  for (int i = 0; i < 9; ++i) {
    fields[2].second = "<" + std::to_string(i) + "@example.org>";
    Receive("Please holdme.");
  }
  int full = 0, limit = 0;
  for (const std::string& kind : LetterKinds()) {
    full += kind == "poster-held to dee@example.org";
    limit += kind == "poster-limit to dee@example.org";
  }
  EXPECT_EQ(full, 5);
  EXPECT_EQ(limit, 1);
  house.clock.now += std::chrono::hours(24);
  fields[2].second = "<next@example.org>";
  Receive("Please holdme.");
  EXPECT_THAT(LetterKinds(), testing::Contains("poster-held to dee@example.org"));
}

TEST_F(IntakeTest, ConfidentialSubjectIsShownNowhere) {
  fields[1].second = "About secret 12345678";
  Receive("Please read.");
  EXPECT_THAT(house.Held()[0].subject, testing::Not(HasSubstr("12345678")));
  EXPECT_THAT(house.store->Find(house.Held()[0].id)->verdict_json, testing::Not(HasSubstr("12345678")));
  for (const OutboxRow& row : house.Outbox()) EXPECT_THAT(row.content, testing::Not(HasSubstr("12345678")));
}

TEST_F(IntakeTest, BodyOfASecretIsInNoLetter) {
  Receive("The one is secret 12345678, and all the rest of the text.");
  for (const OutboxRow& row : house.Outbox()) {
    EXPECT_THAT(row.content, testing::Not(HasSubstr("12345678")));
    EXPECT_THAT(row.content, testing::Not(HasSubstr("all the rest")));
  }
}

}  // namespace
}  // namespace listwarden
