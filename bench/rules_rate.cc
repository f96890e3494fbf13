// How fast the rules read text: MB/s of RuleSet::Scan with the shipped rules and with ten times as many, on
// ordinary prose and on hostile text (pieces of the rules' own examples). Ratios are of one run.
//   rules_rate POLICY_FOLDER TEXT_FILE…     e.g. etc/policies/ipem docs/*.md
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "policy/registers.h"
#include "policy/rules.h"

namespace listwarden {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kPostBytes = 4000, kTextBytes = 1 << 20;
constexpr double kRunSeconds = 2;

// Of this thread, so that what else the machine does is left out.
double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::vector<fs::path> TomlFiles(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path& path = entry.path();
    const bool has_rules = path.filename() != "clauses.toml" && path.filename() != "cy.toml";
    if (path.extension() == ".toml" && has_rules) files.push_back(path);
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Other words of the same shape: every run of four letters and more gets a letter appended.
std::string Altered(const std::string& pattern, char letter) {
  std::string out;
  std::size_t run = 0;
  const auto end_run = [&] {
    if (run >= 4) out += letter;
    run = 0;
  };
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c >= 'a' && c <= 'z') {
      ++run;
    } else {
      end_run();
    }
    out += c;
    if (c == '\\' && i + 1 < pattern.size()) out += pattern[++i];
  }
  end_run();
  return out;
}

std::string Quoted(const std::string& text) { return "'''" + text + "'''"; }

// Nine more of each rule, so that the set is ten times as large.
void WriteMore(const std::vector<Rule>& rules, const fs::path& file) {
  std::ofstream out(file);
  for (const Rule& rule : rules) {
    if (rule.raw || rule.pattern.find("'''") != std::string::npos) continue;
    for (char copy = '1'; copy <= '9'; ++copy) {
      const char letter = static_cast<char>('q' + (copy - '1'));
      out << "[[rule]]\nid = '" << rule.id << "-" << copy << "'\nclause = 'c'\nconfidence = 'low'\n"
          << "reason = 'r'\nadvice = 'a'\nhit = ['h']\nmiss = ['m']\n";
      if (rule.pattern.empty()) {
        out << "words = [";
        for (const std::string& word : rule.words) out << Quoted(Altered(word, letter)) << ", ";
        out << "]\n";
      } else {
        out << "pattern = " << Quoted(Altered(rule.pattern, letter)) << "\n";
      }
    }
  }
}

Message Posts(const std::string& text) {
  Message message;
  for (std::size_t at = 0; at < text.size(); at += kPostBytes)
    message.segments.push_back({Region::kAuthorText, "1", TextView(text.substr(at, kPostBytes))});
  return message;
}

// Each post is a message of its own, so that no limit of one message cuts the work short.
double MegabytesPerSecond(const RuleSet& rules, const Message& posts) {
  std::vector<Message> messages;
  std::size_t bytes = 0;
  for (const Segment& segment : posts.segments) {
    messages.emplace_back();
    messages.back().segments.push_back(segment);
  }
  for (const Message& message : messages) rules.Scan(message);
  const double start = CpuSeconds();
  while (CpuSeconds() - start < kRunSeconds) {
    for (const Message& message : messages) {
      rules.Scan(message);
      bytes += message.segments.front().text.folded().size();
    }
  }
  return static_cast<double>(bytes) / 1e6 / (CpuSeconds() - start);
}

std::string Repeated(const std::string& text) {
  std::string out;
  while (out.size() < kTextBytes) out += text;
  return out;
}

int Run(int argc, char** argv) {
  const fs::path folder = argv[1];
  std::vector<fs::path> files = TomlFiles(folder);
  const auto registers = std::make_shared<const Registers>(Registers::Load(TomlFiles(folder / "registers")));
  const auto shipped = RuleSet::Load(files, registers);
  const fs::path more = fs::temp_directory_path() / ("rules_rate-" + std::to_string(getpid()) + ".toml");
  WriteMore(shipped->rules(), more);
  files.push_back(more);
  const auto tenfold = RuleSet::Load(files, registers);
  fs::remove(more);

  std::string prose, pieces;
  for (int i = 2; i < argc; ++i) {
    std::ifstream in(argv[i]);
    prose.append(std::istreambuf_iterator<char>(in), {});
  }
  for (const Rule& rule : shipped->rules()) {
    for (const std::string& hit : rule.hit) pieces += hit.substr(0, 2 * hit.size() / 3) + " " + hit + "\n";
    for (const std::string& miss : rule.miss) pieces += miss + " ";
  }
  const Message ordinary = Posts(Repeated(prose)), hostile = Posts(Repeated(pieces));
  double first = 0;
  for (const auto& [rules, name] : {std::pair(shipped, "shipped"), std::pair(tenfold, "tenfold")}) {
    const double fast = MegabytesPerSecond(*rules, ordinary), slow = MegabytesPerSecond(*rules, hostile);
    if (first == 0) first = fast;
    std::printf("%-8s %5zu rules  ordinary %7.1f MB/s (%.2f)  hostile %7.1f MB/s (%.2f of ordinary)\n", name,
                rules->rules().size(), fast, fast / first, slow, slow / fast);
  }
  return 0;
}

}  // namespace
}  // namespace listwarden

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: rules_rate POLICY_FOLDER TEXT_FILE…\n");
    return 64;
  }
  return listwarden::Run(argc, argv);
}
