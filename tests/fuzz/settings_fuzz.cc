// SPDX-License-Identifier: Apache-2.0
#include "apps/settings.h"
#include "base/error.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/in_memory_file.h"

using namespace listwarden;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const InMemoryFile file(Text(data, size));
  try {
    ReadSettings(file.path());
  } catch (const SettingsError&) {
  }
  return 0;
}
