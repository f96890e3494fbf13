// Who gets in, who may do what, and what no other site can make a browser do.
// SPDX-License-Identifier: Apache-2.0
#include "desk_fixture.h"

namespace listwarden {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST_F(DeskTest, ShowsNothingToStrangersAndSendsThemToSignIn) {
  const std::string id = HoldPost();
  for (const std::string& path : std::vector<std::string>{"/", std::string("/decided"), "/posts/" + id,
                                                          "/posts/" + id + "/source", "/live?post=" + id}) {
    const Response response = Get(path);
    EXPECT_EQ(response.status, 303) << path;
    EXPECT_THAT(response.fields["Location"], HasSubstr("/sign-in?next=")) << path;
    EXPECT_EQ(response.body, "");
  }
}

TEST_F(DeskTest, SignsInAndComesBackToThePageAskedFor) {
  AddUser("ann", Role::kModerator);
  const Response response =
      Post("/sign-in", {{"name", " Ann "}, {"password", kPassword}, {"next", "/decided"}});
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(response.fields["Location"], "/decided");
  EXPECT_THAT(response.fields["Set-Cookie"],
              AllOf(HasSubstr("__Host-session="), HasSubstr("HttpOnly"), HasSubstr("Secure"),
                    HasSubstr("SameSite=Lax"), HasSubstr("Path=/;")));
  EXPECT_EQ(Get("/").status, 200);
}

TEST_F(DeskTest, NeverRedirectsToAnotherSite) {
  AddUser("ann", Role::kModerator);
  for (const char* next :
       {"//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nX: y", "javascript:1"}) {
    cookies_.clear();
    EXPECT_EQ(Post("/sign-in", {{"name", "ann"}, {"password", kPassword}, {"next", next}}).fields["Location"],
              "/")
        << next;
    EXPECT_EQ(Post("/preferences", {{"keys", "off"}, {"back", next}}).fields["Location"], "/") << next;
  }
}

TEST_F(DeskTest, GivesUnknownUsersAndWrongPasswordsTheSameAnswer) {
  AddUser("ann", Role::kModerator);
  const Response wrong = SignIn("ann", "not this one");
  const Response unknown = SignIn("bob", "not this one");
  EXPECT_EQ(wrong.status, 403);
  EXPECT_EQ(unknown.status, 403);
  EXPECT_THAT(wrong.body, HasSubstr("The name or the password is not right."));
  EXPECT_THAT(unknown.body, HasSubstr("The name or the password is not right."));
}

TEST_F(DeskTest, StopsTryingAfterFiveFailuresFromOnePlaceOnly) {
  AddUser("ann", Role::kModerator);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(SignIn("ann", "wrong wrong wrong").status, 403);
  EXPECT_EQ(SignIn("ann").status, 429);
  peer_ = "192.0.2.77";
  EXPECT_EQ(SignIn("ann").status, 303) << "the owner is not locked out elsewhere";
  peer_ = "192.0.2.1";
  clock_.now += std::chrono::minutes(16);
  cookies_.clear();
  EXPECT_EQ(SignIn("ann").status, 303);
}

TEST_F(DeskTest, TakesANewSessionAtSignInSoThatNoneIsFixed) {
  AddUser("ann", Role::kModerator);
  cookies_["__Host-session"] = "planted";
  SignIn("ann");
  EXPECT_NE(cookies_["__Host-session"], "planted");
  const std::string first = cookies_["__Host-session"];
  cookies_.erase("__Host-session");
  SignIn("ann");
  EXPECT_NE(cookies_["__Host-session"], first);
}

TEST_F(DeskTest, EndsSessionsAtSignOutIdlenessAgeAndDisabling) {
  AddUser("ann", Role::kModerator);
  const auto sign_in = [&] {
    cookies_.clear();
    SignIn("ann");
    ASSERT_EQ(Get("/").status, 200);
  };
  sign_in();
  const auto kept = cookies_;
  Post("/sign-out");
  cookies_ = kept;
  EXPECT_EQ(Get("/").status, 303) << "signed out";
  sign_in();
  clock_.now += std::chrono::minutes(31);
  EXPECT_EQ(Get("/").status, 303) << "idle";
  sign_in();
  for (int i = 0; i < 12 * 3; ++i) {
    clock_.now += std::chrono::minutes(20);
    Get("/");
  }
  clock_.now += std::chrono::minutes(1);
  EXPECT_EQ(Get("/").status, 303) << "twelve hours old";
  sign_in();
  User ann = *accounts_->FindUser("ann");
  ann.is_disabled = true;
  accounts_->PutUser(ann, "test");
  EXPECT_EQ(Get("/").status, 303) << "disabled";
  EXPECT_EQ(SignIn("ann").status, 403);
}

TEST_F(DeskTest, RefusesChangesWithoutTheSessionsFormToken) {
  AddUser("ann", Role::kAdmin);
  SignIn("ann");
  const std::string id = HoldPost();
  for (const char* token : {"", "x", "0000000000000000000000000000000000"}) {
    const Response response =
        Post("/posts/" + id + "/release", {{"form-token", token}, {"revision", Revision(id)}});
    EXPECT_EQ(response.status, 403) << token;
  }
  fields_ = {{"origin", "https://desk.example"}, {"sec-fetch-site", "same-origin"}};
  EXPECT_EQ(Decide(id, "release", {{"form-token", "x"}}).status, 403) << "anybody can write an origin";
  EXPECT_EQ(State(id), HoldState::kHeld);
}

TEST_F(DeskTest, RefusesAFormTokenOfAnotherSession) {
  AddUser("ann", Role::kAdmin);
  AddUser("eve", Role::kModerator, kTrainees);
  const std::string id = HoldPost();
  SignIn("eve");
  const std::string hers = FormToken();
  cookies_.clear();
  SignIn("ann");
  EXPECT_EQ(Post("/posts/" + id + "/release", {{"form-token", hers}, {"revision", Revision(id)}}).status,
            403);
}

TEST_F(DeskTest, RefusesChangesFromOtherOriginsSignInToo) {
  AddUser("ann", Role::kAdmin);
  SignIn("ann");
  const std::string id = HoldPost(), token = FormToken();
  for (const char* origin :
       {"https://evil.example", "null", "http://desk.example", "https://desk.example.evil.example"}) {
    fields_ = {{"origin", origin}};
    EXPECT_EQ(Post("/posts/" + id + "/release", {{"form-token", token}, {"revision", Revision(id)}}).status,
              403)
        << origin;
    EXPECT_EQ(SignIn("ann").status, 403) << origin;
  }
  for (const char* site : {"cross-site", "same-site", "none"}) {
    fields_ = {{"sec-fetch-site", site}};
    EXPECT_EQ(Decide(id, "release").status, 403) << site;
  }
  EXPECT_EQ(State(id), HoldState::kHeld);
  fields_ = {{"origin", "https://desk.example"}, {"sec-fetch-site", "same-origin"}};
  EXPECT_EQ(Decide(id, "release").status, 303);
}

TEST_F(DeskTest, ChangesNothingByGet) {
  AddUser("ann", Role::kAdmin);
  SignIn("ann");
  const std::string id = HoldPost();
  const std::size_t before = store_->Audit(id).size();
  for (const char* act :
       {"", "/release", "/reject", "/discard", "/undo", "/claim", "/note", "/forward", "/source"})
    Get("/posts/" + id + act + "?revision=0&why=x&to=bob&form-token=" + FormToken());
  for (const char* path : {"/decide?to=release&confirmed=yes&id=", "/sign-out?x=", "/?done=", "/live?post="})
    Get(path + id);
  EXPECT_EQ(State(id), HoldState::kHeld);
  EXPECT_EQ(store_->Audit(id).size(), before);
  EXPECT_EQ(Get("/").status, 200) << "still signed in";
}

TEST_F(DeskTest, HidesOtherListsPostsAsIfTheyWereNotThere) {
  AddUser("eve", Role::kModerator, kTrainees);
  const std::string theirs = HoldPost("Secret plan"), hers = HoldPost("Her own", kSecretText, kTrainees);
  SignIn("eve");
  const std::string absent = "0123456789abcdef";
  for (const std::string& path :
       std::vector<std::string>{"/posts/" + theirs, "/posts/" + theirs + "/source", "/live?post=" + theirs})
    EXPECT_EQ(Get(path).status, 404) << path;
  EXPECT_EQ(Get("/posts/" + theirs).body.size(), Get("/posts/" + absent).body.size());
  for (const char* act : {"release", "reject", "discard", "undo", "claim", "note", "forward"})
    EXPECT_EQ(Decide(theirs, act, {{"why", "x"}, {"text", "x"}, {"to", "eve"}}).status, 404) << act;
  Post("/decide", {{"to", "release"}, {"confirmed", "yes"}, {"id", theirs + ".0"}});
  EXPECT_EQ(State(theirs), HoldState::kHeld);
  for (const std::string& path :
       std::vector<std::string>{"/", "/?list=" + std::string(kList), "/?done=" + theirs, "/?q=Secret",
                                "/live?shown=" + theirs, "/decided?author=ann@hospital.example"})
    EXPECT_THAT(Get(path).body, Not(HasSubstr("Secret plan"))) << path;
  EXPECT_THAT(Get("/").body, HasSubstr("Her own"));
  EXPECT_EQ(Get("/posts/" + hers).status, 200);
}

TEST_F(DeskTest, LetsTheOfficeLookAndAskButNotDecide) {
  AddUser("olga", Role::kOffice);
  SignIn("olga");
  const std::string id = HoldPost();
  const std::string page = Get("/posts/" + id).body;
  EXPECT_THAT(page, Not(HasSubstr("/release\"")));
  EXPECT_EQ(Decide(id, "release").status, 403);
  EXPECT_EQ(Decide(id, "note", {{"text", "look at this"}}).status, 303);
  EXPECT_EQ(State(id), HoldState::kHeld);
}

TEST_F(DeskTest, LetsOnlyOwnersAndAdminsTrust) {
  AddUser("ann", Role::kModerator);
  AddUser("olive", Role::kOwner);
  const std::string until = "2026-12-24";
  std::string id = HoldPost();
  SignIn("ann");
  EXPECT_THAT(Get("/posts/" + id).body, Not(HasSubstr("trust-until")));
  EXPECT_EQ(Decide(id, "release", {{"trust-until", until}}).status, 403);
  cookies_.clear();
  SignIn("olive");
  EXPECT_EQ(Decide(id, "release", {{"trust-until", "2030-01-01"}}).status, 422);
  EXPECT_EQ(Decide(id, "release", {{"trust-until", "nonsense"}}).status, 422);
  EXPECT_EQ(Decide(id, "release", {{"trust-until", until}}).status, 303);
  ASSERT_TRUE(store_->FindTrust(kList, "ann@hospital.example"));
}

TEST_F(DeskTest, CountsAttemptsByTheAddressThatTrustedProxiesSaw) {
  settings_.proxies = {"192.0.2.80", "192.0.2.81"};
  Request request;
  const auto peer = [&](const std::string& from, const std::vector<std::string>& forwarded) {
    request.peer = from;
    request.fields = {};
    for (const std::string& one : forwarded) request.fields.Add("x-forwarded-for", one);
    return PeerOf(request, settings_);
  };
  EXPECT_EQ(peer("203.0.113.9", {"198.51.100.1"}), "203.0.113.9") << "anybody may write the field";
  for (const char* proxy : {"unix", "192.0.2.80"}) {
    EXPECT_EQ(peer(proxy, {"198.51.100.1"}), "198.51.100.1") << proxy;
    EXPECT_EQ(peer(proxy, {"10.0.0.1, 198.51.100.1"}), "198.51.100.1") << "the client's own word comes first";
    EXPECT_EQ(peer(proxy, {"10.0.0.1", "198.51.100.1"}), "198.51.100.1") << "also in a field of its own";
    EXPECT_EQ(peer(proxy, {"10.0.0.1, 198.51.100.1, 192.0.2.81"}), "198.51.100.1") << "two proxies in a row";
    EXPECT_EQ(peer(proxy, {}), proxy);
  }
}

TEST_F(DeskTest, BelievesTheUserOfTrustedProxiesOnly) {
  settings_.user_header = "X-Remote-User";
  settings_.proxies = {"192.0.2.80"};
  site_ = std::make_unique<Site>(
      SiteParts{*store_, *accounts_, *service_, *notices_, policy_, *pages_, clock_, settings_});
  AddUser("ann", Role::kModerator);
  fields_ = {{"x-remote-user", "Ann"}};
  EXPECT_EQ(Get("/").status, 303);
  for (const char* proxy : {"unix", "192.0.2.80"}) {
    peer_ = proxy;
    cookies_.clear();
    EXPECT_EQ(Get("/").status, 200) << proxy;
  }
  cookies_.clear();
  Request twice;
  twice.method = "GET";
  twice.target = twice.path = "/";
  twice.fields.Add("x-remote-user", "ann");
  EXPECT_EQ(Ask(std::move(twice)).status, 303) << "the client's own beside the proxy's";
  cookies_.clear();
  fields_ = {{"x-remote-user", "nobody"}};
  cookies_.clear();
  EXPECT_EQ(Get("/").status, 303);
}

TEST_F(DeskTest, SendsStrictHeadersWithEveryAnswer) {
  AddUser("ann", Role::kModerator);
  SignIn("ann");
  for (const std::string& path :
       std::vector<std::string>{"/", "/posts/" + HoldPost(), std::string("/nowhere"),
                                std::string("/assets/desk.js"), std::string("/assets/none")}) {
    const FieldList fields = Get(path).fields;
    EXPECT_THAT(fields["Content-Security-Policy"],
                AllOf(HasSubstr("default-src 'none'"), HasSubstr("frame-ancestors 'none'"),
                      HasSubstr("require-trusted-types-for 'script'"), Not(HasSubstr("unsafe"))));
    EXPECT_EQ(fields["X-Content-Type-Options"], "nosniff");
    EXPECT_EQ(fields["Referrer-Policy"], "same-origin");
    EXPECT_NE(fields["Strict-Transport-Security"], "");
  }
  EXPECT_EQ(Get("/").fields["Cache-Control"], "no-store");
  EXPECT_THAT(Get("/assets/desk.css").fields["Cache-Control"], HasSubstr("immutable"));
}

TEST_F(DeskTest, FindsNoFileOutsideItsAssets) {
  for (const char* path :
       {"/assets/../en.toml", "/assets/..%2fen.toml", "/assets/%2e%2e/queue.html", "/assets//etc/passwd"})
    EXPECT_EQ(Get(path).status, 404) << path;
}

TEST_F(DeskTest, BuildsAddressesInLettersFromItsSettingsOnly) {
  AddUser("ann", Role::kModerator);
  AddUser("bob", Role::kModerator);
  SignIn("ann");
  const std::string id = HoldPost();
  fields_ = {{"host", "evil.example"}, {"x-forwarded-host", "evil.example"}};
  EXPECT_EQ(Decide(id, "forward", {{"to", "bob"}, {"text", "What do you think?"}}).status, 303);
  std::string letters;
  while (const auto lease = store_->LeaseNext(std::chrono::seconds(60))) letters += lease->row.content;
  EXPECT_THAT(letters, HasSubstr("https://desk.example/posts/" + id));
  EXPECT_THAT(letters, Not(HasSubstr("evil")));
}

TEST_F(DeskTest, SpeaksWelshWhenAskedOrChosen) {
  AddUser("ann", Role::kModerator);
  fields_ = {{"accept-language", "cy,en;q=0.5"}};
  EXPECT_THAT(Get("/sign-in").body, AllOf(HasSubstr("<html lang=\"cy\">"), HasSubstr("Mewngofnodi")));
  SignIn("ann");
  EXPECT_THAT(Get("/").body, HasSubstr("<html lang=\"en\">")) << "her account says English";
  Post("/preferences", {{"language", "cy"}, {"back", "/"}});
  EXPECT_THAT(Get("/").body, HasSubstr("Nid oes dim yn aros"));
}

TEST_F(DeskTest, KeepsWhatWasWrittenWhenTheStoreIsDown) {
  AddUser("ann", Role::kModerator);
  SignIn("ann");
  const std::string id = HoldPost(), revision = Revision(id), token = FormToken();
  ByHand("PRAGMA legacy_alter_table = ON; ALTER TABLE held RENAME TO away");
  const std::map<std::string, std::string> form = {
      {"why", "Two <long> hours' words"}, {"revision", revision}, {"form-token", token}};
  const Response down = Post("/posts/" + id + "/reject", form);
  EXPECT_EQ(down.status, 503);
  EXPECT_THAT(down.body, AllOf(HasSubstr("Your decision was not taken"),
                               HasSubstr("value=\"Two &lt;long&gt; hours&apos; words\""),
                               HasSubstr("action=\"/posts/" + id + "/reject\"")));
  EXPECT_THAT(Get("/").body, HasSubstr("The store cannot be reached"));
  ByHand("PRAGMA legacy_alter_table = ON; ALTER TABLE away RENAME TO held");
  EXPECT_EQ(Post("/posts/" + id + "/reject", form).status, 303);
  EXPECT_EQ(store_->Find(id)->decided_why, "Two <long> hours' words");
}

}  // namespace
}  // namespace listwarden
