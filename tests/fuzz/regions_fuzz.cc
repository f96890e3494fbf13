// SPDX-License-Identifier: Apache-2.0
#include "message/charset.h"
#include "message/flowed.h"
#include "message/regions.h"
#include "tests/fuzz/fuzz.h"

using namespace listwarden;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = Unflow(ToUtf8(Text(data, size), "utf-8").text, size % 2 == 0);
  std::size_t at = 0;
  for (const RegionRange& range : FindRegions(text, {}, {}, "Ann Author")) {
    Require(range.begin == at && range.end > range.begin, "regions follow each other without gaps");
    at = range.end;
  }
  Require(at == text.size(), "regions cover the text");
  return 0;
}
