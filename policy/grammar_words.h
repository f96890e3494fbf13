// The English words the grammar knows, by what they do in a sentence.
// Threads: immutable.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

namespace listwarden::words {

inline constexpr std::uint32_t kReader = 1u << 0;        // you, your
inline constexpr std::uint32_t kOneself = 1u << 1;       // i, my, we
inline constexpr std::uint32_t kPerson = 1u << 2;        // she, him, boss, colleague, Sarah
inline constexpr std::uint32_t kGroup = 1u << 3;         // they, trainees, women
inline constexpr std::uint32_t kThing = 1u << 4;         // it, code, linac
inline constexpr std::uint32_t kOrganisation = 1u << 5;  // committee, trust
inline constexpr std::uint32_t kTitle = 1u << 6;         // dr, mrs
inline constexpr std::uint32_t kPronoun = 1u << 7;       // stands alone: you, he, they, it
inline constexpr std::uint32_t kCopula = 1u << 8;        // is, were, 're, looks
inline constexpr std::uint32_t kNegator = 1u << 9;       // not, never, hardly
inline constexpr std::uint32_t kSpeech = 1u << 10;       // said, called, wrote
inline constexpr std::uint32_t kOpinion = 1u << 11;      // think, believe, suggest, mean
inline constexpr std::uint32_t kFactive = 1u << 12;      // know, care, forget, why: what follows stands
inline constexpr std::uint32_t kAnybody = 1u
                                          << 13;   // everyone, people, nobody: speakers that only lend weight
inline constexpr std::uint32_t kBreak = 1u << 14;  // but, because: a new clause begins
inline constexpr std::uint32_t kArticle = 1u << 15;      // a, an, any, such
inline constexpr std::uint32_t kDefinite = 1u << 16;     // the, these, that
inline constexpr std::uint32_t kModifier = 1u << 17;     // so, utterly, bloody: between verb and predicate
inline constexpr std::uint32_t kCondition = 1u << 18;    // if, unless, suppose
inline constexpr std::uint32_t kModal = 1u << 19;        // would, might
inline constexpr std::uint32_t kCondemning = 1u << 20;   // unacceptable, myth, stop
inline constexpr std::uint32_t kMention = 1u << 21;      // word, term, phrase
inline constexpr std::uint32_t kPreposition = 1u << 22;  // of, in, with
inline constexpr std::uint32_t kFunction = 1u << 23;     // words that cannot be the noun after an adjective
inline constexpr std::uint32_t kRelative = 1u << 24;     // who, whoever
inline constexpr std::uint32_t kAdjective = 1u << 25;    // stupid, thick: stand before a noun
inline constexpr std::uint32_t kPast = 1u << 26;         // said, called: speech that happened
inline constexpr std::uint32_t kAsking = 1u << 27;       // whether, wonder
inline constexpr std::uint32_t kAddressing = 1u << 28;   // call, label, make: verb, then whom, then what
inline constexpr std::uint32_t kName = 1u << 29;         // a given name

// What a folded word is; 0 when it is none of these. Guesses by ending for negated verbs and adjectives.
std::uint32_t ClassOf(std::string_view word);

}  // namespace listwarden::words
