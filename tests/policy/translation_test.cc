// SPDX-License-Identifier: Apache-2.0
#include "policy/translation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"

namespace listwarden {
namespace {

using testing::HasSubstr;

class TranslationTest : public testing::Test {
 protected:
  ~TranslationTest() override { std::filesystem::remove(file_); }

  std::filesystem::path Write(const std::string& text) {
    std::ofstream(file_) << text;
    return file_;
  }
  std::string Complaint(const std::string& text) {
    try {
      const Translation translation(Write(text));
    } catch (const RuleError& e) {
      return e.what();
    }
    return "";
  }

  std::filesystem::path file_ =
      std::filesystem::temp_directory_path() / ("translation-" + std::to_string(::getpid()) + ".toml");
};

TEST_F(TranslationTest, FindsATextByItsVeryWords) {
  const Translation translation(Write("'Leave it out.' = 'Gadewch hyn allan.'\n"));
  EXPECT_EQ(translation.Find("Leave it out."), "Gadewch hyn allan.");
  EXPECT_EQ(translation.Find("Leave it out"), std::nullopt);
  EXPECT_EQ(Translation().Find("Leave it out."), std::nullopt);
}

TEST_F(TranslationTest, KeepsWhatStandsInThePlacesOfAPattern) {
  const Translation translation(Write("'more than {} of {} MB' = 'mwy na {} o {} MB'\n"));
  EXPECT_EQ(translation.Find("more than 3 of 12 MB"), "mwy na 3 o 12 MB");
  EXPECT_EQ(translation.Find("more than 3 MB"), std::nullopt);
  EXPECT_EQ(translation.Find("no more than 3 of 12 MB"), std::nullopt);
}

TEST_F(TranslationTest, TranslatesATextWithinATextOrNothing) {
  const Translation translation(
      Write("'{text} Most weight: {}.' = '{text} Y geiriau: {}.'\n"
            "'It shouts.' = \"Mae'n gweiddi.\"\n"));
  EXPECT_EQ(translation.Find("It shouts. Most weight: \"a\" \"b\"."),
            "Mae'n gweiddi. Y geiriau: \"a\" \"b\".");
  EXPECT_EQ(translation.Find("It whispers. Most weight: \"a\"."), std::nullopt);
}

TEST_F(TranslationTest, RefusesWhatWouldSayNothingOrSomethingElse) {
  EXPECT_THAT(Complaint("'a' = 'b'\n'c' = ''\n"), HasSubstr(".toml:2: \"c\" has no words"));
  EXPECT_THAT(Complaint("'a {}' = 'b'\n"), HasSubstr("expected the same {} and {text}"));
  EXPECT_THAT(Complaint("'a {} {text}' = 'b {text} {}'\n"), HasSubstr("in the same order"));
  EXPECT_THAT(Complaint("'{text}' = '{text}'\n"), HasSubstr("no words of its own")) << "else for ever";
  EXPECT_THAT(Complaint("'a' = 3\n"), HasSubstr("'a' is no text"));
}

}  // namespace
}  // namespace listwarden
