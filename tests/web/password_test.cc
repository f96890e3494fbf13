// SPDX-License-Identifier: Apache-2.0
#include "web/password.h"

#include <gmock/gmock.h>

#include <set>

namespace listwarden {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string Times(int count, const std::string& text) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

TEST(Password, HasTwelveTo128CharactersNotBytes) {
  EXPECT_THAT(PasswordFault("eleven char"), HasSubstr("too short"));
  EXPECT_THAT(PasswordFault(Times(11, "ŵ")), HasSubstr("too short")) << "22 bytes";
  EXPECT_THAT(PasswordFault("a      b      c"), HasSubstr("too short")) << "blanks in a row count as one";
  EXPECT_EQ(PasswordFault(Times(12, "x")), "");
  EXPECT_EQ(PasswordFault(Times(128, "😀")), "") << "512 bytes";
  EXPECT_THAT(PasswordFault(Times(129, "x")), HasSubstr("too long"));
}

TEST(Password, MayBeOfAnyCharactersAndNeedsNoneInParticular) {
  for (const char* one :
       {"four small words here", "αβγδεζηθικλμ", "😀😀😀😀😀😀😀😀😀😀😀😀", "123456789012", "'\"\\<>&%;-- ,"})
    EXPECT_EQ(PasswordFault(one), "") << one;
}

TEST(Password, CountsToItsLastCharacterAndItsEveryBlank) {
  const std::string longest = Times(127, "😀");
  const std::string hash = HashPassword(longest + "a");
  EXPECT_TRUE(IsPassword(longest + "a", hash));
  EXPECT_FALSE(IsPassword(longest + "b", hash));
  EXPECT_FALSE(IsPassword("two  blanks", HashPassword("two blanks")));
}

TEST(Password, IsKeptByArgon2idWithASaltOfItsOwn) {
  const std::string first = HashPassword("four small words here"),
                    second = HashPassword("four small words here");
  EXPECT_THAT(first, StartsWith("$argon2id$v=19$m=65536,t=2,p=1$")) << "64 MiB, two passes";
  EXPECT_NE(first, second);
  EXPECT_FALSE(IsPassword("", ""));
}

TEST(Secret, HasAHundredAndNinetyTwoBitsAndIsNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) seen.insert(NewSecret());
  EXPECT_EQ(seen.size(), 10'000u);
  EXPECT_EQ(seen.begin()->size(), 32u) << "six bits a character";
}

}  // namespace
}  // namespace listwarden
