// What moderators see and do.
// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include "desk_fixture.h"
#include "web/marked_text.h"

namespace listwarden {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ModeratingTest : public DeskTest {
 protected:
  ModeratingTest() {
    AddUser("ann", Role::kModerator);
    SignIn("ann");
  }
  // Letters and releases that would leave now.
  std::vector<OutboxRow> Due() {
    std::vector<OutboxRow> rows;
    while (const auto lease = store_->LeaseNext(std::chrono::seconds(600))) rows.push_back(lease->row);
    return rows;
  }
};

// The English texts of rules on a page, escaped as they would be there.
std::vector<std::string> EnglishOn(const std::string& body, const Policy& policy) {
  std::vector<std::string> found;
  for (const Rule& rule : policy.rules().rules()) {
    for (std::string text : {rule.reason, rule.advice}) {
      for (auto at = text.find('\''); at != std::string::npos; at = text.find('\'', at + 1))
        text.replace(at, 1, "&apos;");
      if (body.find(text) != std::string::npos) found.push_back(text);
    }
  }
  return found;
}

TEST_F(ModeratingTest, ReadsReasonsAndAdviceInTheLanguageOfThePage) {
  const std::string id = HoldPost(), secret = OwnSecret();
  EXPECT_THAT(EnglishOn(Get("/posts/" + id).body, *policy_), Not(IsEmpty()));
  Post("/preferences", {{"language", "cy"}, {"back", "/"}});
  const std::string page = Get("/posts/" + id).body;
  EXPECT_THAT(page, HasSubstr("rhif neu fanylyn a allai ddangos pwy yw claf"));
  EXPECT_THAT(page, HasSubstr("Tynnwch y manylyn allan"));
  EXPECT_THAT(EnglishOn(page.substr(0, page.find("id=\"decide\"")), *policy_), IsEmpty());
  ASSERT_TRUE(OpenLink(secret));
  EXPECT_THAT(EnglishOn(Get("/mine/" + id).body, *policy_), IsEmpty());
  EXPECT_THAT(Get("/mine/" + id).body, HasSubstr("Tynnwch y manylyn allan"));
}

TEST_F(ModeratingTest, OffersTheReasonInTheLanguageOfTheLetter) {
  const std::string id = HoldPost();
  Post("/preferences", {{"language", "cy"}, {"back", "/"}});
  const std::string page = Get("/posts/" + id).body;
  EXPECT_THAT(
      page.substr(page.find("<textarea id=\"why\""), 600),
      AllOf(HasSubstr(" lang=\"en\""), HasSubstr("Remove the identifier"), HasSubstr("The principle")));
}

TEST_F(ModeratingTest, MarksAsEnglishWhatAnOlderPolicySaid) {
  const std::string id = HoldPost();
  Post("/preferences", {{"language", "cy"}, {"back", "/"}});
  ByHand(
      "DROP TRIGGER content_stays; UPDATE content SET verdict = replace(verdict, 'The text holds', 'The mail "
      "held')");
  EXPECT_THAT(Get("/posts/" + id).body, HasSubstr("<p lang=\"en\">The mail held a number"));
}

TEST_F(ModeratingTest, SaysSoWhenNothingWaits) {
  EXPECT_THAT(Get("/").body,
              AllOf(HasSubstr("Nothing is waiting"), HasSubstr("Held posts will appear here.")));
  Decide(HoldPost(), "discard");
  EXPECT_THAT(Get("/").body, AllOf(HasSubstr("Nothing is waiting"), HasSubstr("by ann")));
}

TEST_F(ModeratingTest, TellsModeratorsByLetterWithALinkToThePost) {
  const std::string id = HoldPost();
  std::string letters;
  for (const OutboxRow& row : Due()) letters += row.content;
  EXPECT_THAT(letters, HasSubstr("https://desk.example/posts/" + id));
}

TEST_F(ModeratingTest, OffersTheLatestDecisionFirstAmongDecidedPosts) {
  const std::string first = HoldPost("First"), second = HoldPost("Second");
  Decide(second, "release");
  clock_.now += std::chrono::minutes(1);
  Decide(first, "discard");
  const std::string page = Get("/decided").body;
  EXPECT_LT(page.find(">First<"), page.find(">Second<"));
  EXPECT_THAT(page, HasSubstr("Latest decision"));
}

TEST_F(ModeratingTest, ShowsWhyAtAGlance) {
  HoldPost("Help with a plan");
  EXPECT_THAT(Get("/").body, AllOf(HasSubstr("1 post is waiting"), HasSubstr("Help with a plan"),
                                   HasSubstr("Respecting confidentiality"), HasSubstr("943 •••"),
                                   HasSubstr("expires in 7 days"), Not(HasSubstr("943 476 5919"))));
}

TEST_F(ModeratingTest, SiftsByTextListFilterAndAuthor) {
  HoldPost("Alpha");
  HoldPost("Beta", "You are a complete idiot and should never have been allowed near a linac.\r\n",
           kTrainees);
  EXPECT_THAT(Get("/?q=alp").body, AllOf(HasSubstr(">Alpha<"), Not(HasSubstr(">Beta<"))));
  EXPECT_THAT(Get("/?list=" + std::string(kTrainees)).body,
              AllOf(HasSubstr(">Beta<"), Not(HasSubstr(">Alpha<"))));
  EXPECT_THAT(Get("/?filter=harassment").body, AllOf(HasSubstr(">Beta<"), Not(HasSubstr(">Alpha<"))));
  EXPECT_THAT(Get("/?q=nothing-like-it").body, HasSubstr("No post matches"));
}

TEST_F(ModeratingTest, ShowsNearDuplicatesAsOne) {
  const std::string offer =
      "XYZ Ltd is the world leader in dosimetry. Contact our sales team for a quote on ";
  HoldPost("Offer", offer + "1 May!\r\n");
  HoldPost("Offer again", offer + "2 May\r\n-- \r\nDora\r\n", kTrainees);
  HoldPost("Other");
  EXPECT_THAT(Get("/?group=1").body, AllOf(HasSubstr("3 posts are waiting"), HasSubstr("and 1 similar post"),
                                           HasSubstr("Other"), Not(HasSubstr("Offer again"))));
}

TEST_F(ModeratingTest, LetsPostsOfATrustedAuthorPassUntilTheDay) {
  AddUser("olive", Role::kOwner);
  cookies_.clear();
  SignIn("olive");
  EXPECT_EQ(Decide(HoldPost(), "release", {{"trust-until", "2026-11-25"}}).status, 303);
  const std::string raw = "From: Ann <ann@hospital.example>\r\nSubject: x\r\nMessage-ID: <t@x>\r\n\r\n" +
                          std::string(kSecretText);
  EXPECT_EQ(Receive(raw).kind, Outcome::Kind::kPass);
  EXPECT_EQ(Receive(raw, kTrainees).kind, Outcome::Kind::kHeldAll) << "trusted on the other list only";
  const std::string forged =
      "From: Ann <ann@other.example>\r\nSubject: x\r\nMessage-ID: <u@x>\r\n\r\n" + std::string(kSecretText);
  EXPECT_EQ(Receive(forged).kind, Outcome::Kind::kHeldAll);
  clock_.now += std::chrono::days(8);
  EXPECT_EQ(Receive(raw).kind, Outcome::Kind::kHeldAll) << "the day has passed";
}

TEST_F(ModeratingTest, MarksTheVeryWordsAndCoversConfidentialOnes) {
  const std::string id = HoldPost();
  const std::string page = Get("/posts/" + id).body;
  EXPECT_THAT(page,
              AllOf(HasSubstr("<mark>943 •••"), Not(HasSubstr("943 476 5919")), HasSubstr("Show them")));
  EXPECT_THAT(Get("/posts/" + id + "?show=words").body, HasSubstr("<mark>943 476 5919</mark>"));
}

TEST_F(ModeratingTest, CoversConfidentialWordsInSubjectAndHeaderToo) {
  const std::string id = HoldPost("Patient with NHS number 943 476 5919");
  EXPECT_THAT(Get("/posts/" + id).body, Not(HasSubstr("943 476 5919")));
  EXPECT_THAT(Get("/").body, Not(HasSubstr("943 476 5919")));
}

TEST_F(ModeratingTest, CoversConfidentialWordsInTheSubjectOfAReply) {
  const std::string id =
      HoldPost("Re: NHS number 943 476 5919", "No idea.\r\n\r\n> Who knows this patient?\r\n");
  EXPECT_THAT(Get("/posts/" + id).body, Not(HasSubstr("943 476 5919")));
  EXPECT_THAT(Get("/").body, Not(HasSubstr("943 476 5919")));
}

TEST_F(ModeratingTest, FoldsQuotedTextAndSignature) {
  const std::string id = HoldPost("Re: plan", std::string("> You wrote this\r\n> yesterday\r\n\r\n") +
                                                  kSecretText + "\r\n-- \r\nAnn Example\r\n");
  EXPECT_THAT(Get("/posts/" + id).body,
              AllOf(HasSubstr("<summary>Quoted text</summary>"), HasSubstr("<summary>Signature</summary>")));
}

TEST_F(ModeratingTest, ReleasesAfterTheTimeForAnUndo) {
  const std::string id = HoldPost();
  Due();
  EXPECT_EQ(Decide(id, "release").fields["Location"], "/?done=" + id);
  EXPECT_THAT(Get("/?done=" + id).body, AllOf(HasSubstr("is released"), HasSubstr("/undo\"")));
  EXPECT_TRUE(Due().empty()) << "nothing leaves yet";
  clock_.now += std::chrono::seconds(31);
  EXPECT_THAT(Get("/?done=" + id).body, Not(HasSubstr("/undo\"")));
  const auto due = Due();
  ASSERT_EQ(due.size(), 2u);
  EXPECT_TRUE(due[0].kind == OutboxKind::kRelease || due[1].kind == OutboxKind::kRelease);
}

TEST_F(ModeratingTest, UndoesWithinItsTimeAndNotAfter) {
  const std::string id = HoldPost();
  Due();
  Decide(id, "release");
  EXPECT_EQ(Decide(id, "undo").status, 303);
  EXPECT_EQ(State(id), HoldState::kHeld);
  clock_.now += std::chrono::seconds(60);
  EXPECT_TRUE(Due().empty());
  Decide(id, "release");
  clock_.now += std::chrono::seconds(31);
  const Response late = Decide(id, "undo");
  EXPECT_EQ(late.status, 409);
  EXPECT_THAT(late.body, HasSubstr("Too late to undo"));
  EXPECT_EQ(State(id), HoldState::kApproved);
}

TEST_F(ModeratingTest, GoesOnToTheNextPostOfTheSameQueue) {
  const std::string one = HoldPost("One"), other = HoldPost("Other list", kSecretText, kTrainees),
                    two = HoldPost("Two");
  const std::string queue = "list=" + std::string(kList);
  const Response response = Decide(one, "release", {{"queue", queue}});
  EXPECT_THAT(response.fields["Location"],
              AllOf(HasSubstr("/posts/" + two + "?done=" + one), HasSubstr("list=")));
}

TEST_F(ModeratingTest, RejectsWithAReasonInALetterThatCanBeChanged) {
  const std::string id = HoldPost();
  Due();
  EXPECT_EQ(Decide(id, "reject", {{"why", " \r\n "}}).status, 422);
  const Response shown = Decide(id, "reject", {{"why", "It names a patient."}, {"show", "letter"}});
  EXPECT_THAT(shown.body, AllOf(HasSubstr("It names a patient."), HasSubstr("id=\"letter\"")));
  EXPECT_EQ(State(id), HoldState::kHeld);
  Decide(id, "reject",
         {{"why", "It names a patient."}, {"letter", "Dear Ann,\r\nplease take the number out."}});
  clock_.now += std::chrono::seconds(31);
  const auto due = Due();
  ASSERT_EQ(due.size(), 1u);
  EXPECT_THAT(due[0].content, AllOf(HasSubstr("please take the number out."), HasSubstr("Action: failed")));
  EXPECT_EQ(store_->Find(id)->decided_why, "It names a patient.");
}

TEST_F(ModeratingTest, DiscardsWithoutALetter) {
  const std::string id = HoldPost();
  Due();
  EXPECT_EQ(Decide(id, "discard").status, 303);
  clock_.now += std::chrono::seconds(31);
  EXPECT_TRUE(Due().empty());
}

TEST_F(ModeratingTest, TellsTheSecondOfTwoWhoWasFirst) {
  AddUser("bob", Role::kModerator);
  const std::string id = HoldPost(), seen = Revision(id);
  Decide(id, "release");
  cookies_.clear();
  SignIn("bob");
  const Response second = Post("/posts/" + id + "/reject", {{"revision", seen}, {"why", "No"}});
  EXPECT_EQ(second.status, 409);
  EXPECT_THAT(second.body, AllOf(HasSubstr("Somebody was first"), HasSubstr("by ann, ")));
  EXPECT_EQ(State(id), HoldState::kApproved);
}

TEST_F(ModeratingTest, DecidesNothingFromAStalePage) {
  const std::string id = HoldPost(), seen = Revision(id);
  Decide(id, "release");
  Decide(id, "undo");
  const Response stale = Post("/posts/" + id + "/discard", {{"revision", seen}});
  EXPECT_EQ(stale.status, 409);
  EXPECT_THAT(stale.body, HasSubstr("has changed since you opened it"));
  EXPECT_EQ(State(id), HoldState::kHeld);
}

TEST_F(ModeratingTest, ClaimsForTenMinutesAndBarsNobody) {
  AddUser("bob", Role::kModerator);
  const std::string id = HoldPost();
  EXPECT_EQ(Decide(id, "claim", {{"do", "take"}}).status, 303);
  cookies_.clear();
  SignIn("bob");
  EXPECT_THAT(Get("/").body, HasSubstr("ann is looking at this"));
  EXPECT_EQ(Decide(id, "claim", {{"do", "take"}}).status, 409);
  clock_.now += std::chrono::minutes(11);
  EXPECT_THAT(Get("/").body, Not(HasSubstr("is looking at this")));
  EXPECT_EQ(Decide(id, "release").status, 303);
}

TEST_F(ModeratingTest, KeepsNotesInTheHistory) {
  const std::string id = HoldPost();
  EXPECT_EQ(Decide(id, "note", {{"text", "Asked the author <by phone>"}}).status, 303);
  EXPECT_THAT(Get("/posts/" + id).body, HasSubstr("Asked the author &lt;by phone&gt;"));
  EXPECT_EQ(Decide(id, "note", {{"text", "  "}}).status, 422);
}

TEST_F(ModeratingTest, TellsWhenAReleaseMayArriveTwice) {
  const std::string id = HoldPost();
  EXPECT_EQ(Decide(id, "release").status, 303);
  const auto taken_by_somebody_who_dies = [&] {
    clock_.now += std::chrono::minutes(15);
    while (store_->LeaseNext(std::chrono::seconds(60))) {
    }
    return Get("/posts/" + id).body;
  };
  EXPECT_THAT(taken_by_somebody_who_dies(), Not(HasSubstr("it may arrive twice")));
  EXPECT_THAT(taken_by_somebody_who_dies(), HasSubstr("it may arrive twice"));
}

TEST_F(ModeratingTest, AsksBeforeDecidingManyAndDecidesThoseThatAreStillOpen) {
  const std::string one = HoldPost("One"), two = HoldPost("Two"), three = HoldPost("Three");
  const std::string token = FormToken();
  Request request;
  request.method = "POST";
  request.target = request.path = "/decide";
  for (const std::string& id : {one, two, three}) request.form.Add("id", id + "." + Revision(id));
  request.form.Add("form-token", token);
  request.form.Add("to", "reject");
  EXPECT_THAT(Ask(request).body, AllOf(HasSubstr("Reject 3 posts?"), HasSubstr("Two")));
  EXPECT_EQ(State(one), HoldState::kHeld);
  Decide(two, "release");
  request.form.Add("confirmed", "yes");
  EXPECT_EQ(Ask(request).status, 422) << "a reason is missing";
  request.form.Add("why", "Not for this list.");
  const Response done = Ask(request);
  EXPECT_EQ(done.status, 409);
  EXPECT_THAT(done.body, AllOf(HasSubstr("2 of 3 posts decided."), HasSubstr("Two: Released")));
  EXPECT_EQ(State(one), HoldState::kRejected);
  EXPECT_EQ(State(two), HoldState::kApproved);
  EXPECT_EQ(State(three), HoldState::kRejected);
}

TEST_F(ModeratingTest, ListsWhatItCannotShowWithItsSource) {
  const std::string id = HoldRaw(
      "From: ann@hospital.example\r\nTo: x\r\nSubject: Sealed\r\nMIME-Version: 1.0\r\n"
      "Content-Type: application/pkcs7-mime; name=smime.p7m\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\nMIIB\r\n");
  EXPECT_THAT(Get("/").body, HasSubstr("Could not be read fully"));
  EXPECT_EQ(Get("/posts/" + id).status, 200);
  const Response source = Get("/posts/" + id + "/source");
  EXPECT_EQ(source.type, "application/octet-stream");
  EXPECT_EQ(source.fields["Content-Disposition"], "attachment; filename=\"" + id + ".eml\"");
  EXPECT_EQ(source.fields["X-Content-Type-Options"], "nosniff");
  EXPECT_THAT(source.body, HasSubstr("Subject: Sealed"));
}

TEST_F(ModeratingTest, TellsOpenPagesWhatOthersDid) {
  AddUser("bob", Role::kModerator);
  const std::string id = HoldPost();
  const std::string before = Get("/live?shown=" + id).body;
  EXPECT_THAT(before, HasSubstr("\"gone\":false"));
  Decide(id, "release");
  const std::string after = Get("/live?shown=" + id).body;
  EXPECT_THAT(after, AllOf(HasSubstr("\"gone\":true"), HasSubstr("by ann")));
  EXPECT_THAT(Get("/live?post=" + id).body, HasSubstr("Somebody else has decided meanwhile."));
}

TEST_F(ModeratingTest, LetsOneOfTwoWinEveryRace) {
  AddUser("bob", Role::kModerator);
  const auto anns = cookies_;
  cookies_.clear();
  SignIn("bob");
  const auto bobs = cookies_;
  const auto token = [&](const std::map<std::string, std::string>& jar) {
    cookies_ = jar;
    return FormToken();
  };
  const std::string tokens[] = {token(anns), token(bobs)};
  for (int round = 0; round < 40; ++round) {
    const std::string id = HoldPost("Race " + std::to_string(round)), revision = Revision(id);
    int statuses[2] = {};
    const auto decide = [&](int who) {
      Request request;
      request.method = "POST";
      request.path = "/posts/" + id + (who == 0 ? "/release" : "/reject");
      request.form.Add("revision", revision);
      request.form.Add("why", "No");
      request.form.Add("form-token", tokens[who]);
      request.cookies.Add("__Host-session", (who == 0 ? anns : bobs).at("__Host-session"));
      statuses[who] = site_->Answer(request).status;
    };
    std::thread other(decide, 1);
    decide(0);
    other.join();
    EXPECT_EQ(statuses[0] + statuses[1], 303 + 409);
    const bool is_anns = statuses[0] == 303;
    EXPECT_EQ(State(id), is_anns ? HoldState::kApproved : HoldState::kRejected);
  }
}

TEST(FindQuote, FindsMaskedWordsAndWrappedLines) {
  using Range = std::pair<std::size_t, std::size_t>;
  EXPECT_EQ(FindQuote("a 943 476 5919 b", "943 ••• ••19"), Range(2, 14));
  EXPECT_EQ(FindQuote("made up\n  of two lines", "up of two"), Range(5, 16));
  EXPECT_EQ(FindQuote("Zażółć gęślą", "g••••"), Range(11, 19));
  EXPECT_EQ(FindQuote("short", "shorter"), std::nullopt);
  EXPECT_EQ(FindQuote("x", ""), std::nullopt);
}

}  // namespace
}  // namespace listwarden
