// SPDX-License-Identifier: Apache-2.0
#include "apps/sources.h"

#include <gmock/gmock.h>

#include "apps/terminal.h"

namespace listwarden {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SplitMbox, CutsAtFromLinesAfterABlankLine) {
  EXPECT_THAT(SplitMbox("From a@b Thu Jan  1 00:00:00 2026\nSubject: x\n\none\n\nFrom c@d Fri Jan  2 "
                        "00:00:00 2026\nSubject: y\n\ntwo\n"),
              ElementsAre("Subject: x\n\none\n\n", "Subject: y\n\ntwo\n"));
}

TEST(SplitMbox, UnquotesFromLines) {
  EXPECT_THAT(SplitMbox("From a@b Thu Jan  1 00:00:00 2026\n\n>From me\n>>From you\n>Not\n"),
              ElementsAre("\nFrom me\n>From you\n>Not\n"));
}

TEST(SplitMbox, ProseIsNoBoundary) {
  EXPECT_THAT(SplitMbox("From a@b Thu Jan  1 00:00:00 2026\n\nHello\n\nFrom here on all is well.\n"),
              testing::SizeIs(1));
}

TEST(SplitMbox, OneMessageIsNoMbox) {
  EXPECT_THAT(SplitMbox("Subject: x\n\nFrom a@b Thu Jan  1 00:00:00 2026\n"), IsEmpty());
}

TEST(Printable, ControlsOfATerminalAreTakenOut) {
  EXPECT_EQ(Printable("a\x1b[31mb\r\n\xc2\x9b"
                      "c"),
            "a [31mb   c");
}

TEST(Table, PadsColumns) { EXPECT_EQ(Table({{"a", "b"}, {"lŵc", "d"}}), "a    b\nlŵc  d\n"); }

TEST(Wrapped, BreaksAtTheWidth) { EXPECT_EQ(Wrapped("one two three", 2, 9), "  one two\n  three\n"); }

}  // namespace
}  // namespace listwarden
