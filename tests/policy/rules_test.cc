// SPDX-License-Identifier: Apache-2.0
#include "policy/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "policy/registers.h"

namespace listwarden {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Rules : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path Write(const std::string& text, const std::string& name = "rude.toml") {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }

  // One rule about "idiot" with these lines more.
  std::string Rule(const std::string& lines) {
    return "[[rule]]\nid = 'rude/one'\nconfidence = 'high'\nreason = 'r'\nadvice = 'a'\nhit = ['h']\n"
           "miss = ['m']\n" +
           lines + "\n";
  }
  std::string File(const std::string& lines, const std::string& filter_lines = "") {
    return "[filter]\nclause = 'c'\n" + filter_lines + "\n" + Rule(lines);
  }

  std::string ErrorOf(const std::string& text) {
    const auto file = Write(text);
    try {
      RuleSet::Load({file}, std::make_shared<const Registers>());
    } catch (const RuleError& e) {
      std::string what = e.what();
      const auto at = what.find(file.string());
      return at == std::string::npos ? what : what.substr(at + folder_.string().size() + 1);
    }
    return "";
  }

  std::vector<std::string> Hits(const std::string& file_text, const std::string& post,
                                Region region = Region::kAuthorText) {
    const auto rules = RuleSet::Load({Write(file_text)}, std::make_shared<const Registers>());
    Message message;
    message.segments.push_back({region, "1", TextView(post)});
    std::vector<std::string> words;
    for (const Hit& hit : rules->Scan(message)) words.emplace_back(hit.Words());
    return words;
  }

  std::filesystem::path folder_;
};

TEST_F(Rules, CountOnlyOfThoseTheyName) {
  const std::string file = File("words = ['useless']\nof = ['reader', 'person']");
  EXPECT_THAT(Hits(file, "You are useless."), ElementsAre("useless"));
  EXPECT_THAT(Hits(file, "The manual is useless."), IsEmpty());
}

TEST_F(Rules, DoNotCountWhenSaidInAWayTheyExclude) {
  const std::string file = File("words = ['idiot']\nunless-said = ['negated', 'of-oneself']");
  EXPECT_THAT(Hits(file, "You are an idiot."), ElementsAre("idiot"));
  EXPECT_THAT(Hits(file, "You are no idiot."), IsEmpty());
  EXPECT_THAT(Hits(file, "I am an idiot."), IsEmpty());
  EXPECT_THAT(Hits(file, "He said that you are an idiot."), ElementsAre("idiot"));
}

TEST_F(Rules, TakeTheWayOfSayingFromTheirFileUnlessTheySayOtherwise) {
  EXPECT_THAT(Hits(File("words = ['idiot']", "unless-said = ['negated']"), "You are no idiot."), IsEmpty());
  EXPECT_THAT(
      Hits(File("words = ['idiot']\nunless-said = []", "unless-said = ['negated']"), "You are no idiot."),
      ElementsAre("idiot"));
}

TEST_F(Rules, SeeOneSentenceAtATimeUnlessTheySayOtherwise) {
  const std::string pattern = "pattern = 'photo [^x]{0,20}child'";
  EXPECT_THAT(Hits(File(pattern), "A photo of the child."), ElementsAre("photo of the child"));
  EXPECT_THAT(Hits(File(pattern), "See the photo here. A child runs."), IsEmpty());
  EXPECT_THAT(Hits(File(pattern + "\nacross-sentences = true"), "See the photo here. A child runs."),
              ElementsAre("photo here. A child"));
}

TEST_F(Rules, SeeASentenceWithoutEndWhole) {
  const std::string file = File("pattern = 'utter idiot'");
  for (std::size_t before = 780; before < 820; ++before) {
    std::string text;
    while (text.size() < before) text += "and ";
    text.resize(before, 'x');
    EXPECT_THAT(Hits(file, text + " utter idiot and so on"), ElementsAre("utter idiot")) << before;
  }
}

TEST_F(Rules, MayNeedAnotherRuleNotFarAway) {
  const std::string file =
      File("words = ['act surprised']\nbeside = ['rude/two']") +
      "[[rule]]\nid = 'rude/two'\nconfidence = 'low'\nreason = 'r'\nadvice = 'a'\nhit = ['h']\nmiss = ['m']\n"
      "words = ['the panel']\nbeside = ['rude/one']\n";
  EXPECT_THAT(Hits(file, "The panel meets. Do act surprised."),
              UnorderedElementsAre("The panel", "act surprised"));
  EXPECT_THAT(Hits(file, "The panel meets."), IsEmpty());
  EXPECT_THAT(Hits(file, "Do act surprised."), IsEmpty());
  EXPECT_THAT(Hits(file, "The panel meets. " + std::string(500, 'x') + " Do act surprised."), IsEmpty());
}

TEST_F(Rules, MayBeRuledOutByWordsAnywhereInThePost) {
  const std::string file = File("words = ['the photo']\nunless-post = ['\\bconsent']");
  EXPECT_THAT(Hits(file, "Here is the photo."), ElementsAre("the photo"));
  EXPECT_THAT(Hits(file, "Here is the photo.\n\nAll gave consent."), IsEmpty());
}

TEST_F(Rules, GiveUpATextThatTakesTooLong) {
  const std::string rule = File("pattern = '\\bidiot\\b'\nunless = ['\\bnever\\b']");
  const auto text_of = [](std::size_t words) {
    std::string text;
    for (std::size_t i = 0; i < words; ++i) text += "never an idiot\n\n";
    return text;
  };
  EXPECT_THAT(Hits(rule, text_of(100'000)), IsEmpty());
  EXPECT_THROW(Hits(rule, text_of(1'000'000)), std::runtime_error);
}

TEST_F(Rules, RefuseToStandBesideARuleThatDoesNotExist) {
  EXPECT_THAT(ErrorOf(File("words = ['x']\nbeside = ['rude/none']")),
              HasSubstr("rude/none, which does not exist"));
}

TEST_F(Rules, ReplaceWhatTheirFileExcludesByTheirOwnKey) {
  const std::string of_file = "unless-said = ['negated', 'of-oneself']";
  EXPECT_THAT(Hits(File("words = ['idiot']", of_file), "I am an idiot."), IsEmpty());
  EXPECT_THAT(Hits(File("words = ['idiot']\nunless-said = ['quoted']", of_file), "I am an idiot."),
              ElementsAre("idiot"));
}

TEST_F(Rules, RefuseWordsTheGrammarDoesNotKnow) {
  EXPECT_THAT(ErrorOf(File("words = ['x']\nunless-said = ['shouted']")),
              HasSubstr("rude.toml:12: \"shouted\" is unknown; expected negated"));
  EXPECT_THAT(ErrorOf(File("words = ['x']\nof = ['dog']")), HasSubstr("\"dog\" is unknown; expected reader"));
  EXPECT_THAT(ErrorOf(File("words = ['x']\nunless-said = ['of-dog']")), HasSubstr("expected of-reader"));
  EXPECT_THAT(ErrorOf(File("pattern = 'X'\nraw = true\nof = ['reader']")),
              HasSubstr("the grammar reads folded text"));
}

}  // namespace
}  // namespace listwarden
