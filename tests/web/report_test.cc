// The reports: who sees which numbers, and that the posts behind each are as many as it says.
// SPDX-License-Identifier: Apache-2.0
#include "desk_fixture.h"

namespace listwarden {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ReportPageTest : public DeskTest {
 protected:
  // Straight into the store: any list, rule and outcome.
  std::string Put(const std::string& list, const std::string& rule, HoldState outcome) {
    NewHold hold;
    hold.dedupe_key = std::to_string(++posts_);
    hold.list = list;
    hold.reverse_path = hold.from = "ann@hospital.example";
    hold.forward_paths = {list};
    hold.raw = "Subject: x\r\n\r\nx\r\n";
    hold.verdict_json = "{}";
    hold.findings = {{rule.substr(0, rule.find('/')), rule, "privacy", "high", "hold", "words"}};
    hold.expires = clock_.now + std::chrono::hours(24 * 7);
    const std::string id = store_->Hold(hold).id;
    if (outcome == HoldState::kHeld) return id;
    clock_.now += std::chrono::minutes(30);
    Decision decision;
    decision.held_id = id;
    decision.to = outcome;
    decision.actor = "mo";
    EXPECT_EQ(store_->Decide(decision), DecisionResult::kDone);
    return id;
  }
  // Every link of the page to the posts behind a number, with the number.
  static std::vector<std::pair<std::string, std::string>> Numbers(const std::string& page) {
    const std::string mark = "<td class=\"number\"><a href=\"";
    std::vector<std::pair<std::string, std::string>> numbers;
    for (std::size_t at = 0; (at = page.find(mark, at)) != std::string::npos;) {
      at += mark.size();
      const auto quote = page.find('"', at), end = page.find('<', quote);
      std::string link = page.substr(at, quote - at);
      for (std::size_t amp; (amp = link.find("&amp;")) != std::string::npos;) link.replace(amp, 5, "&");
      numbers.emplace_back(link, page.substr(quote + 2, end - quote - 2));
    }
    return numbers;
  }
};

TEST_F(ReportPageTest, ThePostsBehindEveryNumberAreAsManyAsItSays) {
  for (const HoldState outcome : {HoldState::kHeld, HoldState::kApproved, HoldState::kRejected,
                                  HoldState::kRejected, HoldState::kDiscarded, HoldState::kWithdrawn})
    Put(kList, "privacy/private-number", outcome);
  Put(kTrainees, "harassment/insult", HoldState::kRejected);
  clock_.now += std::chrono::hours(24 * 8);
  Put(kTrainees, "harassment/insult", HoldState::kApproved);
  AddUser("olga", Role::kOffice);
  SignIn("olga");
  const auto numbers = Numbers(Get("/reports").body);
  ASSERT_GT(numbers.size(), 20u);
  for (const auto& [link, number] : numbers)
    EXPECT_THAT(Get(link).body, HasSubstr("1 to " + number + " of " + number + "<")) << link;
}

TEST_F(ReportPageTest, ThePostsBehindANumberLeadBackToTheReportTheyAreOf) {
  Put(kList, "privacy/private-number", HoldState::kRejected);
  AddUser("olga", Role::kOffice);
  SignIn("olga");
  const std::string month = IsoDay(clock_.now).substr(0, 7), list = PercentEncoded(kList);
  for (const auto& [query, back] : std::vector<std::pair<std::string, std::string>>{
           {"", ""},
           {"period=52", "period=52"},
           {"period=" + month + "&list=" + list, "period=" + month + "&amp;list=" + list}}) {
    const auto numbers = Numbers(Get("/reports?" + query).body);
    ASSERT_GT(numbers.size(), 4u) << query;
    for (const auto& [link, number] : numbers)
      EXPECT_THAT(Get(link).body, HasSubstr("href=\"/reports?" + back + "\"")) << link;
  }
  EXPECT_THAT(
      Get("/decided?outcome=any&from=2026-01-01&until=2099-01-01&report=https%3A%2F%2Fevil.example").body,
      AllOf(HasSubstr("href=\"/reports?\""), Not(HasSubstr("href=\"https://evil"))));
}

TEST_F(ReportPageTest, IsForOwnersOfficeAndAdminsOnly) {
  AddUser("mo", Role::kModerator);
  SignIn("mo");
  EXPECT_EQ(Get("/reports").status, 403);
  EXPECT_EQ(Get("/reports.csv").status, 403);
  EXPECT_THAT(Get("/").body, Not(HasSubstr("href=\"/reports\"")));
  for (const Role role : {Role::kOwner, Role::kOffice, Role::kAdmin}) {
    cookies_.clear();
    const std::string name(RoleName(role));
    AddUser(name, role);
    SignIn(name);
    EXPECT_EQ(Get("/reports").status, 200) << name;
    EXPECT_THAT(Get("/").body, HasSubstr("href=\"/reports\"")) << name;
  }
}

TEST_F(ReportPageTest, AnOwnerSeesTheNumbersOfTheirOwnListsOnly) {
  Put(kList, "privacy/private-number", HoldState::kRejected);
  Put(kTrainees, "harassment/insult", HoldState::kHeld);
  AddUser("olive", Role::kOwner, kTrainees);
  AddUser("olive", Role::kModerator, kList);
  SignIn("olive");
  for (const std::string& target : {std::string("/reports"), "/reports?list=" + std::string(kList),
                                    std::string("/reports.csv"), "/reports.csv?list=" + std::string(kList)})
    EXPECT_THAT(Get(target).body, Not(HasSubstr("outcome=kept"))) << target;
  EXPECT_THAT(Get("/reports.csv").body, AllOf(HasSubstr("all,\"\",1,1,"), Not(HasSubstr(kList))));
  EXPECT_THAT(Get("/reports.csv?list=" + std::string(kList)).body, HasSubstr("all,\"\",0,"));
  EXPECT_THAT(Get("/reports").body, Not(HasSubstr("Medical Physics and Engineering")));
}

TEST_F(ReportPageTest, PointsOutRulesThatAreMostlyOverruledOrHoldNothing) {
  for (int i = 0; i < 5; ++i) Put(kList, "privacy/private-number", HoldState::kApproved);
  AddUser("olga", Role::kOffice);
  SignIn("olga");
  const std::string page = Get("/reports").body;
  EXPECT_THAT(page, HasSubstr("privacy/private-number</a>: 5 of 5 decided posts were released unchanged"));
  EXPECT_THAT(page, HasSubstr("<li>harassment/insult</li>"));
  EXPECT_THAT(page, Not(HasSubstr("<li>privacy/private-number</li>")));
}

TEST_F(ReportPageTest, SaysWhenThePolicyIsDueForReviewAndWarnsOnceItIsPast) {
  ASSERT_TRUE(policy_->review_due());
  clock_.now = *policy_->review_due() - std::chrono::hours(1);
  AddUser("olga", Role::kOffice);
  SignIn("olga");
  EXPECT_THAT(Get("/reports").body, AllOf(HasSubstr("is due for its review on"), Not(HasSubstr("was due"))));
  clock_.now += std::chrono::hours(1);
  cookies_.clear();
  SignIn("olga");
  EXPECT_THAT(Get("/reports").body, HasSubstr("was due for its review on"));
}

TEST_F(ReportPageTest, AMonthCountsItsOwnDaysOnlyAndComesAsCsv) {
  AddUser("olga", Role::kOffice);
  clock_.now = *DayFrom("2026-10-31") + std::chrono::hours(12);
  Put(kList, "privacy/private-number", HoldState::kHeld);
  clock_.now = *DayFrom("2026-11-02");
  Put(kList, "privacy/private-number", HoldState::kHeld);
  SignIn("olga");
  EXPECT_THAT(Get("/reports?period=2026-11").body, HasSubstr("<h1>Report for November 2026</h1>"));
  const Response csv = Get("/reports.csv?period=2026-11");
  EXPECT_EQ(csv.type, "text/csv; charset=utf-8");
  EXPECT_THAT(csv.fields["Content-Disposition"], HasSubstr("filename=\"listwarden-2026-11.csv\""));
  EXPECT_THAT(csv.body, AllOf(HasSubstr("all,\"\",1,1,"), HasSubstr("week,\"2026-10-26\",0,")));
}

TEST_F(ReportPageTest, NothingInAnAddressRuleOrQueryBreaksThePage) {
  const std::string bad = "\"><script>x</script>";
  Put(bad + "@lists.example.org", "privacy/" + bad, HoldState::kApproved);
  AddUser("olga", Role::kOffice);
  SignIn("olga");
  const std::string escaped = PercentEncoded(bad);
  for (const std::string& target :
       {std::string("/reports"), "/reports?period=" + escaped + "&list=" + escaped,
        "/decided?outcome=any&from=2026-01-01&until=2027-01-01&rule=" + PercentEncoded("privacy/" + bad),
        "/decided?outcome=" + escaped + "&from=" + escaped + "&until=" + escaped}) {
    const Response response = Get(target);
    EXPECT_EQ(response.status, 200) << target;
    EXPECT_THAT(response.body, Not(HasSubstr("<script>x"))) << target;
  }
}

TEST_F(ReportPageTest, SpeaksWelsh) {
  AddUser("olga", Role::kOffice);
  SignIn("olga");
  cookies_["language"] = "cy";
  EXPECT_THAT(Get("/reports?period=2026-11").body, HasSubstr("<h1>Adroddiad ar gyfer Tachwedd 2026</h1>"));
}

}  // namespace
}  // namespace listwarden
