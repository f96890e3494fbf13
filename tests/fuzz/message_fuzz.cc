// SPDX-License-Identifier: Apache-2.0
#include "message/charset.h"
#include "message/message_builder.h"
#include "tests/fuzz/fuzz.h"

using namespace listwarden;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Message message = ReadMessage(Text(data, size));
  Require(message.body_offset <= message.raw.size(), "the body lies in the message");
  for (const Segment& segment : message.segments) {
    Require(IsValidUtf8(segment.text.original()), "text is UTF-8");
    Require(!segment.part.empty(), "a segment names its part");
  }
  // What is kept is what is sent again: read once more, it must not change.
  const Message again = ReadMessage(message.raw);
  Require(again.raw == message.raw, "the kept bytes read the same again");
  return 0;
}
