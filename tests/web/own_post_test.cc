// What authors see of their held posts and do with them, by the link in the letter.
// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include "desk_fixture.h"
#include "filters/registry.h"
#include "hold/identity.h"

namespace listwarden {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kClean = "Could somebody look at the plan of my patient? I can send it to you.";

class OwnPostTest : public DeskTest {
 protected:
  OwnPostTest() {
    id_ = HoldPost("Help with a plan");
    secret_ = OwnSecret();
    mine_ = "/mine/" + id_;
  }
  // A form of the author's page, with the revision as it is now.
  Response Do(const std::string& what, std::map<std::string, std::string> form = {}) {
    form["revision"] = Revision(id_);
    return Post(mine_ + "/" + what, std::move(form));
  }
  void Moderator(const std::string& act, std::map<std::string, std::string> form = {}) {
    AddUser("mo", Role::kModerator);
    const auto kept = cookies_;
    SignIn("mo");
    ASSERT_EQ(Decide(id_, act, std::move(form)).status, 303);
    cookies_ = kept;
    clock_.now += settings_.undo + std::chrono::seconds(1);
  }
  std::string Said() { return Get(mine_).body; }

  std::string id_, secret_, mine_;
};

TEST_F(OwnPostTest, OpensWithoutALogInAndLeavesTheAddressBarAtOnce) {
  const Response moved = Get("/link/" + secret_);
  EXPECT_EQ(moved.status, 303);
  EXPECT_EQ(moved.fields["Location"], mine_) << "the secret is in no address that stays";
  EXPECT_THAT(moved.fields["Set-Cookie"],
              AllOf(HasSubstr("__Secure-post="), HasSubstr("Path=" + mine_ + ";"), HasSubstr("HttpOnly"),
                    HasSubstr("SameSite=Lax"), HasSubstr("Secure")));
  EXPECT_THAT(Said(), Not(HasSubstr(secret_)));
}

TEST_F(OwnPostTest, TellsWhatWasFoundWhyWhatToDoAndWhatHappensByWhen) {
  ASSERT_TRUE(OpenLink(secret_));
  EXPECT_THAT(Said(),
              AllOf(HasSubstr("Your post is waiting for a moderator"), HasSubstr("Help with a plan"),
                    HasSubstr("Respecting confidentiality"), HasSubstr("943 •••"),
                    HasSubstr("How to put it right"), HasSubstr("it comes back to you"), HasSubstr("<mark>"),
                    HasSubstr("Arrived, and held for a moderator"), HasSubstr("office@ipem.example")));
  EXPECT_THAT(Said(), Not(HasSubstr("943 476 5919"))) << "confidential words are covered";
}

TEST_F(OwnPostTest, ChangesNothingByFollowingLinks) {
  ASSERT_TRUE(OpenLink(secret_));
  const auto before = store_->Audit(id_).size();
  for (const char* page :
       {"", "/withdraw?sure=yes", "/correct?text=x&do=send-anyway", "/appeal?why=x", "/undo"}) {
    for (int i = 0; i < 3; ++i) Get(mine_ + page);
    Get("/link/" + secret_);
  }
  EXPECT_EQ(store_->Audit(id_).size(), before);
  EXPECT_EQ(State(id_), HoldState::kHeld);
  EXPECT_TRUE(OpenLink(secret_)) << "looking spends nothing";
}

TEST_F(OwnPostTest, OpensNoOtherPost) {
  const std::string other = HoldPost("Somebody else's");
  const std::string others = OwnSecret();
  ASSERT_TRUE(OpenLink(secret_));
  for (const std::string& page : std::vector<std::string>{"", "/correct", "/withdraw", "/appeal"}) {
    const Response response = Get("/mine/" + other + page);
    const Response unknown = Get("/mine/0123456789abcdef" + page);
    EXPECT_EQ(response.status, unknown.status) << page;
    EXPECT_EQ(response.body.size(), unknown.body.size()) << "no hint that it exists";
    EXPECT_THAT(response.body, Not(HasSubstr("Somebody else")));
  }
  for (const char* act : {"withdraw", "correct", "appeal", "undo"}) {
    own_cookies_["/mine/" + other] = {"__Secure-post", secret_};
    EXPECT_EQ(Post("/mine/" + other + "/" + act,
                   {{"revision", "0"}, {"sure", "yes"}, {"text", "x"}, {"subject", "x"}, {"why", "x"}})
                  .status,
              404)
        << act;
  }
  EXPECT_EQ(State(other), HoldState::kHeld);
  own_cookies_.clear();
  EXPECT_TRUE(OpenLink(others));
  EXPECT_EQ(Get(mine_).status, 403) << "nor this one with the other link";
}

TEST_F(OwnPostTest, IsNoWayIntoTheDesk) {
  ASSERT_TRUE(OpenLink(secret_));
  for (const std::string& path : std::vector<std::string>{"/", "/decided", "/posts/" + id_})
    EXPECT_EQ(Get(path).status, 303) << path;
  cookies_["__Host-session"] = secret_;
  EXPECT_EQ(Post("/posts/" + id_ + "/release", {{"revision", "0"}}).status, 303);
  EXPECT_EQ(State(id_), HoldState::kHeld);
}

TEST_F(OwnPostTest, SaysOfAWrongLinkWhatToDo) {
  for (const std::string& wrong : {secret_.substr(0, 40), std::string(64, '0'), std::string("%2e%2e"), id_}) {
    const Response response = Get("/link/" + wrong);
    EXPECT_EQ(response.status, 404);
    EXPECT_THAT(response.body, HasSubstr("Copy the whole address from the letter"));
  }
  EXPECT_EQ(Get(mine_).status, 403);
  EXPECT_THAT(Get(mine_).body, HasSubstr("open the address in your letter"));
}

TEST_F(OwnPostTest, SaysOfALinkOutOfTimeThatItsTimeIsOver) {
  ASSERT_TRUE(OpenLink(secret_));
  clock_.now += std::chrono::days(38);
  EXPECT_EQ(Get(mine_).status, 410);
  EXPECT_THAT(Get("/link/" + secret_).body, HasSubstr("Its time is over"));
}

TEST_F(OwnPostTest, SaysOfAUsedLinkThatItIsUsed) {
  Act act;
  act.held_id = id_;
  act.actor = "test";
  act.spent_link = Sha256Hex(secret_);
  store_->Record(act, "note");
  EXPECT_EQ(Get("/link/" + secret_).status, 410);
  EXPECT_THAT(Get("/link/" + secret_).body, HasSubstr("It worked once only"));
}

TEST_F(OwnPostTest, OpensNothingByALinkOfAnotherPurpose) {
  Act act;
  act.held_id = id_;
  act.actor = "test";
  act.links.push_back(
      {Sha256Hex("another"), "moderator", "", "mo@ipem.example", -1, clock_.now + std::chrono::days(1)});
  store_->Record(act, "note");
  EXPECT_EQ(Get("/link/another").status, 404);
  own_cookies_[mine_] = {"__Secure-post", "another"};
  EXPECT_EQ(Get(mine_).status, 404);
}

TEST_F(OwnPostTest, LetsWrongLinksWaitAfterThirtyFromOnePlaceAndNeverTheRightOne) {
  for (int i = 0; i < 30; ++i) EXPECT_EQ(Get("/link/" + std::to_string(i)).status, 404);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Get("/link/x").status, 429);
  EXPECT_EQ(accounts_->Failures("link:" + peer_, std::chrono::minutes(15)), 30) << "more leave no trace";
  ASSERT_TRUE(OpenLink(secret_)) << "its author may sit in the same hospital";
  EXPECT_EQ(Do("withdraw", {{"sure", "yes"}}).status, 303);
  peer_ = "192.0.2.77";
  EXPECT_EQ(Get("/link/x").status, 404) << "elsewhere nothing was tried";
  peer_ = "192.0.2.1";
  clock_.now += std::chrono::minutes(16);
  EXPECT_EQ(Get("/link/x").status, 404);
}

TEST_F(OwnPostTest, NeedsItsOwnFormForEveryChange) {
  ASSERT_TRUE(OpenLink(secret_));
  for (const char* act : {"withdraw", "correct", "appeal", "undo"}) {
    EXPECT_EQ(Do(act, {{"form-token", "x"}, {"sure", "yes"}, {"text", "x"}, {"why", "x"}}).status, 403)
        << act;
    fields_ = {{"origin", "https://evil.example"}};
    EXPECT_EQ(Do(act, {{"sure", "yes"}, {"text", "x"}, {"why", "x"}}).status, 403) << act;
    fields_.clear();
  }
  EXPECT_EQ(State(id_), HoldState::kHeld);
}

TEST_F(OwnPostTest, WithdrawsAfterAskingAndCanBeUndoneForAWhile) {
  ASSERT_TRUE(OpenLink(secret_));
  EXPECT_THAT(Get(mine_ + "/withdraw").body, HasSubstr("Withdraw this post?"));
  EXPECT_EQ(Do("withdraw").status, 422) << "not without the tick";
  EXPECT_EQ(Do("withdraw", {{"sure", "yes"}}).status, 303);
  EXPECT_EQ(State(id_), HoldState::kWithdrawn);
  EXPECT_THAT(Get(mine_ + "?said=withdrawn").body,
              AllOf(HasSubstr("You have withdrawn your post"), HasSubstr("/undo")));
  EXPECT_EQ(Do("undo").status, 303);
  EXPECT_EQ(State(id_), HoldState::kHeld);
  Do("withdraw", {{"sure", "yes"}});
  clock_.now += std::chrono::minutes(1);
  EXPECT_THAT(Said(), Not(HasSubstr("/undo")));
  EXPECT_EQ(Do("undo").status, 409);
  std::string letters;
  while (const auto lease = store_->LeaseNext(std::chrono::seconds(600))) letters += lease->row.content;
  EXPECT_THAT(letters, HasSubstr("Listwarden-Notice: poster-withdrawn")) << "a letter confirms it";
}

TEST_F(OwnPostTest, ShowsTheModeratorsReasonAndKeepsNotesToThem) {
  AddUser("mo", Role::kModerator);
  SignIn("mo");
  Decide(id_, "note", {{"text", "Known for this"}});
  cookies_.clear();
  Moderator("reject", {{"why", "Please take the number out."}});
  ASSERT_TRUE(OpenLink(secret_));
  EXPECT_THAT(Said(),
              AllOf(HasSubstr("Your post was not sent to the list"), HasSubstr("Please take the number out."),
                    HasSubstr("/appeal\""), Not(HasSubstr("Known for this")), Not(HasSubstr(">mo<"))));
}

TEST_F(OwnPostTest, TellsADecisionOnlyOnceItCannotBeUndone) {
  AddUser("mo", Role::kModerator);
  ASSERT_TRUE(OpenLink(secret_));
  const auto kept = cookies_;
  SignIn("mo");
  Decide(id_, "reject", {{"why", "A slip of the hand"}});
  cookies_ = kept;
  EXPECT_THAT(Said(), AllOf(HasSubstr("Your post is waiting for a moderator"),
                            Not(HasSubstr("slip of the hand")), Not(HasSubstr("decided not to send it"))));
  EXPECT_EQ(Do("appeal", {{"why", "x"}}).status, 409);
}

TEST_F(OwnPostTest, AppealsOnceToSomebodyElseWithTheTextStillThere) {
  Moderator("reject", {{"why", "No."}});
  OwnSecret();  // the letters so far
  ASSERT_TRUE(OpenLink(secret_));
  EXPECT_EQ(Do("appeal", {{"why", " "}}).status, 422);
  EXPECT_EQ(Do("appeal", {{"why", "The number is made up."}}).status, 303);
  EXPECT_EQ(State(id_), HoldState::kHeld);
  EXPECT_FALSE(store_->Find(id_)->raw.empty());
  EXPECT_THAT(Said(),
              AllOf(HasSubstr("Your appeal is waiting"), HasSubstr("You asked a second person to look")));
  const auto lease = store_->LeaseNext(std::chrono::seconds(60));
  ASSERT_TRUE(lease);
  EXPECT_THAT(lease->row.content, AllOf(HasSubstr("Listwarden-Notice: moderator-appeal"),
                                        HasSubstr("The number is made up."), HasSubstr("/posts/" + id_)));
  const auto kept = cookies_;
  SignIn("mo");
  EXPECT_THAT(Get("/").body, HasSubstr("Appeal: needs somebody else than mo"));
  EXPECT_EQ(Decide(id_, "release").status, 403) << "not by who rejected it";
  AddUser("olive", Role::kOwner);
  SignIn("olive");
  EXPECT_EQ(Decide(id_, "reject", {{"why", "Still no."}}).status, 303);
  cookies_ = kept;
  clock_.now += std::chrono::minutes(1);
  EXPECT_THAT(Said(), AllOf(HasSubstr("That decision is final"), HasSubstr("Still no."),
                            Not(HasSubstr("/appeal\""))));
  EXPECT_EQ(Do("appeal", {{"why", "Again"}}).status, 409) << "once";
}

TEST_F(OwnPostTest, ShowsTheTextToCorrectWithItsWordsOpen) {
  ASSERT_TRUE(OpenLink(secret_));
  EXPECT_THAT(Get(mine_ + "/correct").body,
              AllOf(HasSubstr("943 476 5919"), HasSubstr("value=\"Help with a plan\"")));
}

TEST_F(OwnPostTest, JudgesACorrectionAtOnceAndSaysWhatIsStillFound) {
  ASSERT_TRUE(OpenLink(secret_));
  for (const char* what : {"check", "send"}) {
    const Response still =
        Do("correct", {{"subject", "Help"}, {"text", "It is NHS number 943 476 5919."}, {"do", what}});
    EXPECT_THAT(still.body, AllOf(HasSubstr("This is still found"), HasSubstr("943 •••"),
                                  HasSubstr("It is NHS number 943 476 5919.")))
        << "what was written is not lost";
    EXPECT_EQ(store_->Contents(id_).size(), 1u) << "and nothing is kept yet";
  }
  EXPECT_THAT(Do("correct", {{"subject", "Help"}, {"text", kClean}, {"do", "check"}}).body,
              HasSubstr("Nothing is found in this text"));
  EXPECT_EQ(store_->Contents(id_).size(), 1u);
}

TEST_F(OwnPostTest, JudgesNoMoreThanFortyTimesAQuarterOfAnHour) {
  ASSERT_TRUE(OpenLink(secret_));
  const std::map<std::string, std::string> form = {{"subject", "Help"}, {"text", "Hello"}, {"do", "check"}};
  for (int i = 0; i < 40; ++i) EXPECT_EQ(Do("correct", form).status, 200) << i;
  const Response late = Do("correct", form);
  EXPECT_EQ(late.status, 422);
  EXPECT_THAT(late.body, AllOf(HasSubstr("wait a quarter of an hour"), HasSubstr(">Hello</textarea>")));
}

TEST_F(OwnPostTest, GivesACleanCorrectionToTheModeratorAndKeepsTheOriginal) {
  const std::string original = store_->Find(id_)->raw;
  ASSERT_TRUE(OpenLink(secret_));
  EXPECT_EQ(Do("correct", {{"subject", "Help, please"}, {"text", kClean}, {"do", "send"}}).status, 303);
  const auto held = store_->Find(id_);
  EXPECT_EQ(held->state, HoldState::kHeld) << "the list says: wait";
  EXPECT_EQ(held->content, 1);
  EXPECT_EQ(held->subject, "Help, please");
  EXPECT_THAT(held->raw, AllOf(HasSubstr("I can send it to you."), Not(HasSubstr("943 476"))));
  EXPECT_EQ(store_->Raw(id_, 0), original);
  EXPECT_THAT(Said(), AllOf(HasSubstr("Nothing is found any more"), HasSubstr("You corrected it")));
  AddUser("mo", Role::kModerator);
  SignIn("mo");
  EXPECT_THAT(Get("/posts/" + id_).body,
              AllOf(HasSubstr("Its author has corrected this post"), HasSubstr("Corrected by its author")));
  EXPECT_EQ(Get("/posts/" + id_ + "/source?text=0").body, original);
  EXPECT_THAT(Get("/").body, HasSubstr("Corrected by its author")) << "in the queue too";
}

TEST_F(OwnPostTest, LetsACleanCorrectionGoWhereTheListSaysSo) {
  const std::string id = HoldPost("For the trainees", kSecretText, kTrainees);
  ASSERT_TRUE(OpenLink(OwnSecret()));
  const Response sent =
      Post("/mine/" + id + "/correct",
           {{"subject", "Help"}, {"text", kClean}, {"do", "send"}, {"revision", Revision(id)}});
  EXPECT_EQ(sent.fields["Location"], "/mine/" + id + "?said=released");
  EXPECT_EQ(State(id), HoldState::kApproved);
}

TEST_F(OwnPostTest, CutsALongSubjectBetweenCharacters) {
  ASSERT_TRUE(OpenLink(secret_));
  std::string subject = "x";
  for (int i = 0; i < 200; ++i) subject += "ŵ";
  EXPECT_EQ(Do("correct", {{"subject", subject}, {"text", kClean}, {"do", "send"}}).status, 303);
  EXPECT_EQ(store_->Find(id_)->subject, subject.substr(0, 299));
}

TEST_F(OwnPostTest, LeavesWhatIsStillFoundToTheModeratorWhenAsked) {
  ASSERT_TRUE(OpenLink(secret_));
  EXPECT_EQ(
      Do("correct", {{"subject", "Help"}, {"text", "It is NHS number 943 476 5919."}, {"do", "send-anyway"}})
          .status,
      303);
  EXPECT_EQ(State(id_), HoldState::kHeld);
  EXPECT_EQ(store_->Contents(id_).size(), 2u);
  EXPECT_FALSE(store_->Find(id_)->findings.empty());
}

TEST_F(OwnPostTest, RefusesACorrectionOfWhatHasChangedMeanwhile) {
  ASSERT_TRUE(OpenLink(secret_));
  const std::map<std::string, std::string> form = {
      {"subject", "Help"}, {"text", kClean}, {"do", "send"}, {"revision", Revision(id_)}};
  EXPECT_EQ(Post(mine_ + "/correct", form).status, 303);
  EXPECT_EQ(Post(mine_ + "/correct", form).status, 409) << "the same form again";
  Moderator("release");
  EXPECT_EQ(Do("correct", {{"subject", "Help"}, {"text", "Other"}, {"do", "send"}}).status, 409);
  EXPECT_EQ(Do("withdraw", {{"sure", "yes"}}).status, 409);
  EXPECT_EQ(store_->Contents(id_).size(), 2u);
}

TEST_F(OwnPostTest, KeepsNoMoreThanTenCorrections) {
  ASSERT_TRUE(OpenLink(secret_));
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(Do("correct", {{"subject", "Help"}, {"text", kClean}, {"do", "send"}}).status, 303) << i;
  EXPECT_EQ(Do("correct", {{"subject", "Help"}, {"text", kClean}, {"do", "send"}}).status, 409);
  EXPECT_EQ(store_->Contents(id_).size(), 11u);
}

TEST_F(OwnPostTest, ShowsThePostWithoutFormsWhenNothingCanBeSaved) {
  ASSERT_TRUE(OpenLink(secret_));
  HoldLimits full;
  full.min_free_bytes = ~std::uint64_t{0} >> 1;
  store_ = OpenHoldStore(folder_ / "hold.db", clock_, full);
  site_ = std::make_unique<Site>(
      SiteParts{*store_, *accounts_, *service_, *notices_, policy_, *pages_, clock_, settings_});
  EXPECT_THAT(Said(), AllOf(HasSubstr("Changes cannot be saved just now"), HasSubstr("Help with a plan"),
                            Not(HasSubstr("/withdraw\""))));
}

TEST_F(OwnPostTest, KeepsWhatTheAuthorWroteWhenTheStoreIsDown) {
  ASSERT_TRUE(OpenLink(secret_));
  const std::map<std::string, std::string> form = {{"subject", "Help"},
                                                   {"text", "A <long> evening's words"},
                                                   {"do", "send"},
                                                   {"revision", Revision(id_)},
                                                   {"form-token", FormToken()}};
  ByHand("PRAGMA legacy_alter_table = ON; ALTER TABLE held RENAME TO away");
  const Response down = Post(mine_ + "/correct", form);
  EXPECT_EQ(down.status, 503);
  EXPECT_THAT(down.body, AllOf(HasSubstr("Nothing was changed or sent"),
                               HasSubstr("value=\"A &lt;long&gt; evening&apos;s words\""),
                               HasSubstr("action=\"" + mine_ + "/correct\"")));
  EXPECT_EQ(Get(mine_).status, 503);
  ByHand("PRAGMA legacy_alter_table = ON; ALTER TABLE away RENAME TO held");
  EXPECT_EQ(Post(mine_ + "/correct", form).status, 303);
  EXPECT_THAT(store_->Find(id_)->raw, HasSubstr("A <long> evening's words"));
}

TEST_F(DeskTest, ChecksADraftAndKeepsNothing) {
  EXPECT_THAT(Get("/check").body, HasSubstr("Check a draft"));
  const Response held = Post("/check", {{"list", kList}, {"subject", "Help"}, {"text", kSecretText}});
  EXPECT_THAT(held.body,
              AllOf(HasSubstr("This would wait for a moderator"), HasSubstr("Respecting confidentiality"),
                    HasSubstr("943 476 5919"), HasSubstr("943 •••")));
  EXPECT_THAT(Post("/check", {{"list", kList}, {"subject", "Help"}, {"text", kClean}}).body,
              HasSubstr("Nothing was found"));
  QueueQuery everything;
  everything.states = {};
  EXPECT_EQ(store_->Queue(everything).count, 0u);
  EXPECT_FALSE(store_->LeaseNext(std::chrono::seconds(60)));
  std::string bytes;
  for (const auto& file : std::filesystem::directory_iterator(folder_)) {
    std::ifstream in(file.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(in), {});
  }
  EXPECT_EQ(bytes.find("plan of my patient"), std::string::npos);
}

TEST_F(DeskTest, OffersTheDraftCheckToWhomEachListSays) {
  namespace fs = std::filesystem;
  const fs::path etc = folder_ / "etc";
  fs::create_directories(etc);
  for (const auto& entry : fs::directory_iterator(fs::path(SOURCE_DIR) / "etc")) {
    if (entry.path().filename() == "lists.d")
      fs::copy(entry.path(), etc / "lists.d");
    else
      fs::create_symlink(entry.path(), etc / entry.path().filename());
  }
  for (const auto& [file, who] : std::map<std::string, std::string>{
           {"announce", "off"}, {"medical-physics-engineering", "off"}, {"trainees", "signed-in"}}) {
    const fs::path path = etc / "lists.d" / (file + ".toml");
    std::ifstream in(path);
    const std::string before(std::istreambuf_iterator<char>(in), {});
    std::ofstream(path) << "draft-check = \"" << who << "\"\n" << before;
  }
  policy_ = Policy::Load(etc, "ipem", MakeFilters());
  site_ = std::make_unique<Site>(
      SiteParts{*store_, *accounts_, *service_, *notices_, policy_, *pages_, clock_, settings_});
  const std::map<std::string, std::string> for_trainees = {{"list", kTrainees}, {"text", kSecretText}};
  EXPECT_EQ(Get("/check").status, 404);
  EXPECT_THAT(Get("/sign-in").body, Not(HasSubstr("href=\"/check\"")));
  EXPECT_EQ(Post("/check", for_trainees).status, 404);
  AddUser("mo", Role::kModerator);
  SignIn("mo");
  EXPECT_THAT(Get("/").body, HasSubstr("href=\"/check\""));
  EXPECT_THAT(Get("/check").body, AllOf(HasSubstr(kTrainees), Not(HasSubstr(kList))));
  EXPECT_THAT(Post("/check", for_trainees).body, HasSubstr("This would wait for a moderator"));
  EXPECT_EQ(Post("/check", {{"list", kList}, {"text", kSecretText}}).status, 422);
}

TEST_F(DeskTest, RefusesDraftsOfNoListWithoutTextOrTooOften) {
  EXPECT_EQ(Post("/check", {{"list", "other@lists.example"}, {"text", "x"}}).status, 422);
  EXPECT_EQ(Post("/check", {{"list", kList}, {"text", " "}}).status, 422);
  EXPECT_EQ(Post("/check", {{"list", kList}, {"text", std::string(210'000, 'x')}}).status, 422);
  int taken = 0;
  for (int i = 0; i < 45; ++i) taken += Post("/check", {{"list", kList}, {"text", "Hello"}}).status == 200;
  EXPECT_EQ(taken, 40);
  EXPECT_THAT(Post("/check", {{"list", kList}, {"text", "Hello"}}).body,
              HasSubstr("wait a quarter of an hour"));
}

}  // namespace
}  // namespace listwarden
