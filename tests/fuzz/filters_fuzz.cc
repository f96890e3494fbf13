// SPDX-License-Identifier: Apache-2.0
#include "filters/registry.h"
#include "message/message_builder.h"
#include "policy/policy.h"
#include "tests/fuzz/fuzz.h"

using namespace listwarden;

namespace {

// Loaded before the first input, so that no input pays for it.
const auto policy = Policy::Load(SOURCE_DIR "/etc", "ipem", MakeFilters());

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Message message = ReadMessage(Text(data, size));
  const Verdict verdict = policy->Judge(message, policy->default_list());
  for (const FilterVerdict& filter : verdict.filters)
    Require(!filter.findings.empty(), "a filter that speaks has findings");
  return 0;
}
