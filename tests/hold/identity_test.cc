// SPDX-License-Identifier: Apache-2.0
#include "hold/identity.h"

#include <gtest/gtest.h>

#include "hold/account_store.h"
#include "hold/held_message.h"

namespace listwarden {
namespace {

constexpr const char* kReplaced = "\xef\xbf\xbd";

TEST(StorableText, LeavesTextAsItIs) {
  for (const std::string& text :
       std::vector<std::string>{"", "plain", "Gwŷr £5 €7 𝄞", "\xe0\xa0\x80", "\xed\x9f\xbf",
                                "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_EQ(StorableText(text), text);
}

TEST(StorableText, ReplacesEveryByteThatIsNoText) {
  EXPECT_EQ(StorableText(std::string_view("a\0b", 3)), std::string("a") + kReplaced + "b");
  EXPECT_EQ(StorableText("a\xe2\x82"), std::string("a") + kReplaced + kReplaced) << "cut off";
  EXPECT_EQ(StorableText("\xc3("), std::string(kReplaced) + "(") << "not continued";
  EXPECT_EQ(StorableText("\xf5"), kReplaced);
  for (const char* three : {"\xe0\x9f\xbf", "\xed\xa0\x80"})
    EXPECT_EQ(StorableText(three), std::string(kReplaced) + kReplaced + kReplaced);
  for (const char* four : {"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80"})
    EXPECT_EQ(StorableText(four), std::string(kReplaced) + kReplaced + kReplaced + kReplaced);
}

TEST(Identity, APostIsReferredToInCapitals) {
  EXPECT_EQ(WithId("{id} {ref} {id}", "0af93bcd00000000"), "0af93bcd00000000 0AF9-3BCD 0af93bcd00000000");
}

TEST(Identity, PathsComeBackAndWhatIsNoListOfThemIsEmpty) {
  const std::vector<std::string> paths = {"a@example.org", "\"b\"@example.org"};
  EXPECT_EQ(PathsFromJson(PathsToJson(paths)), paths);
  EXPECT_TRUE(PathsFromJson("a@example.org").empty());
}

TEST(Names, OnesThatNobodyKnowsAreNone) {
  EXPECT_EQ(HoldStateNamed("withdrawn"), HoldState::kWithdrawn);
  EXPECT_FALSE(HoldStateNamed("lost"));
  EXPECT_EQ(RoleNamed("office"), Role::kOffice);
  EXPECT_FALSE(RoleNamed("emperor"));
}

}  // namespace
}  // namespace listwarden
