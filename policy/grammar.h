// A light grammar of English sentences. For words found in a text it tells of whom they are said and how:
// denied, quoted, asked, reported, on condition, condemned, or as an example of wording. It reads the one
// sentence around them and only runs where a rule has already matched. docs/rules.md lists what each word
// means.
//   Reading reading = ReadHit(segment.text, hit.begin, hit.end);
//   if (reading.Has(Said::kNegated) || reading.of == Of::kOneself) …
// It leaves out everything that would need a parse of the whole sentence; where it cannot tell it says
// kNobody.
// Threads: pure.
// Limits: 48 words to either side, never past the sentence (quotation marks: the paragraph).
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

#include "message/text_view.h"

namespace listwarden {

enum class Said : unsigned {
  kNegated = 1,
  kQuoted = 2,
  kAsked = 4,
  kReported = 8,
  kHypothetical = 16,
  kCondemned = 32,
  kExample = 64
};

enum class Of : unsigned {
  kReader = 1,
  kPerson = 2,
  kGroup = 4,
  kThing = 8,
  kOrganisation = 16,
  kOneself = 32,
  kNobody = 64
};

struct Reading {
  unsigned said = 0;  // bits of Said
  Of of = Of::kNobody;
  bool Has(Said manner) const { return (said & static_cast<unsigned>(manner)) != 0; }
};

// [begin, end) is in the folded text.
Reading ReadHit(const TextView& text, std::size_t begin, std::size_t end);

// The words of rule files: "negated", "quoted" …; "reader", "person" …
std::optional<Said> SaidByName(std::string_view name);
std::optional<Of> OfByName(std::string_view name);

}  // namespace listwarden
