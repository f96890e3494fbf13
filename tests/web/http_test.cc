// SPDX-License-Identifier: Apache-2.0
#include "web/http.h"

#include <gmock/gmock.h>

namespace listwarden {
namespace {

using testing::ElementsAre;

TEST(Form, DecodesBlanksAndPercents) {
  const FieldList form = ParseForm("why=two+words%21&id=a&id=b&empty=&flag");
  EXPECT_EQ(form["why"], "two words!");
  EXPECT_THAT(form.All("id"), ElementsAre("a", "b"));
  EXPECT_TRUE(form.Has("flag"));
  EXPECT_EQ(form["absent"], "");
}

TEST(Form, LeavesBrokenPercentsAsTheyAre) { EXPECT_EQ(ParseForm("a=5%&b=%zz&c=%4")["b"], "%zz"); }

TEST(Form, StopsAtItsLimitOfPairs) {
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "a=1&";
  EXPECT_EQ(ParseForm(many).all().size(), 2000u);
}

TEST(Entered, CutsNoCharacterInTwoAndCountsWhatIsLeftOnly) {
  Request request;
  request.form = ParseForm("why=++a%0D%0A%C5%B4+&clean=%F0%9F%98%80&empty=+");
  EXPECT_EQ(Entered(request, "why", 4), "a\nŴ") << "neither the blanks nor the CR count";
  EXPECT_EQ(Entered(request, "why", 3), "a\n");
  EXPECT_EQ(Entered(request, "clean", 3), "");
  EXPECT_EQ(Entered(request, "empty", 3), "");
}

TEST(Cookies, AreSplitAtSemicolons) {
  const FieldList cookies = ParseCookies("a=1; __Host-listwarden=x=y ; broken");
  EXPECT_EQ(cookies["a"], "1");
  EXPECT_EQ(cookies["__Host-listwarden"], "x=y ");
}

TEST(Percent, RoundTripsEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(PercentDecoded(PercentEncoded(all)), all);
  EXPECT_EQ(PercentEncoded("/posts?x"), "%2Fposts%3Fx");
}

}  // namespace
}  // namespace listwarden
