// Where the names of the registers stand in a text. Its words go into the one-pass index of the rules.
// Threads: immutable after construction.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "message/text_view.h"
#include "policy/registers.h"

namespace listwarden {

struct Mention {
  const RegisterEntry* entry;
  std::size_t begin;  // in the folded text
  std::size_t end;
};

class NameIndex {
 public:
  explicit NameIndex(std::shared_ptr<const Registers> registers);
  const Registers& registers() const { return *registers_; }
  const std::vector<std::string>& words() const { return words_; }  // folded

  // The mention that words()[word] makes at `end` of the folded text; nothing when it must be spelled
  // exactly and is not.
  std::optional<Mention> MentionAt(const TextView& text, std::size_t word, std::size_t end) const;

 private:
  struct Spelling {
    const RegisterEntry* entry;
    std::string exact;  // empty: any case
  };
  std::shared_ptr<const Registers> registers_;
  std::vector<std::string> words_;
  std::vector<Spelling> spellings_;  // of words_[i]
};

// The longest mention of one of `kinds` that reaches into [from, to]; nullptr when there is none.
const RegisterEntry* NamedBetween(std::span<const Mention> mentions, const std::vector<std::string>& kinds,
                                  std::size_t from, std::size_t to);

}  // namespace listwarden
