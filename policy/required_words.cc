// SPDX-License-Identifier: Apache-2.0
#include "policy/required_words.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "policy/word_index.h"

namespace listwarden {
namespace {

constexpr std::size_t kMostProducts = 16;  // strings that several pieces in a row make together
constexpr std::size_t kMostWords = 1000;   // of one AnyOf
constexpr std::size_t kMostOfClass = 4;    // characters of a class that are spelt out
constexpr std::size_t kMostRepeats = 12;
constexpr std::size_t kShortest = 2, kLongest = 10;
constexpr std::size_t kMostClauses = 3;
constexpr double kRare = 0.01;  // beyond the rarest, only what is worth looking for

using Strings = std::set<std::string>;

// What a piece of a pattern matches: exactly these strings, or anything that fulfils all clauses.
struct Piece {
  std::optional<Strings> exact;
  std::vector<AnyOf> clauses;
};

Piece Anything() { return {}; }
Piece Nothing() { return {Strings{""}, {}}; }

// How often one of the words stands in a text by chance, roughly.
double Frequency(const AnyOf& words) {
  double sum = 0;
  for (const std::string& word : words) sum += std::pow(10, -static_cast<double>(word.size()));
  return sum;
}

// A word that holds another one adds nothing.
std::optional<AnyOf> ClauseOf(const Strings& strings) {
  AnyOf words;
  for (const std::string& one : strings) {
    if (one.size() < kShortest) return std::nullopt;
    words.push_back(one.substr(0, kLongest));
  }
  std::sort(words.begin(), words.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  AnyOf kept;
  for (const std::string& word : words) {
    const auto is_inside = [&](const std::string& one) { return word.find(one) != std::string::npos; };
    if (std::none_of(kept.begin(), kept.end(), is_inside)) kept.push_back(word);
  }
  return kept;
}

// Pieces in a row.
class Row {
 public:
  void Add(const Piece& piece) {
    const bool is_start = open_.size() == 1 && open_.begin()->empty();
    if (piece.exact && (is_start || open_.size() * piece.exact->size() <= kMostProducts)) {
      Strings longer;
      for (const std::string& head : open_) {
        for (const std::string& tail : *piece.exact) longer.insert(head + tail);
      }
      open_ = std::move(longer);
      return;
    }
    Break();
    if (piece.exact) open_ = *piece.exact;
    clauses_.insert(clauses_.end(), piece.clauses.begin(), piece.clauses.end());
  }
  // Anything may stand here.
  void Break() {
    if (auto clause = ClauseOf(open_)) clauses_.push_back(std::move(*clause));
    open_ = {""};
    is_exact_ = false;
  }
  Piece Finish() {
    if (is_exact_) return {std::move(open_), {}};
    Break();
    return {std::nullopt, std::move(clauses_)};
  }

 private:
  Strings open_ = {""};
  std::vector<AnyOf> clauses_;
  bool is_exact_ = true;
};

// One of the branches.
Piece Alternation(std::vector<Piece> branches) {
  if (branches.size() == 1) return std::move(branches.front());
  Strings all;
  bool is_exact = true;
  for (Piece& branch : branches) {
    if (branch.exact) {
      all.insert(branch.exact->begin(), branch.exact->end());
      continue;
    }
    is_exact = false;
    const auto rarest =
        std::min_element(branch.clauses.begin(), branch.clauses.end(),
                         [](const AnyOf& a, const AnyOf& b) { return Frequency(a) < Frequency(b); });
    if (rarest == branch.clauses.end()) return Anything();
    all.insert(rarest->begin(), rarest->end());
  }
  if (all.size() > kMostWords) return Anything();
  if (is_exact) return {std::move(all), {}};
  const auto clause = ClauseOf(all);
  return clause ? Piece{std::nullopt, {*clause}} : Anything();
}

struct NotUnderstood {};

class Reader {
 public:
  Reader(std::string_view pattern, bool is_raw) : rest_(pattern), is_raw_(is_raw) {}

  Piece Read() {
    Piece all = ReadBranches();
    if (!rest_.empty()) throw NotUnderstood();
    return all;
  }

 private:
  bool Take(std::string_view what) {
    if (!rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    return true;
  }

  char Next() {
    if (rest_.empty()) throw NotUnderstood();
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  Piece ReadBranches() {
    std::vector<Piece> branches;
    do {
      branches.push_back(ReadRow());
    } while (Take("|"));
    return Alternation(std::move(branches));
  }

  Piece ReadRow() {
    Row row;
    while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
      const Piece piece = ReadPiece();
      const auto [least, most] = ReadRepeat();
      if (least == 0 && most == 1 && piece.exact) {
        row.Add(Alternation({piece, Nothing()}));
        continue;
      }
      for (std::size_t i = 0; i < std::min(least, kMostRepeats); ++i) row.Add(piece);
      if (least != most || least > kMostRepeats) row.Break();
    }
    return row.Finish();
  }

  std::size_t ReadNumber(std::size_t otherwise) {
    std::size_t number = 0, digits = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++digits)
      number = number * 10 + static_cast<std::size_t>(Next() - '0');
    return digits == 0 ? otherwise : number;
  }

  struct Repeat {
    std::size_t least = 1, most = 1;
  };
  Repeat ReadRepeat() {
    constexpr std::size_t kEndless = 1u << 20;
    Repeat repeat;
    if (Take("*")) {
      repeat = {0, kEndless};
    } else if (Take("+")) {
      repeat = {1, kEndless};
    } else if (Take("?")) {
      repeat = {0, 1};
    } else if (rest_.size() > 1 && rest_[0] == '{' && rest_[1] >= '0' && rest_[1] <= '9') {
      Next();
      repeat.least = repeat.most = ReadNumber(0);
      if (Take(",")) repeat.most = ReadNumber(kEndless);
      if (!Take("}")) throw NotUnderstood();
    } else {
      return repeat;
    }
    Take("?");
    if (!rest_.empty() && std::string_view("*+?{").find(rest_.front()) != std::string_view::npos)
      throw NotUnderstood();
    return repeat;
  }

  Piece Of(char c) const {
    const char seen = WordIndex::Seen(c);
    if ((c & 0x80) != 0 || (is_raw_ && seen == ' ')) return Anything();
    return {Strings{std::string(1, seen)}, {}};
  }

  Piece ReadPiece() {
    const char c = Next();
    switch (c) {
      case '(':
        return ReadGroup();
      case '[':
        return ReadClass();
      case '\\':
        return ReadEscape();
      case '.':
        return Anything();
      case '^':
      case '$':
        return Nothing();
      case '*':
      case '+':
      case '?':
        throw NotUnderstood();
      default:
        return Of(c);
    }
  }

  // Flags change no word: case counts nowhere.
  Piece ReadGroup() {
    if (Take("?")) {
      if (rest_.starts_with("P")) throw NotUnderstood();
      char c = Next();
      while (c != ':' && c != ')') {
        if (std::string_view("imsU-").find(c) == std::string_view::npos) throw NotUnderstood();
        c = Next();
      }
      if (c == ')') return Nothing();
    }
    Piece inside = ReadBranches();
    if (!Take(")")) throw NotUnderstood();
    return inside;
  }

  Piece ReadEscape() {
    const char c = Next();
    if (std::string_view("bBAz").find(c) != std::string_view::npos) return Nothing();
    if (c == 'd') return Of('0');
    if (c == 's') return Of(' ');
    if (IsKind(c)) return Anything();
    return Of(Escaped(c));
  }

  // Of too many characters to tell.
  bool IsKind(char c) {
    if (c == 'p' || c == 'P') {
      if (Next() == '{') {
        while (Next() != '}') continue;
      }
      return true;
    }
    return c == 'w' || c == 'W' || c == 'D' || c == 'S';
  }

  static char Escaped(char c) {
    if (c == 'n' || c == 't' || c == 'r' || c == 'f' || c == 'v') return ' ';
    const bool is_sign =
        c > ' ' && c < 0x7f && !(c >= '0' && c <= '9') && !((c | 32) >= 'a' && (c | 32) <= 'z');
    if (!is_sign) throw NotUnderstood();
    return c;
  }

  Piece ReadClass() {
    Strings characters;
    bool is_anything = Take("^");
    for (bool is_first = true; is_first || rest_.front() != ']'; is_first = false) {
      if (rest_.starts_with("[:")) throw NotUnderstood();
      const auto from = ReadOfClass();
      auto to = from;
      if (rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']') {
        Next();
        to = ReadOfClass();
        if (!from || !to) throw NotUnderstood();
      }
      is_anything = is_anything || !from || ((*from | *to) & 0x80) != 0;
      for (int c = from.value_or(1); c <= to.value_or(0); ++c)
        characters.insert(std::string(1, WordIndex::Seen(static_cast<char>(c))));
      if (rest_.empty()) throw NotUnderstood();
    }
    Next();
    is_anything = is_anything || characters.size() > kMostOfClass || (is_raw_ && characters.count(" ") != 0);
    return is_anything ? Anything() : Piece{std::move(characters), {}};
  }

  // A character, or one that stands for its kind; nothing: too many to tell.
  std::optional<char> ReadOfClass() {
    const char c = Next();
    if (c != '\\') return c;
    const char escaped = Next();
    if (escaped == 'd') return '0';
    if (escaped == 's') return ' ';
    if (IsKind(escaped)) return std::nullopt;
    return Escaped(escaped);
  }

  std::string_view rest_;
  bool is_raw_;
};

}  // namespace

std::vector<AnyOf> RequiredWords(std::string_view pattern, bool is_raw) {
  std::vector<AnyOf> clauses;
  try {
    const Piece piece = Reader(pattern, is_raw).Read();
    clauses = piece.clauses;
    if (piece.exact) {
      if (const auto clause = ClauseOf(*piece.exact)) clauses = {*clause};
    }
  } catch (const NotUnderstood&) {
    return {};
  }
  std::stable_sort(clauses.begin(), clauses.end(),
                   [](const AnyOf& a, const AnyOf& b) { return Frequency(a) < Frequency(b); });
  std::size_t kept = std::min<std::size_t>(clauses.size(), 1);
  while (kept < std::min(clauses.size(), kMostClauses) && Frequency(clauses[kept]) <= kRare) ++kept;
  clauses.resize(kept);
  return clauses;
}

}  // namespace listwarden
