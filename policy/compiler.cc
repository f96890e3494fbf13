// SPDX-License-Identifier: Apache-2.0
#include "policy/compiler.h"

#include <re2/re2.h>

namespace listwarden {
namespace {

// Room for a pattern's automaton; a long pattern without enough of it builds its own anew all the time.
constexpr std::int64_t kPatternBytes = 8 << 20, kLongPatternBytes = 32 << 20;
constexpr std::size_t kLongPattern = 12000;

}  // namespace

Pattern Compiler::Compiled(const std::string& pattern) {
  Pattern& compiled = known_[pattern];
  if (compiled) return compiled;
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(pattern.size() < kLongPattern ? kPatternBytes : kLongPatternBytes);
  compiled = std::make_shared<const RE2>(pattern, options);
  return compiled;
}

std::vector<Pattern> Compiler::Compiled(const std::vector<std::string>& patterns) {
  std::vector<Pattern> compiled;
  for (const std::string& one : patterns) compiled.push_back(Compiled(one));
  return compiled;
}

}  // namespace listwarden
