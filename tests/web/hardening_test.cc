// What OWASP ASVS asks of a desk and no other test says: parameters, headers, failures, the log.
// SPDX-License-Identifier: Apache-2.0
#include "desk_fixture.h"

namespace listwarden {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST_F(DeskTest, TakesWhatAFormSaysFromTheFormAlone) {
  AddUser("ann", Role::kAdmin);
  SignIn("ann");
  const std::string id = HoldPost(), token = FormToken();
  const auto post = [&](const std::string& query, const FieldList& form) {
    Request request;
    request.method = "POST";
    request.path = "/posts/" + id + "/release";
    request.target = request.path + "?" + query;
    request.query = ParseForm(query);
    request.form = form;
    return Ask(std::move(request)).status;
  };
  EXPECT_EQ(post("form-token=" + token + "&revision=" + Revision(id), {}), 403) << "all in the address";
  EXPECT_EQ(post("revision=" + Revision(id), ParseForm("form-token=" + token)), 409) << "half of it";
  EXPECT_EQ(post("", ParseForm("form-token=x&form-token=" + token + "&revision=" + Revision(id))), 403)
      << "of two the first counts, everywhere";
  EXPECT_EQ(State(id), HoldState::kHeld);
}

TEST_F(DeskTest, TakesNoAttributeThatAFormDoesNotHave) {
  AddUser("ann", Role::kModerator);
  AddUser("bob", Role::kModerator);
  SignIn("ann");
  const std::string id = HoldPost();
  Post("/preferences", {{"language", "cy"}, {"role", "admin"}, {"name", "bob"}, {"back", "/"}});
  EXPECT_EQ(
      Decide(
          id, "discard",
          {{"actor", "bob"}, {"user", "bob"}, {"state", "approved"}, {"to", "approved"}, {"list", kTrainees}})
          .status,
      303);
  EXPECT_EQ(State(id), HoldState::kDiscarded);
  EXPECT_EQ(store_->Find(id)->decided_by, "ann");
  EXPECT_EQ(store_->Find(id)->list, kList);
  EXPECT_EQ(accounts_->FindUser("ann")->rights, (std::vector<Right>{{"*", Role::kModerator}}));
}

TEST_F(DeskTest, TakesSqlInAParameterForText) {
  AddUser("eve", Role::kModerator, kTrainees);
  HoldPost("Secret plan");
  const std::string hers = HoldPost("Her own", kSecretText, kTrainees);
  SignIn("eve");
  for (const std::string& value :
       std::vector<std::string>{"' OR '1'='1", "' OR 1=1 --", "\" OR \"\"=\"", "x'; DROP TABLE held; --",
                                "%' UNION SELECT raw FROM content --"}) {
    for (const char* name :
         {"q", "list", "filter", "author", "order", "similar", "page", "done", "rule", "outcome"}) {
      const std::string path = std::string("/?") + name + "=" + PercentEncoded(value);
      EXPECT_EQ(Get(path).status, 200) << path;
      EXPECT_THAT(Get(path).body, Not(HasSubstr("Secret plan"))) << path;
      EXPECT_THAT(Get("/decided?outcome=any&" + path.substr(2)).body, Not(HasSubstr("Secret plan"))) << path;
    }
    EXPECT_EQ(SignIn(value, value).status, 403);
  }
  EXPECT_EQ(State(hers), HoldState::kHeld);
}

TEST_F(DeskTest, SaysTheTypeAndCharsetOfEveryText) {
  AddUser("ann", Role::kAdmin);
  SignIn("ann");
  for (const auto& [path, type] :
       std::map<std::string, std::string>{{"/", "text/html; charset=utf-8"},
                                          {"/nowhere", "text/html; charset=utf-8"},
                                          {"/reports.csv", "text/csv; charset=utf-8"},
                                          {"/live", "application/json"},
                                          {"/assets/none", "text/plain; charset=utf-8"},
                                          {"/assets/desk.js", "text/javascript; charset=utf-8"},
                                          {"/assets/desk.css", "text/css; charset=utf-8"},
                                          {"/assets/shield.svg", "image/svg+xml; charset=utf-8"}})
    EXPECT_EQ(Get(path).type, type) << path;
  EXPECT_EQ(Get("/live").fields["Content-Disposition"], "attachment; filename=\"live.json\"");
}

TEST_F(DeskTest, LetsNoOtherSiteReadAnAnswer) {
  AddUser("ann", Role::kAdmin);
  SignIn("ann");
  for (const char* origin : {"https://evil.example", "null", "https://desk.example"}) {
    fields_ = {{"origin", origin}};
    for (const char* path : {"/", "/live", "/reports.csv", "/assets/desk.js"}) {
      const Response response = Get(path);
      for (const auto& [name, value] : response.fields.all())
        EXPECT_NE(name.substr(0, 15), "Access-Control-") << path;
      EXPECT_EQ(response.fields["Cross-Origin-Resource-Policy"], "same-origin");
    }
  }
}

TEST_F(DeskTest, OpensNothingWhenItCannotAskWhoMayLook) {
  AddUser("ann", Role::kAdmin);
  SignIn("ann");
  const std::string id = HoldPost("Secret plan"), token = FormToken(), revision = Revision(id);
  for (const char* table : {"session", "account", "account_right"}) {
    ByHand(("PRAGMA legacy_alter_table = ON; ALTER TABLE " + std::string(table) + " RENAME TO away").c_str());
    const Response page = Get("/posts/" + id);
    EXPECT_EQ(page.status, 503) << table;
    EXPECT_THAT(page.body, Not(HasSubstr("Secret plan"))) << table;
    EXPECT_EQ(Post("/posts/" + id + "/release", {{"form-token", token}, {"revision", revision}}).status, 503)
        << table;
    ByHand(("PRAGMA legacy_alter_table = ON; ALTER TABLE away RENAME TO " + std::string(table)).c_str());
  }
  EXPECT_EQ(State(id), HoldState::kHeld);
  EXPECT_EQ(Get("/posts/" + id).status, 200);
}

TEST_F(DeskTest, StopsTryingANameAfterTwentyFiveFailuresFromAnywhere) {
  AddUser("ann", Role::kModerator);
  for (int i = 0; i < 25; ++i) {
    peer_ = "192.0.2." + std::to_string(i);
    EXPECT_EQ(SignIn("ann", "wrong wrong wrong").status, 403) << i;
  }
  peer_ = "198.51.100.1";
  EXPECT_EQ(SignIn("ann", "wrong wrong wrong").status, 429) << "no more than a hundred in an hour";
  clock_.now += std::chrono::minutes(16);
  EXPECT_EQ(SignIn("ann").status, 303);
}

TEST_F(DeskTest, LogsSignInsAndLinksWithoutTheirSecrets) {
  AddUser("ann", Role::kModerator);
  HoldPost();
  const std::string secret = OwnSecret();
  testing::internal::CaptureStderr();
  SignIn("ann", "not this one either");
  SignIn("ann");
  const std::string cookie = cookies_["__Host-session"], token = FormToken();
  EXPECT_TRUE(OpenLink(secret));
  Get("/link/" + secret.substr(1));
  Get("/");
  ByHand("ALTER TABLE link RENAME TO away");
  EXPECT_EQ(Get("/link/" + secret).status, 503);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, AllOf(HasSubstr("event=sign-in-failed name=ann peer=192.0.2.1"),
                         HasSubstr("event=signed-in name=ann peer=192.0.2.1"),
                         HasSubstr("event=link-unknown peer=192.0.2.1"),
                         HasSubstr("event=store-failed path=/link/ ")));
  for (const std::string& hidden : std::vector<std::string>{"not this one either", "not\\x20this", kPassword,
                                                            cookie, token, secret, secret.substr(1)})
    EXPECT_THAT(log, Not(HasSubstr(hidden)));
}

TEST_F(DeskTest, LogsWhomItKeptFromWhat) {
  AddUser("eve", Role::kModerator, kTrainees);
  AddUser("olga", Role::kOffice);
  const std::string id = HoldPost("Secret plan");
  const auto logged = [&](const std::string& who, const std::string& act,
                          std::map<std::string, std::string> form) {
    cookies_.clear();
    SignIn(who);
    testing::internal::CaptureStderr();
    Decide(id, act, std::move(form));
    return testing::internal::GetCapturedStderr();
  };
  const std::string what = "event=refused method=POST path=/posts/" + id + "/release name=";
  EXPECT_THAT(logged("eve", "release", {}), HasSubstr(what + "eve peer=192.0.2.1"))
      << "looks like none, but is";
  EXPECT_THAT(logged("olga", "release", {}), HasSubstr(what + "olga peer=192.0.2.1"))
      << "a right she has not";
  EXPECT_THAT(logged("olga", "note", {{"text", "x"}, {"form-token", "forged"}}),
              AllOf(HasSubstr("event=refused"), HasSubstr("/note name=olga"), Not(HasSubstr("forged"))));
  EXPECT_THAT(logged("olga", "note", {{"text", "x"}}), Not(HasSubstr("event=refused")));
}

}  // namespace
}  // namespace listwarden
