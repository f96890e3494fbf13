// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <gtest/gtest.h>

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
