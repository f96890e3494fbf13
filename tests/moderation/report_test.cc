// SPDX-License-Identifier: Apache-2.0
#include "moderation/report.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "filters/registry.h"
#include "moderation/moderation_service.h"

namespace listwarden {
namespace {

using std::chrono::hours;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr const char* kList = "trainees@lists.example.ac.uk";
const Time kMonday = *DayFrom("2026-11-23");

const Policy& ShippedPolicy() {
  static const auto policy = Policy::Load(std::filesystem::path(SOURCE_DIR) / "etc", "ipem", MakeFilters());
  return *policy;
}

Figures::Holds Some(std::size_t holds, HoldState outcome, bool is_corrected = false) {
  return {kList, "privacy", "privacy/second-vote", kMonday, outcome, is_corrected, holds};
}

Report ReportOf(const Figures& figures) {
  return MakeReport(figures, {kMonday - hours(24 * 7), kMonday + hours(24 * 7)}, ShippedPolicy(), {});
}

TEST(Report, CountsCorrectionsForTheRuleAndReleasesAgainstIt) {
  Figures figures;
  figures.by_rule = {Some(1, HoldState::kReleased), Some(2, HoldState::kReleased, true),
                     Some(3, HoldState::kRejected), Some(1, HoldState::kDiscarded),
                     Some(5, HoldState::kHeld),     Some(4, HoldState::kExpired)};
  const Report report = ReportOf(figures);
  ASSERT_THAT(report.rules, SizeIs(1));
  const Tally& rule = report.rules[0];
  EXPECT_EQ(rule.all(), 16u);
  EXPECT_EQ(rule.decided(), 7u);
  EXPECT_EQ(rule.agreed(), 6u);
  EXPECT_EQ(rule.precision(), 86u) << "6 of 7";
  EXPECT_FALSE(rule.IsMostlyOverruled());
}

TEST(Report, CallsARuleMostlyOverruledFromFiveDecisionsOn) {
  Tally tally{.name = "x", .released = 4};
  EXPECT_FALSE(tally.IsMostlyOverruled()) << "four are too few to tell";
  tally.rejected = 4;
  EXPECT_TRUE(tally.IsMostlyOverruled());
  tally.rejected = 5;
  EXPECT_FALSE(tally.IsMostlyOverruled());
}

TEST(Report, HasNoPrecisionWhileNobodyDecided) {
  EXPECT_EQ((Tally{.name = "x", .waiting = 3, .ended = 2}).precision(), std::nullopt);
}

TEST(Report, NamesEveryRuleThatHeldNothingAndIsWanted) {
  Figures figures;
  figures.by_rule = {Some(1, HoldState::kHeld)};
  figures.by_rule[0].rule = "confidentiality/official-sensitive";
  const Report all = ReportOf(figures);
  EXPECT_THAT(all.silent, Not(Contains("confidentiality/official-sensitive")));
  EXPECT_GT(all.silent.size(), 100u);
  EXPECT_THAT(all.silent, Contains("purpose/survey")) << "the announcements list turns it on";
  const Report one = MakeReport(figures, all.time, ShippedPolicy(), std::vector<std::string>{kList});
  EXPECT_THAT(one.silent, Not(Contains("purpose/survey"))) << "this list does not";
}

TEST(Report, ShowsEveryWeekOfTheTimeAlsoThoseWithoutHolds) {
  Figures figures;
  figures.by_list = {Some(2, HoldState::kHeld)};
  const Report report = ReportOf(figures);
  ASSERT_THAT(report.weeks, SizeIs(2));
  EXPECT_EQ(report.weeks[0].name, "2026-11-16");
  EXPECT_EQ(report.weeks[0].all(), 0u);
  EXPECT_EQ(report.weeks[1].all(), 2u);
}

TEST(Report, TellsHowLongPeopleTookAndLeavesOutWhatNobodyDecided) {
  Figures figures;
  for (int hour = 1; hour <= 10; ++hour)
    figures.decided.push_back({kList, kMonday, HoldState::kRejected, "ann", hours(hour)});
  figures.decided.push_back({kList, kMonday, HoldState::kExpired, "expiry", hours(168)});
  figures.decided.push_back({kList, kMonday, HoldState::kWithdrawn, "bo", hours(100)});
  figures.decided.push_back({kList, kMonday, HoldState::kReleased, std::string(kCorrectionActor), hours(1)});
  const Report report = ReportOf(figures);
  ASSERT_THAT(report.delays, SizeIs(2)) << "all, and the one list";
  EXPECT_EQ(report.delays[0].decisions, 10u);
  EXPECT_EQ(report.delays[0].median, hours(5));
  EXPECT_EQ(report.delays[0].p90, hours(9));
  EXPECT_THAT(report.delay_counts, testing::ElementsAre(1, 3, 6, 0, 0, 0));
}

TEST(Report, KnowsMonthsAndWeeks) {
  const auto month = MonthFrom("2026-12");
  ASSERT_TRUE(month);
  EXPECT_EQ(IsoDay(month->from), "2026-12-01");
  EXPECT_EQ(IsoDay(month->until), "2027-01-01");
  for (const char* wrong : {"2026-13", "2026-1", "", "2026-12-01", "abcd-ef"}) EXPECT_FALSE(MonthFrom(wrong));
  const ReportTime weeks = LastWeeks(kMonday + hours(50), 4);
  EXPECT_EQ(IsoDay(weeks.from), "2026-11-02");
  EXPECT_EQ(IsoDay(weeks.until), "2026-11-30");
}

TEST(Report, WritesCsvThatNoSpreadsheetTakesForFormulas) {
  Figures figures;
  figures.by_list = {Some(2, HoldState::kRejected)};
  figures.by_list[0].list = "=cmd(\"x\")@lists.example.org";
  const std::string csv = ReportCsv(ReportOf(figures));
  EXPECT_THAT(csv, HasSubstr("all,\"\",2,0,0,0,2,0,0,100,,\r\n"));
  EXPECT_THAT(csv, HasSubstr("\r\nlist,\"'=cmd(\"\"x\"\")@lists.example.org\",2,"));
}

TEST(Report, WritesJsonWithTheSameNumbers) {
  Figures figures;
  figures.by_filter = {Some(3, HoldState::kReleased)};
  figures.by_filter[0].rule.clear();
  const auto json = nlohmann::json::parse(ReportJson(ReportOf(figures)));
  EXPECT_EQ(json["filters"][0]["name"], "privacy");
  EXPECT_EQ(json["filters"][0]["released"], 3);
  EXPECT_EQ(json["filters"][0]["precision"], 0);
  EXPECT_TRUE(json["rules"].empty());
}

}  // namespace
}  // namespace listwarden
