// Memory that gives out where a test says so: stands before `new` and SQLite's allocator in the whole program.
// What C libraries take by malloc (ICU, libxml2, libcurl) is not among it.
// Threads: failures at a number are of the thread that asked for them, and end with it, or else of all others together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace listwarden {

class FailingMemory {
 public:
  FailingMemory() = default;
  ~FailingMemory() { Mend(); }
  FailingMemory(const FailingMemory&) = delete;
  FailingMemory& operator=(const FailingMemory&) = delete;

  void FailAt(long call);              // that allocation alone, counted from now
  void FailFrom(long call);            // and all after it
  void FailOtherThreads();             // each allocation of theirs
  void FailOtherThreadsAt(long call);  // that one of theirs alone, counted from now
  void Mend();
  bool has_failed() const;      // since the last word
  static long others_failed();  // allocations, since the program began
  static long blocks();         // not given back, of the whole program
};

}  // namespace listwarden
