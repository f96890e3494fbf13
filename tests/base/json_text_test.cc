// SPDX-License-Identifier: Apache-2.0
#include "base/json_text.h"

#include <gtest/gtest.h>

namespace listwarden {
namespace {

TEST(JsonText, EscapesWhatWouldEndAStringAndReplacesWhatIsNoUtf8) {
  EXPECT_EQ(JsonString("a\"b\\c\n"), R"("a\"b\\c\n")");
  EXPECT_EQ(JsonString("\xff"), "\"\xef\xbf\xbd\"");
}

TEST(JsonText, JoinsValues) {
  EXPECT_EQ(JsonArray({}), "[]");
  EXPECT_EQ(JsonArray({"1", JsonString("b")}), R"([1,"b"])");
  EXPECT_EQ(JsonObject({}), "{}");
  EXPECT_EQ(JsonObject({{"a", "1"}, {"b", JsonArray({"2"})}}), R"({"a":1,"b":[2]})");
}

}  // namespace
}  // namespace listwarden
