// Whatever the shipped policy says of a post, it says in Welsh as well.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "policy/second_vote.h"
#include "policy/translation.h"
#include "tests/filters/judged.h"

namespace listwarden {
namespace {

using testing::IsEmpty;

bool IsInWelsh(const std::string& text) { return ShippedPolicy().Say(text, "cy").language == "cy"; }

TEST(Welsh, IsThereForEveryClauseRuleAndVote) { EXPECT_THAT(ShippedPolicy().Untranslated(), IsEmpty()); }

// Judging adds to what rules say, and filters find things that are in no rule.
TEST(Welsh, IsThereForWhatTheFiltersSayThemselves) {
  std::string addresses;
  for (char c = 'a'; c < 'p'; ++c) addresses += std::string("ann.") + c + "@hospital.example\n";
  const std::string posts[] = {
      Post("Who is coming to this?\n" + addresses),
      Post("Does anybody have the form for this?", ""),
      Post(""),
      Post("PLEASE SEND YOUR FORMS BACK BEFORE FRIDAY BECAUSE OTHERWISE THEY WILL ARRIVE LATE"),
      Post("hi evryone i hav a qestion abuot the chambr we recieved yesturday, the efect is verry larg and "
           "we are "
           "not shure wich cabel you have"),
      PostWithFile("The scan.", "scan.tif", "image/tiff"),
      Post("I for one have never trusted those people, and nobody who knows them ever would."),
  };
  std::set<std::string> rules;
  for (const std::string& raw : posts) {
    for (const FilterVerdict& filter :
         ShippedPolicy().Judge(ReadMessage(raw, Limits{}), ShippedPolicy().default_list()).filters) {
      for (const Finding& finding : filter.findings) {
        rules.insert(finding.rule);
        EXPECT_TRUE(IsInWelsh(finding.reason)) << finding.rule << ": " << finding.reason;
        EXPECT_TRUE(IsInWelsh(finding.advice)) << finding.rule << ": " << finding.advice;
      }
    }
  }
  EXPECT_THAT(rules, testing::IsSupersetOf({"privacy/many-addresses", "quality/no-subject", "quality/empty",
                                            "quality/capitals", "quality/spelling"}));
  EXPECT_TRUE(IsInWelsh("A file of 12 MB goes to every reader's mailbox."));
}

TEST(Welsh, IsThereForASecondVoteWithTheWordsThatWeighedMost) {
  for (const auto& vote : ShippedPolicy().rules().second_votes()) {
    const std::string reason = vote->rule.reason + " Most weight: \"one\" \"two\".";
    EXPECT_THAT(ShippedPolicy().Say(reason, "cy").text, testing::EndsWith("\"one\" \"two\".")) << reason;
    EXPECT_TRUE(IsInWelsh(reason)) << reason;
  }
}

TEST(Welsh, IsThereForEveryReasonWhyAPostCannotBeRead) {
  std::size_t seen = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(SOURCE_DIR "/tests/corpus")) {
    if (file.path().extension() != ".eml") continue;
    std::ifstream in(file.path(), std::ios::binary);
    const std::string raw(std::istreambuf_iterator<char>(in), {});
    for (const std::string& what :
         ShippedPolicy().Judge(ReadMessage(raw, Limits{}), ShippedPolicy().default_list()).unread) {
      ++seen;
      EXPECT_TRUE(IsInWelsh(what)) << file.path() << ": " << what;
    }
  }
  EXPECT_GT(seen, 5u);
}

// A text that nobody says any more only misleads whoever looks after the Welsh.
TEST(Welsh, HasNoWordsForWhatNobodySays) {
  std::set<std::string> said;
  for (const Clause& clause : ShippedPolicy().clauses()) said.insert({clause.title, clause.text});
  for (const Rule& rule : ShippedPolicy().rules().rules()) said.insert({rule.reason, rule.advice});
  for (const auto& vote : ShippedPolicy().rules().second_votes())
    said.insert({vote->rule.reason, vote->rule.advice});
  std::string source;
  for (const char* room : {"filters", "message", "policy"}) {
    for (const auto& file : std::filesystem::directory_iterator(std::string(SOURCE_DIR "/") + room)) {
      std::ifstream in(file.path());
      if (file.path().extension() == ".cc") source.append(std::istreambuf_iterator<char>(in), {});
    }
  }
  const std::regex placeholder("\\{(?:text)?\\}");
  for (const std::string& key : Translation(SOURCE_DIR "/etc/policies/ipem/cy.toml").Keys()) {
    if (said.count(key) != 0) continue;
    for (std::sregex_token_iterator piece(key.begin(), key.end(), placeholder, -1), end; piece != end;
         ++piece) {
      std::string words(*piece);
      while (words.starts_with(' ')) words.erase(0, 1);
      while (words.ends_with(' ')) words.pop_back();
      EXPECT_NE(source.find(words), std::string::npos) << key;
    }
  }
}

}  // namespace
}  // namespace listwarden
