// What a list says about letters.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "base/error.h"
#include "tests/support/house.h"

namespace listwarden {
namespace {

using testing::HasSubstr;

class ListLettersTest : public testing::Test {
 protected:
  const ListPolicy& With(const std::string& rest) {
    WriteFile(house.folder / "lists.d/one.toml",
              "address = \"one@lists.example.org\"\nname = \"One\"\npurpose = \"p\"\naudience = \"a\"\n"
              "responsible = \"office@example.org\"\n" +
                  rest);
    house.Load();
    return *house.policy->FindList("one@lists.example.org");
  }
  std::string Complaint(const std::string& rest) {
    try {
      With(rest);
    } catch (const SettingsError& e) {
      return e.what();
    }
    return "";
  }
  House house;
};

TEST_F(ListLettersTest, AListThatSaysNothingHasTheUsual) {
  const ListPolicy& list = With("");
  EXPECT_EQ(list.time_zone, "Europe/London");
  EXPECT_EQ(list.digest_hour, 7);
  EXPECT_EQ(list.remind, std::chrono::hours(24));
  EXPECT_EQ(list.escalate, std::chrono::hours(48));
  EXPECT_EQ(list.escalate_to, "office@example.org");
  EXPECT_EQ(list.keep_texts, std::chrono::hours(90 * 24));
  EXPECT_EQ(list.keep_records, std::chrono::hours(730 * 24));
  EXPECT_FALSE(list.release_by_letter) << "releasing needs a log-in unless the list says otherwise";
}

TEST_F(ListLettersTest, AListSaysWhenAndToWhom) {
  const ListPolicy& list = With(
      "time-zone = \"Europe/Dublin\"\ndigest-hour = -1\nremind-hours = 0\nescalate-hours = 12\n"
      "escalate-to = \"chair@example.org\"\nrelease-by-letter = true\n");
  EXPECT_EQ(list.time_zone, "Europe/Dublin");
  EXPECT_EQ(list.digest_hour, std::nullopt);
  EXPECT_EQ(list.remind, std::chrono::hours(0));
  EXPECT_EQ(list.escalate, std::chrono::hours(12));
  EXPECT_EQ(list.escalate_to, "chair@example.org");
  EXPECT_TRUE(list.release_by_letter);
}

TEST_F(ListLettersTest, MistakesAreNamedWithTheirLine) {
  EXPECT_THAT(Complaint("time-zone = \"Europe/Lundon\"\n"),
              HasSubstr("one.toml:6: time-zone \"Europe/Lundon\" is unknown"));
  EXPECT_THAT(Complaint("digest-hour = 24\n"), HasSubstr("one.toml:6: digest-hour is outside -1 to 23"));
  EXPECT_THAT(Complaint("remind-hours = -1\n"), HasSubstr("remind-hours is outside 0 to 8760"));
  EXPECT_THAT(Complaint("keep-texts-days = -1\n"), HasSubstr("keep-texts-days is outside 0 to 36500"));
  EXPECT_THAT(Complaint("escalate-to = \"chair\"\n"), HasSubstr("escalate-to \"chair\" is no mail address"));
  EXPECT_THAT(Complaint("release-by-letter = 1\n"),
              HasSubstr("'release-by-letter' is neither true nor false"));
}

}  // namespace
}  // namespace listwarden
