// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <filesystem>
#include <fstream>

#include "policy/candidates.h"
#include "policy/word_index.h"
#include "tests/filters/judged.h"

namespace listwarden {
namespace {

// A paragraph of every few of the labelled posts.
std::vector<std::string> Paragraphs() {
  constexpr std::size_t kEvery = 12;
  std::vector<std::string> paragraphs;
  std::size_t number = 0;
  for (const auto& file : std::filesystem::directory_iterator(SOURCE_DIR "/tests/corpus/posts")) {
    std::ifstream in(file.path());
    std::string paragraph;
    for (std::string line; std::getline(in, line);) {
      if (!line.empty()) paragraph += line + '\n';
      if (line.empty() && ++number % kEvery == 0) paragraphs.push_back(paragraph);
      if (line.empty()) paragraph.clear();
    }
  }
  return paragraphs;
}

// Otherwise a rule would silently never run where it should.
TEST(RequiredWords, StandWhereverAShippedRuleMatches) {
  std::vector<std::vector<AnyOf>> clauses;
  std::vector<std::pair<const Rule*, std::unique_ptr<const RE2>>> patterns;
  for (const Rule& rule : ShippedPolicy().rules().rules()) {
    if (rule.pattern.empty()) continue;
    clauses.push_back(RequiredWords(rule.pattern, rule.raw ? Boundaries::kIgnored : Boundaries::kCount));
    patterns.emplace_back(&rule, std::make_unique<const RE2>(rule.pattern, RE2::Quiet));
  }
  const Candidates candidates(clauses);
  const WordIndex index(candidates.words());
  std::size_t matches = 0;
  for (const std::string& paragraph : Paragraphs()) {
    const TextView text(paragraph);
    Candidates::Tally tally(candidates);
    for (const auto& [end, word] : index.Find(text.folded())) tally.Add(word);
    const std::vector<std::size_t> found = tally.Take();
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      const auto& [rule, pattern] = patterns[i];
      if (!RE2::PartialMatch(rule->raw ? text.original() : text.folded(), *pattern)) continue;
      ++matches;
      EXPECT_TRUE(std::binary_search(found.begin(), found.end(), i)) << rule->id << ": " << paragraph;
    }
  }
  EXPECT_GT(matches, 300u);
}

}  // namespace
}  // namespace listwarden
