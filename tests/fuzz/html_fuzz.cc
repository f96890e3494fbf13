// SPDX-License-Identifier: Apache-2.0
#include "message/charset.h"
#include "message/html_text.h"
#include "tests/fuzz/fuzz.h"

using namespace listwarden;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const HtmlText text = ReadHtml(ToUtf8(Text(data, size), "utf-8").text, {});
  for (const auto* ranges : {&text.quoted, &text.signature}) {
    for (const TextRange& range : *ranges) {
      Require(range.begin <= range.end && range.end <= text.visible.size(), "ranges lie in the visible text");
    }
  }
  return 0;
}
