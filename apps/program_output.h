// What another program prints. No shell: the words go to it as they are. Its standard error is dropped.
// Threads: any.
// Limits: 4 MiB of output.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace listwarden {

struct ProgramOutput {
  int status = 0;  // of its exit
  std::string text;
};

// The program is looked for in the system's folders only, and sees no environment of ours. Nothing when it is
// not there or did not exit by itself.
std::optional<ProgramOutput> OutputOf(const std::vector<std::string>& words);

}  // namespace listwarden
