// Compiles patterns, each text once: who asks for the same has the same automaton.
// Threads: of one thread; what it gives may be matched on many.
// Errors: none; a pattern that is wrong is not ok().
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace re2 {
class RE2;
}

namespace listwarden {

using Pattern = std::shared_ptr<const re2::RE2>;

class Compiler {
 public:
  Pattern Compiled(const std::string& pattern);
  std::vector<Pattern> Compiled(const std::vector<std::string>& patterns);

 private:
  std::map<std::string, Pattern> known_;
};

}  // namespace listwarden
