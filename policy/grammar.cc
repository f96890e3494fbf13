// SPDX-License-Identifier: Apache-2.0
#include "policy/grammar.h"

#include <array>
#include <utility>

#include "policy/grammar_sentence.h"

namespace listwarden {

Reading grammar::Sentence::Read() const {
  Reading reading;
  reading.of = of_;
  const auto note = [&](bool is_so, Said manner) {
    if (is_so) reading.said |= static_cast<unsigned>(manner);
  };
  note(Negated(), Said::kNegated);
  note(Quoted(), Said::kQuoted);
  note(Asked(), Said::kAsked);
  note(Reported(), Said::kReported);
  note(Hypothetical(), Said::kHypothetical);
  note(Condemned(), Said::kCondemned);
  note(Example(), Said::kExample);
  return reading;
}

namespace {

constexpr std::array<std::pair<std::string_view, Said>, 7> kSaid = {{{"negated", Said::kNegated},
                                                                     {"quoted", Said::kQuoted},
                                                                     {"asked", Said::kAsked},
                                                                     {"reported", Said::kReported},
                                                                     {"hypothetical", Said::kHypothetical},
                                                                     {"condemned", Said::kCondemned},
                                                                     {"example", Said::kExample}}};
constexpr std::array<std::pair<std::string_view, Of>, 7> kOf = {{{"reader", Of::kReader},
                                                                 {"person", Of::kPerson},
                                                                 {"group", Of::kGroup},
                                                                 {"thing", Of::kThing},
                                                                 {"organisation", Of::kOrganisation},
                                                                 {"oneself", Of::kOneself},
                                                                 {"nobody", Of::kNobody}}};

}  // namespace

Reading ReadHit(const TextView& text, std::size_t begin, std::size_t end) {
  return grammar::Sentence(text, begin, end).Read();
}

std::optional<Said> SaidByName(std::string_view name) {
  for (const auto& [known, manner] : kSaid) {
    if (known == name) return manner;
  }
  return std::nullopt;
}

std::optional<Of> OfByName(std::string_view name) {
  for (const auto& [known, of] : kOf) {
    if (known == name) return of;
  }
  return std::nullopt;
}

}  // namespace listwarden
