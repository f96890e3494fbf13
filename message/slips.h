// Typing slips in the words that matter: two neighbours swapped ("wmoen"), a letter left out ("imigrants"),
// blanks left out ("ihatewomen"). Only a slip from a wanted word is mended, and only where the letters as they
// stand are no ordinary word. A slip is no disguise: it makes a hit no graver.
// Owns: the words and their slips.
// Threads: immutable after construction.
// Errors: none.
// Limits: runs of up to 64 letters.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "message/vocabulary.h"

namespace listwarden {

class Slips {
 public:
  Slips() = default;
  // Words of the letters a to z count, others are left out; of three letters only as parts of what is run
  // together. `ordinary` are words that a slip may look like.
  Slips(const std::vector<std::string>& wanted, const std::vector<std::string>& ordinary);

  // What a run of small letters was meant to be, blanks put in; empty when it is no slip.
  std::string Mended(std::string_view run) const;

 private:
  static constexpr std::size_t kFewest = 4, kFewestOfPart = 3, kFewestRunTogether = 8, kMost = 64,
                               kMarkBits = 17;
  static std::size_t Mark(std::string_view run);
  void AddSlipsOf(const std::string& word);
  std::string Parted(std::string_view run) const;

  std::unordered_set<std::string> wanted_, ordinary_;
  std::unordered_map<std::string, std::string> meant_;  // by slip
  std::bitset<1u << kMarkBits> marks_;                  // some slip has it: most words end here
  Vocabulary parts_;                                    // wanted words and the small words between them
};

}  // namespace listwarden
