// SPDX-License-Identifier: Apache-2.0
#include "message/charset.h"
#include "message/decode.h"
#include "message/text_view.h"
#include "message/unmask.h"
#include "tests/fuzz/fuzz.h"

using namespace listwarden;

namespace {

void CheckView(const TextView& view) {
  static const Vocabulary words(
      {"idiot", "stupid", "fuck", "shit", "you", "are", "moron", "asshole", "women"});
  const std::size_t size = view.folded().size();
  for (std::size_t at = 0; at <= size; at += 1 + size / 64) {
    const auto [from, to] = view.ToOriginal(at, std::min(size, at + 5));
    Require(from <= to && to <= view.original().size(), "a range maps into the original");
  }
  const UnmaskedText unmasked(view.folded(), words);
  const std::size_t length = unmasked.text().size();
  Require(length <= 5 * size + 70000, "readings are bounded");
  for (std::size_t at = 0; at <= length; at += 1 + length / 64) {
    const auto [from, to] = unmasked.ToFolded(at, std::min(length, at + 7));
    Require(from <= to && to <= size, "a reading maps into the folded text");
  }
}

}  // namespace

// The first byte chooses the charset and the transfer encoding.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static constexpr const char* kCharsets[] = {"",        "utf-8",      "utf-7",     "utf-16", "iso-2022-jp",
                                              "gb18030", "iso-8859-1", "shift_jis", "euc-kr", "utf-32",
                                              "x-none",  "us-ascii"};
  std::string bytes(Text(data + 1, size - 1));
  if (data[0] & 0x40) bytes = DecodeBase64(bytes).bytes;
  if (data[0] & 0x80) bytes = DecodeQuotedPrintable(bytes).bytes;
  const Utf8 text = ToUtf8(bytes, kCharsets[data[0] % std::size(kCharsets)]);
  Require(IsValidUtf8(text.text), "text is UTF-8");
  Require(text.text.find('\0') == std::string::npos && text.text.find('\r') == std::string::npos,
          "text has neither NUL nor CR");
  CheckView(TextView(text.text));
  DecodeUu(bytes);
  return 0;
}
