// SPDX-License-Identifier: Apache-2.0
#include "message/charset.h"
#include "message/header_fields.h"
#include "tests/fuzz/fuzz.h"

using namespace listwarden;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Limits limits;
  bool over = false;
  const std::string_view text = Text(data, size);
  const std::string shown = DecodeText(text, limits, &over);
  Require(IsValidUtf8(shown) && shown.find('\n') == std::string::npos,
          "a decoded field is one line of UTF-8");
  const ParameterValue value = ParseParameters(text, limits, &over);
  for (const auto& [name, one] : value.parameters) Require(!name.empty(), "a parameter has a name");
  Require(value.parameters.size() <= limits.parameters, "parameters are bounded");
  const auto mailboxes = ParseMailboxes(text, limits, &over);
  Require(mailboxes.size() <= limits.addresses + 1, "addresses are bounded");
  for (const Mailbox& mailbox : mailboxes) Require(IsValidUtf8(mailbox.address), "an address is UTF-8");
  return 0;
}
