// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "policy/rules.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/in_memory_file.h"

using namespace listwarden;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const InMemoryFile file(Text(data, size));
  try {
    RuleSet::Load({file.path()}, std::make_shared<Registers>())->Warm();
  } catch (const RuleError&) {
  }
  return 0;
}
