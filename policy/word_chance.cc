// SPDX-License-Identifier: Apache-2.0
#include "policy/word_chance.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>

#include "policy/word_index.h"

namespace listwarden {
namespace {

constexpr double kWordsPerLetter = 1 / 5.5;

// Per thousand words, after G. Leech, P. Rayson, A. Wilson, Word Frequencies in Written and Spoken English
// (2001), based on the British National Corpus.
struct Common {
  std::string_view word;
  double per_thousand;
};
constexpr auto kCommon = std::to_array<Common>({
    {"the", 62},    {"of", 30},      {"and", 27},      {"to", 26},     {"a", 22},      {"in", 19},
    {"it", 11},     {"that", 11},    {"is", 10},       {"i", 9},       {"was", 9},     {"for", 9},
    {"on", 7},      {"with", 7},     {"you", 7},       {"as", 7},      {"he", 7},      {"be", 6.5},
    {"by", 5},      {"at", 5},       {"have", 4.7},    {"are", 4.7},   {"this", 4.6},  {"not", 4.6},
    {"but", 4.5},   {"had", 4.4},    {"they", 4.3},    {"his", 4.3},   {"from", 4.1},  {"she", 3.8},
    {"which", 3.7}, {"or", 3.7},     {"we", 3.6},      {"an", 3.4},    {"were", 3.2},  {"her", 3},
    {"do", 2.7},    {"been", 2.7},   {"their", 2.6},   {"has", 2.6},   {"would", 2.5}, {"what", 2.4},
    {"will", 2.4},  {"there", 2.4},  {"if", 2.4},      {"so", 2.4},    {"can", 2.3},   {"all", 2.3},
    {"get", 2.2},   {"more", 2.1},   {"who", 2},       {"up", 2},      {"out", 1.9},   {"one", 1.9},
    {"no", 1.9},    {"know", 1.9},   {"them", 1.7},    {"some", 1.7},  {"when", 1.7},  {"could", 1.7},
    {"him", 1.6},   {"into", 1.6},   {"its", 1.6},     {"then", 1.5},  {"time", 1.5},  {"my", 1.5},
    {"about", 1.5}, {"like", 1.5},   {"did", 1.4},     {"your", 1.4},  {"now", 1.4},   {"than", 1.4},
    {"other", 1.4}, {"me", 1.3},     {"only", 1.3},    {"just", 1.3},  {"these", 1.3}, {"also", 1.3},
    {"over", 1.3},  {"see", 1.2},    {"any", 1.2},     {"first", 1.2}, {"very", 1.2},  {"new", 1.2},
    {"may", 1.1},   {"well", 1.1},   {"should", 1.1},  {"make", 1},    {"how", 1},     {"work", 1},
    {"use", 1},     {"back", 1},     {"want", 0.9},    {"our", 0.9},   {"way", 0.9},   {"am", 0.8},
    {"good", 0.8},  {"such", 0.8},   {"here", 0.7},    {"year", 0.7},  {"us", 0.7},    {"where", 0.7},
    {"after", 1.2}, {"people", 1.2}, {"because", 1},   {"think", 1},   {"say", 1},     {"go", 1},
    {"look", 0.6},  {"need", 0.6},   {"through", 0.8}, {"being", 0.8}, {"going", 0.8}, {"before", 0.7},
});

double ChanceOfLetters(std::string_view letters) {
  static const std::array<double, 256> kChances = [] {
    constexpr std::string_view kByFrequency = " etaoinsrhdlucmfwygpbvkxqjz";
    std::array<double, 256> chances{};
    chances.fill(0.01);
    chances['0'] = 0.05;
    for (std::size_t rank = 0; rank < kByFrequency.size(); ++rank)
      chances[static_cast<unsigned char>(kByFrequency[rank])] = 0.16 * std::pow(0.88, rank);
    return chances;
  }();
  constexpr double kNextDigit = 0.5;
  double chance = 1;
  char before = ' ';
  for (const char c : letters) {
    chance *= c == '0' && before == '0' ? kNextDigit : kChances[static_cast<unsigned char>(c)];
    before = c;
  }
  return chance;
}

// A word, or what stands of it between blanks.
double ChanceOfWord(std::string_view word, bool starts, bool ends) {
  double chance = ChanceOfLetters(word) * (starts ? kWordsPerLetter : 1) * (ends ? kWordsPerLetter : 1);
  for (const auto& [common, per_thousand] : kCommon) {
    const bool is_of_it = starts && ends ? common == word
                          : starts       ? common.starts_with(word)
                          : ends         ? common.ends_with(word)
                                         : common.find(word) != std::string_view::npos;
    if (is_of_it) chance += per_thousand / 1000 * kWordsPerLetter;
  }
  return chance;
}

}  // namespace

double ChanceOf(std::string_view words) {
  double chance = 1;
  bool is_first = true;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t begin = words.find_first_not_of(" \b", at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(words.find_first_of(" \b", begin), words.size());
    chance *= ChanceOfWord(words.substr(begin, end - begin), begin > 0, end < words.size());
    if (!is_first) chance /= kWordsPerLetter;
    is_first = false;
    at = end;
  }
  return chance;
}

}  // namespace listwarden
