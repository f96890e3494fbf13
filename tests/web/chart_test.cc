// SPDX-License-Identifier: Apache-2.0
#include "web/chart.h"

#include <gmock/gmock.h>

namespace listwarden {
namespace {

using testing::ElementsAre;

double At(const View& view, const char* name) { return std::stod(view.texts.at(name)); }

class ChartTest : public testing::TestWithParam<bool> {
 protected:
  const std::vector<Bar> bars_ = {
      {"First",
       "7",
       {{"agreed", 3, "Kept back: 3", "/a"}, {"ended", 0, "", ""}, {"waiting", 4, "Waiting: 4", ""}}},
      {"Second", "0", {{"agreed", 0, "Kept back: 0", ""}}}};
};

TEST_P(ChartTest, EveryPartIsAsLongAsItsCountOnTheScaleOfTheTicks) {
  const View chart = Chart(bars_, GetParam());
  const std::vector<View>& ticks = chart.lists.at("ticks");
  std::vector<std::string> counts;
  for (const View& tick : ticks) counts.push_back(tick.texts.at("count"));
  EXPECT_THAT(counts, ElementsAre("0", "5", "10"));
  const double left = At(ticks[0], "x"), unit = (At(ticks[2], "x") - left) / 10;
  const std::vector<View>& parts = chart.lists.at("bars").at(0).lists.at("parts");
  ASSERT_EQ(parts.size(), 2u) << "none for a count of nothing";
  EXPECT_NEAR(At(parts[0], "x"), left, 0.11);
  EXPECT_NEAR(At(parts[0], "wide"), 3 * unit, 0.11);
  EXPECT_NEAR(At(parts[1], "x"), left + 3 * unit, 0.11) << "one after the other";
  EXPECT_NEAR(At(parts[1], "wide"), 4 * unit, 0.11);
  EXPECT_EQ(parts[0].texts.at("says"), "First – Kept back: 3");
  EXPECT_LT(At(ticks[2], "x"), At(chart, "width"));
}

TEST_P(ChartTest, RowsStandBelowEachOtherAndWithinThePicture) {
  const View chart = Chart(bars_, GetParam());
  const std::vector<View>& bars = chart.lists.at("bars");
  ASSERT_EQ(bars.size(), 2u);
  EXPECT_EQ(bars[1].lists.count("parts"), 0u);
  EXPECT_EQ(bars[1].texts.at("value"), "0");
  EXPECT_GE(At(bars[1], "value-y"), At(bars[0], "value-y") + At(chart, "thick"));
  EXPECT_LT(At(bars[1], "value-y"), At(chart, "bottom"));
  EXPECT_LT(At(chart, "bottom"), At(chart, "height"));
}

TEST(Chart, ShortensALongLabelBetweenCharacters) {
  std::string name;
  for (int i = 0; i < 40; ++i) name += "ŵ";
  const View chart = Chart({{"x" + name, "1", {}}}, false);
  EXPECT_EQ(chart.lists.at("bars").at(0).texts.at("label"), "x" + name.substr(0, 44) + "…");
}

INSTANTIATE_TEST_SUITE_P(LabelsBeforeAndAbove, ChartTest, testing::Bool());

}  // namespace
}  // namespace listwarden
