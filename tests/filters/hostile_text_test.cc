// What judging costs at worst: text that keeps rules, unmasking, grammar, spelling and the second vote busy.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <regex>

#include "policy/registers.h"
#include "policy/second_vote.h"
#include "tests/filters/judged.h"

namespace listwarden {
namespace {

namespace fs = std::filesystem;

#if defined(__SANITIZE_ADDRESS__)
constexpr double kSeconds = 20;
#else
constexpr double kSeconds = 2;
#endif
constexpr std::size_t kRules = 1000, kPostBytes = 10'000'000;

// Of this thread, so that what else the machine does is left out.
double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double SecondsOf(const std::function<void()>& work) {
  const double start = CpuSeconds();
  work();
  return CpuSeconds() - start;
}

// Each shipped rule several times, under ids of its own: what keeps one busy keeps them all.
std::shared_ptr<RuleSet> ManyRules() {
  const fs::path shipped = SOURCE_DIR "/etc/policies/ipem",
                 folder = fs::path(testing::TempDir()) / "many_rules";
  fs::create_directories(folder);
  fs::remove(folder / "models");
  fs::create_directory_symlink(shipped / "models", folder / "models");
  std::vector<fs::path> files, registers;
  for (const auto& filter : MakeFilters()) {
    const std::string name = std::string(filter->name()) + ".toml";
    std::ifstream in(shipped / name);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    for (const std::string copy : {"", "-b", "-c", "-d"}) {
      files.push_back(folder / (copy + name));
      std::ofstream(files.back()) << std::regex_replace(text, std::regex("\nid = [\"']([^\"']+)[\"']"),
                                                        "\nid = '$1" + copy + "'");
    }
  }
  for (const auto& file : fs::directory_iterator(shipped / "registers")) registers.push_back(file.path());
  auto rules = RuleSet::Load(files, std::make_shared<const Registers>(Registers::Load(registers)));
  fs::remove_all(folder);
  return rules;
}

std::string Examples(std::vector<std::string> Rule::*of, const std::string& before, double part,
                     const std::string& after) {
  std::string text;
  for (const Rule& rule : ShippedPolicy().rules().rules()) {
    for (const std::string& one : rule.*of)
      text +=
          before + one.substr(0, static_cast<std::size_t>(part * static_cast<double>(one.size()))) + after;
  }
  return text;
}

std::string Names() {
  std::string names;
  for (const RegisterEntry& entry : ShippedPolicy().registers().entries()) names += entry.name + " ";
  return names;
}

struct Hostile {
  const char* name;
  std::function<std::string()> unit;  // what the text repeats
};

void PrintTo(const Hostile& hostile, std::ostream* out) { *out << hostile.name; }

class HostileTextTortureTest : public testing::TestWithParam<Hostile> {
 protected:
  static void SetUpTestSuite() {
    rules_ = ManyRules();
    ASSERT_GE(rules_->rules().size(), kRules);
  }
  static void TearDownTestSuite() { rules_.reset(); }

  std::string PostOf10Megabytes() const {
    std::string line = GetParam().unit(), text;
    while (line.size() < 70) line += GetParam().unit();
    while (text.size() < kPostBytes) text += line + "\n";
    return Post(text);
  }

  static std::shared_ptr<RuleSet> rules_;
};
std::shared_ptr<RuleSet> HostileTextTortureTest::rules_;

TEST_P(HostileTextTortureTest, IsHeldSoonWhateverTheRules) {
  Message message;
  const double reading = SecondsOf([&, raw = PostOf10Megabytes()] { message = ReadMessage(raw); });
  std::vector<const ListPolicy*> lists;
  for (const ListPolicy& list : ShippedPolicy().lists()) lists.push_back(&list);
  std::vector<Verdict> verdicts;
  const double judging = SecondsOf([&] { verdicts = ShippedPolicy().Judge(message, lists); });
  const double many = SecondsOf([&] {
    try {
      rules_->Scan(message);
    } catch (const std::runtime_error&) {
    }
    rules_->Votes(message);
  });
  EXPECT_LT(reading + judging, kSeconds);
  EXPECT_LT(reading + many, kSeconds);
  for (const Verdict& verdict : verdicts) EXPECT_FALSE(verdict.unread.empty());
  for (const std::string& what : verdicts.at(0).unread)
    EXPECT_EQ(ShippedPolicy().Say(what, "cy").language, "cy") << what;
  std::printf("%-16s read %.2f, judged %.2f; by %zu rules %.2f s\n", GetParam().name, reading, judging,
              rules_->rules().size(), many);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, HostileTextTortureTest,
    testing::Values(Hostile{"begun_hits", [] { return Examples(&Rule::hit, "", 0.7, " "); }},
                    Hostile{"misses", [] { return Examples(&Rule::miss, "", 1, " "); }},
                    Hostile{"denied_hits",
                            [] { return Examples(&Rule::hit, "Nobody says \"", 1, "\", do they?\n\n"); }},
                    Hostile{"denials", [] { return "Nobody says you are an idiot. "; }},
                    Hostile{"names", Names},
                    Hostile{"names_praised", [] { return "We use Varian. It is the best. "; }},
                    Hostile{"masks", [] { return "s**t f**k 1d10t i d i o t "; }},
                    Hostile{"stars", [] { return "a*b*c*d*e f*****g st*pid "; }},
                    Hostile{"slips", [] { return "stupdi idoit allimmigrantsshouldgohome "; }},
                    Hostile{"misspelt", [] { return "teh wrod wsa mispeled adn wrnog "; }},
                    Hostile{"tiny_sentences", [] { return "You. Idiot. Not. "; }},
                    Hostile{"one_sentence", [] { return "you and "; }},
                    Hostile{"paragraphs", [] { return "you\n\nidiot\n\n"; }},
                    Hostile{"quotes", [] { return "> you idiot\nyou idiot\n"; }}),
    [](const testing::TestParamInfo<Hostile>& hostile) { return hostile.param.name; });

}  // namespace
}  // namespace listwarden
