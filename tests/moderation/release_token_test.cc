// SPDX-License-Identifier: Apache-2.0
#include "moderation/release_token.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "base/error.h"
#include "tests/support/house.h"

namespace listwarden {
namespace {

using testing::HasSubstr;

class ReleaseTokenTest : public testing::Test {
 protected:
  ReleaseTokenTest() {
    ReleaseKey::Create(house.folder / "key");
    key.emplace(house.folder / "key");
    token = key->Sign("0011.1", {"b@example.org", "a@example.org"}, "body\r\n",
                      house.clock.now + std::chrono::minutes(10));
  }
  std::optional<std::string> Verify(const std::string& one,
                                    std::vector<std::string> paths = {"a@example.org", "b@example.org"},
                                    std::string_view body = "body\r\n") {
    return key->Verify(one, paths, body, house.clock.now);
  }
  std::string Complaint() {
    try {
      const ReleaseKey read(house.folder / "key");
    } catch (const SettingsError& e) {
      return e.what();
    }
    return "";
  }

  House house;
  std::optional<ReleaseKey> key;
  std::string token;
};

TEST_F(ReleaseTokenTest, FitsItsOwnMailInAnyOrderOfRecipients) {
  EXPECT_TRUE(Verify(token));
  EXPECT_TRUE(Verify(" " + token));
}

TEST_F(ReleaseTokenTest, FitsNoOtherMail) {
  EXPECT_FALSE(Verify(token, {"a@example.org"}));
  EXPECT_FALSE(Verify(token, {"a@example.org", "b@example.org", "c@example.org"}));
  EXPECT_FALSE(Verify(token, {"a@example.org", "b@example.org"}, "other\r\n"));
}

TEST_F(ReleaseTokenTest, RunsOut) {
  house.clock.now += std::chrono::minutes(10);
  EXPECT_TRUE(Verify(token));
  house.clock.now += std::chrono::seconds(1);
  EXPECT_FALSE(Verify(token));
}

TEST_F(ReleaseTokenTest, NoChangedCharacterIsAccepted) {
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_FALSE(Verify(changed)) << changed;
  }
}

// Each would be another id, and so a second release.
TEST_F(ReleaseTokenTest, NoOtherSpellingIsAccepted) {
  for (const char* sign : {"0", "+", "\t"}) {
    std::string changed = token;
    EXPECT_FALSE(Verify(changed.insert(token.find("exp=") + 4, sign))) << changed;
  }
  EXPECT_FALSE(Verify(token + ";"));
}

TEST_F(ReleaseTokenTest, OddTokensAreRefused) {
  for (const std::string& one :
       {std::string(), std::string("v1"), std::string("id=;exp=;sig="), std::string(5000, 'x'),
        std::string("v1; id=1; exp=99999999999999999999; sig=0"), token + token})
    EXPECT_FALSE(Verify(one)) << one;
}

TEST_F(ReleaseTokenTest, OtherKeySignsNothingForUs) {
  ReleaseKey::Create(house.folder / "other");
  const ReleaseKey other(house.folder / "other");
  EXPECT_FALSE(other.Verify(token, {"a@example.org", "b@example.org"}, "body\r\n", house.clock.now));
}

TEST_F(ReleaseTokenTest, KeyIsMadeOnceAndForTheGroupOnly) {
  struct stat facts {};
  ASSERT_EQ(stat((house.folder / "key").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0640u & ~0u);
  ReleaseKey::Create(house.folder / "key");
  EXPECT_TRUE(Verify(token)) << "a second call keeps the first key";
}

TEST_F(ReleaseTokenTest, BadKeyFilesAreNamedWithTheRemedy) {
  chmod((house.folder / "key").c_str(), 0644);
  EXPECT_THAT(Complaint(), HasSubstr("chmod o="));
  WriteFile(house.folder / "key", "short");
  EXPECT_THAT(Complaint(), HasSubstr("too short"));
  std::filesystem::remove(house.folder / "key");
  EXPECT_THAT(Complaint(), HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace listwarden
