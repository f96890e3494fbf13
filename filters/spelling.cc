// SPDX-License-Identifier: Apache-2.0
#include "filters/spelling.h"

#include <algorithm>
#include <array>
#include <bit>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>

#include "base/error.h"

namespace listwarden {
namespace {

struct List {
  const char* file;
  const char* package;
};
constexpr std::array<List, 3> kLists = {{{"/usr/share/dict/british-english", "wbritish"},
                                         {"/usr/share/dict/american-english", "wamerican"},
                                         {"/usr/share/hunspell/en_med_glut.dic", "hunspell-en-med"}}};
// Also as they are mistyped most.
constexpr std::array<std::string_view, 36> kEnglish = {
    "teh",  "hte",  "adn",  "taht",  "wiht", "tehy", "of",   "to",   "at",   "it",   "by",   "my",
    "the",  "and",  "for",  "are",   "you",  "with", "that", "have", "this", "from", "not",  "can",
    "will", "what", "when", "which", "does", "has",  "was",  "your", "our",  "but",  "they", "any"};
// Words of other languages that no English text has by a slip.
constexpr std::array<std::string_view, 24> kForeign = {
    "und",   "eine", "nicht", "das", "der", "ist", "que",  "les", "une", "pour", "avec", "votre",
    "della", "che",  "los",   "una", "het", "een", "niet", "och", "det", "del",  "sein", "auch"};
constexpr std::size_t kTextBytes = 4000;
constexpr std::size_t kUnlistedWords = 40;
constexpr std::size_t kShortestWord = 3;
constexpr std::array<std::string_view, 25> kShortEnglish = {
    "a",  "i",  "is", "of", "in", "to", "it", "at", "on", "we", "be", "an", "as",
    "by", "my", "no", "or", "so", "up", "us", "me", "he", "do", "if", "am"};
constexpr std::size_t kForeignRun = 5;  // unlisted words in a row: another language, names or code

template <std::size_t kSize>
bool IsOneOf(const std::array<std::string_view, kSize>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }

// Lower case, one word a line; what follows "/" are hints for other programs.
void ReadWords(const List& list, WordSet* words) {
  std::ifstream in(list.file);
  std::string line;
  std::size_t count = 0;
  while (std::getline(in, line)) {
    line.resize(std::min(line.size(), line.find_first_of("/\r")));
    for (char& c : line) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    words->Insert(line);
    ++count;
  }
  if (count < 1000) {
    throw SettingsError(std::string(list.file) + ":0: is missing or cut; install Debian's package " +
                        list.package);
  }
}

class ByteSet {
 public:
  constexpr explicit ByteSet(std::string_view bytes) {
    for (const char c : bytes) has_[static_cast<unsigned char>(c)] = true;
  }
  constexpr bool operator()(char c) const { return has_[static_cast<unsigned char>(c)]; }

 private:
  std::array<bool, 256> has_{};
};
constexpr ByteSet kIsSign("{}=;<>|$_\\[]*&^%#@~`+"), kIsAround(".,;:!?()\"'"), kIsBetweenTokens(" \t-");

// Assembler, patches, tables, shell: no prose.
bool LooksLikeCode(std::string_view line) {
  if (!line.empty() &&
      (line[0] == '+' || line[0] == '-' || line[0] == '|' || line[0] == '$' || line[0] == '#'))
    return true;
  const auto signs = std::count_if(line.begin(), line.end(), kIsSign);
  return signs * 12 > static_cast<std::ptrdiff_t>(line.size());
}

// The word inside the punctuation around it; empty when it is no plain word, or one in quotation marks.
std::string_view PlainWord(std::string_view token) {
  if (token.starts_with('\'') && token.find('\'', 1) != token.npos) return {};
  while (!token.empty() && kIsAround(token.front())) token.remove_prefix(1);
  while (!token.empty() && kIsAround(token.back())) token.remove_suffix(1);
  return std::all_of(token.begin(), token.end(), IsLower) ? token : std::string_view();
}

// "irq", "kcs": abbreviations.
bool HasVowel(std::string_view word) { return word.find_first_of("aeiouy") != std::string_view::npos; }

}  // namespace

WordSet::WordSet(std::size_t most_words)
    : most_words_(most_words), slots_(std::bit_ceil(most_words + most_words / 2)) {}

std::size_t WordSet::SlotOf(std::string_view word) const {
  const std::uint64_t hash = std::hash<std::string_view>()(word);
  const std::uint32_t mark = static_cast<std::uint32_t>(hash >> 32) | 1;
  std::size_t slot = hash & (slots_.size() - 1);
  while (slots_[slot] != 0 && slots_[slot] != mark) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

bool WordSet::Insert(std::string_view word) {
  std::uint32_t& slot = slots_[SlotOf(word)];
  if (slot != 0) return false;
  if (count_++ == most_words_) throw std::length_error("more words than the set has room for");
  slot = static_cast<std::uint32_t>(std::hash<std::string_view>()(word) >> 32) | 1;
  return true;
}

std::shared_ptr<const WordLists> WordLists::Load() {
  auto lists = std::make_shared<WordLists>();
  for (const List& list : kLists) ReadWords(list, &lists->words_);
  return lists;
}

bool WordLists::IsSlip(std::string_view word) const {
  std::string other(word);
  for (std::size_t i = 0; i + 1 < other.size(); ++i) {  // two swapped
    std::swap(other[i], other[i + 1]);
    if (Has(other)) return true;
    std::swap(other[i], other[i + 1]);
  }
  // One too many, one wrong; of four letters nearly any would be. The first letter is hardly ever the wrong
  // one (Yannakoudakis and Fawthrop, Information Processing & Management 19(2), 1983), while jargon is often a
  // letter before a word.
  for (std::size_t i = 1; i < word.size() && word.size() > kShortestWord + 1; ++i) {
    other.assign(word);
    other.erase(i, 1);
    if (Has(other)) return true;
    other.assign(word);
    for (char c = 'a'; c <= 'z'; ++c) {
      other[i] = c;
      if (Has(other)) return true;
    }
  }
  for (std::size_t i = 1; i <= word.size() && word.size() > kShortestWord; ++i) {  // one too few
    other.assign(word);
    other.insert(i, 1, 'a');
    for (char c = 'a'; c <= 'z'; ++c) {
      other[i] = c;
      if (Has(other)) return true;
    }
  }
  return false;
}

Spelling WordLists::Read(std::string_view text) const {
  Spelling spelling;
  WordSet seen(kTextBytes / kShortestWord);
  bool is_quoted = false;
  std::size_t run = 0;
  const auto forget_foreign_run = [&] {
    if (run >= kForeignRun) {
      spelling.unlisted.resize(spelling.unlisted.size() - run);
      spelling.words -= run;
    }
    run = 0;
  };
  text = text.substr(0, kTextBytes);
  while (!text.empty() && spelling.unlisted.size() < kUnlistedWords) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.empty()) is_quoted = false;
    if (LooksLikeCode(line)) continue;
    for (auto at = line.begin(); at < line.end();) {
      const auto end = std::find_if(at, line.end(), kIsBetweenTokens);
      const std::string_view token(at, end);
      at = end == line.end() ? end : end + 1;
      const bool was_quoted = is_quoted;
      for (const char c : token) is_quoted = is_quoted != (c == '"');
      const std::string_view word = PlainWord(token);
      if (IsOneOf(kShortEnglish, word)) {
        forget_foreign_run();
        spelling.english += IsOneOf(kEnglish, word) && seen.Insert(word);
      }
      if (was_quoted || is_quoted || word.size() < kShortestWord || !seen.Insert(word)) continue;
      ++spelling.words;
      spelling.english += IsOneOf(kEnglish, word);
      if (Has(word)) {
        forget_foreign_run();
        continue;
      }
      spelling.unlisted.push_back(word);
      ++run;
    }
  }
  forget_foreign_run();
  return spelling;
}

std::vector<std::string_view> WordLists::Misspelled(const Spelling& spelling) const {
  std::vector<std::string_view> slips;
  std::size_t others = 0;
  for (const std::string_view word : spelling.unlisted) {
    if (IsOneOf(kForeign, word)) return {};
    if (HasVowel(word) && IsSlip(word)) {
      slips.push_back(word);
    } else if (++others * 3 > spelling.unlisted.size()) {
      return {};
    }
  }
  return slips;
}

}  // namespace listwarden
