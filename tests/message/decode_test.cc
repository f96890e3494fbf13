// SPDX-License-Identifier: Apache-2.0
#include "message/decode.h"

#include <gtest/gtest.h>

namespace listwarden {
namespace {

TEST(Base64, DecodesWithAndWithoutPadding) {
  EXPECT_EQ(DecodeBase64("SGVsbG8gV29ybGQ=").bytes, "Hello World");
  EXPECT_EQ(DecodeBase64("SGVsbG8gV29ybGQ").bytes, "Hello World");
}

TEST(Base64, IsNotThrownOutOfStepByAStrayBar) {
  const Decoded decoded = DecodeBase64("SGVs|bG8gV29ybGQ=");
  EXPECT_EQ(decoded.bytes, "Hello World");
  EXPECT_TRUE(decoded.has_junk);
}

TEST(Base64, GoesOnAfterPaddingAndSaysSo) {
  const Decoded decoded = DecodeBase64("SGk=SGk=");
  EXPECT_EQ(decoded.bytes, "HiHi");
  EXPECT_TRUE(decoded.continues_after_end);
}

TEST(Base64, SaysWhenAStrayLinePutsItOutOfStep) {
  EXPECT_TRUE(DecodeBase64("Con\r\n\r\nSGVsbG8gV29ybGQ=\r\n").is_out_of_step);
  EXPECT_FALSE(DecodeBase64("SGVsbG8g\r\nV29ybGQ\r\n").is_out_of_step);
}

TEST(QuotedPrintable, JoinsSoftBreaksAndKeepsHardOnes) {
  EXPECT_EQ(DecodeQuotedPrintable("caf=C3=A9 is=\r\n open\r\nnow").bytes, "caf\xc3\xa9 is open\nnow");
}

TEST(QuotedPrintable, DropsBlanksThatTransportAddedAndKeepsTheLineEnd) {
  EXPECT_EQ(DecodeQuotedPrintable("foo \nbar").bytes, "foo\nbar");
}

TEST(QuotedPrintable, KeepsWhatIsNoByte) {
  const Decoded decoded = DecodeQuotedPrintable("a=ZZb");
  EXPECT_EQ(decoded.bytes, "a=ZZb");
  EXPECT_TRUE(decoded.has_junk);
}

TEST(Uu, DecodesABlock) { EXPECT_EQ(DecodeUu("begin 644 a.txt\n#0V%T\n`\nend\n").bytes, "Cat"); }

}  // namespace
}  // namespace listwarden
