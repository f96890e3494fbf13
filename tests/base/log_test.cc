// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace listwarden {
namespace {

TEST(LogLine, WritesPlainValuesAsTheyAre) {
  EXPECT_EQ(LogLine(LogLevel::kInfo, "hold", {{"list", "a@example.org"}}),
            "level=info event=hold list=a@example.org");
}

TEST(LogLine, CannotBeForgedByALineEndOrAQuote) {
  EXPECT_EQ(LogLine(LogLevel::kInfo, "hold", {{"from", "a\nevent=release\" x"}}),
            "level=info event=hold from=\"a\\x0aevent=release\\\" x\"");
}

// What a line says, by the rules that log.h gives; nothing when it is no line of ours.
std::optional<std::vector<std::pair<std::string, std::string>>> Fields(const std::string& line) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const std::size_t sign = line.find('=', at);
    if (sign == std::string::npos || (!fields.empty() && at == sign)) return std::nullopt;
    std::string value;
    const std::string key = line.substr(at, sign - at);
    at = sign + 1;
    if (at < line.size() && line[at] == '"') {
      for (++at; at < line.size() && line[at] != '"'; ++at) {
        if (line[at] != '\\') {
          value += line[at];
        } else if (line[++at] == 'x') {
          value += static_cast<char>(std::stoi(line.substr(at + 1, 2), nullptr, 16));
          at += 2;
        } else {
          value += line[at];
        }
      }
      if (at++ >= line.size()) return std::nullopt;
    } else {
      const std::size_t end = std::min(line.find(' ', at), line.size());
      value = line.substr(at, end - at);
      at = end;
    }
    if (at < line.size() && line[at] != ' ') return std::nullopt;
    fields.emplace_back(key, value);
  }
  return fields;
}

std::string HostileValue(std::mt19937& random) {
  static const std::vector<std::string> kPieces = {"\n",
                                                   "\r\n",
                                                   "\r",
                                                   std::string(1, '\0'),
                                                   "\t",
                                                   "\x1b[31m",
                                                   "\x7f",
                                                   "\"",
                                                   "\\",
                                                   "\\x0a",
                                                   "\\\"",
                                                   "=",
                                                   " ",
                                                   "  ",
                                                   " event=released",
                                                   "\" level=error event=x k=\"",
                                                   "\u202e",
                                                   "\u2066",
                                                   "\u2028",
                                                   "\u0085",
                                                   "\xc3",
                                                   "\xff\xfe",
                                                   "\xc0\x8a",
                                                   "\xed\xa0\x80",
                                                   "%s%n",
                                                   "{}",
                                                   "{0}",
                                                   "ann@hospital.example",
                                                   "<",
                                                   ">",
                                                   "'",
                                                   "\u00e9"};
  std::string value;
  for (std::size_t pieces = random() % 12; pieces > 0; --pieces) {
    const std::size_t which = random() % (kPieces.size() + 4);
    if (which < kPieces.size())
      value += kPieces[which];
    else
      value += static_cast<char>(random() % 256);
  }
  if (random() % 200 == 0) value.append(100000, value.empty() ? '\n' : value.back());
  return value;
}

TEST(LogLine, GivesBackWhateverComesInFromOneLineOfPlainAscii) {
  std::mt19937 random(20261126);
  for (int i = 0; i < 20000; ++i) {
    const std::string from = HostileValue(random), subject = HostileValue(random),
                      list = HostileValue(random), file = HostileValue(random);
    const std::string line = LogLine(LogLevel::kInfo, "judged",
                                     {{"from", from}, {"subject", subject}, {"list", list}, {"file", file}});
    ASSERT_TRUE(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c < 0x7f; })) << line;
    const auto fields = Fields(line);
    ASSERT_TRUE(fields) << line;
    const std::vector<std::pair<std::string, std::string>> wanted = {{"level", "info"}, {"event", "judged"},
                                                                     {"from", from},    {"subject", subject},
                                                                     {"list", list},    {"file", file}};
    ASSERT_EQ(*fields, wanted) << line;
  }
}

TEST(LogLine, EscapesBidiControls) {
  EXPECT_EQ(LogLine(LogLevel::kInfo, "x", {{"k", "\xe2\x80\xae"}}),
            "level=info event=x k=\"\\xe2\\x80\\xae\"");
}

TEST(Clock, WritesTimesAsIsoAndAsMailDoes) {
  const Time time{std::chrono::seconds{1795858200}};
  EXPECT_EQ(IsoTime(time), "2026-11-28T09:30:00Z");
  EXPECT_EQ(MailTime(time), "Sat, 28 Nov 2026 09:30:00 +0000");
}

}  // namespace
}  // namespace listwarden
