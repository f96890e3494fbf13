// SPDX-License-Identifier: Apache-2.0
#include "policy/required_words.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <numeric>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "message/text_view.h"
#include "policy/word_chance.h"
#include "policy/word_index.h"

namespace listwarden {
namespace {

constexpr std::size_t kMostProducts = 256;  // strings that several pieces in a row make together
constexpr std::size_t kMostEnds = 300;      // strings with which a piece may begin
constexpr std::size_t kMostOfClass = 8;     // characters of a class that are spelt out
constexpr std::size_t kMostRepeats = 12;
constexpr std::size_t kShortest = 2, kLongest = 10;
constexpr std::size_t kMostClauses = 3;
constexpr double kRare = 0.002;  // beyond the rarest, only what is worth looking for

using Strings = std::set<std::string>;

// What a piece of a pattern matches: exactly these strings, or anything that begins with one of the heads,
// ends with one of the tails and fulfils all clauses.
struct Piece {
  std::optional<Strings> exact;
  std::vector<AnyOf> clauses = {};
  Strings heads = {""}, tails = {""};
  const Strings& Heads() const { return exact ? *exact : heads; }
  const Strings& Tails() const { return exact ? *exact : tails; }
};

Piece Anything() { return {}; }
Piece Nothing() { return {Strings{""}}; }
Piece Boundary() { return {Strings{std::string(1, WordIndex::kBoundary)}}; }

double ChanceOfAny(const AnyOf& words) {
  return std::accumulate(words.begin(), words.end(), 0.0,
                         [](double sum, const std::string& word) { return sum + ChanceOf(word); });
}

// With a mark only where a word begins or ends.
std::string WithBoundaries(std::string_view marked) {
  std::string_view word = marked;
  const bool is_marked_before = word.starts_with(WordIndex::kBoundary);
  if (is_marked_before) word.remove_prefix(1);
  const bool is_marked_after = word.ends_with(WordIndex::kBoundary);
  if (is_marked_after) word.remove_suffix(1);
  if (word.empty()) return "";
  const std::string_view kept = word.substr(0, kLongest);
  std::string out;
  if (is_marked_before && WordIndex::IsWordByte(word.front())) out += WordIndex::kBoundary;
  out += kept;
  if (is_marked_after && kept.size() == word.size() && WordIndex::IsWordByte(word.back()))
    out += WordIndex::kBoundary;
  return out;
}

std::size_t LettersOf(std::string_view word) {
  return word.size() - static_cast<std::size_t>(std::count(word.begin(), word.end(), WordIndex::kBoundary));
}

// Words that are looked for as parts of others: most beginnings of a part are none of theirs.
class KnownWords {
 public:
  void Insert(std::string_view word) {
    beginnings_.set(BeginningOf(word));
    words_.insert(word);
  }
  bool HasPartOf(std::string_view word) const {
    for (std::size_t begin = 0; begin + kShortest <= word.size(); ++begin) {
      if (!beginnings_[BeginningOf(word.substr(begin))]) continue;
      for (std::size_t size = kShortest; begin + size <= word.size(); ++size) {
        if (words_.contains(word.substr(begin, size))) return true;
      }
    }
    return false;
  }

 private:
  static std::size_t BeginningOf(std::string_view word) {
    return (static_cast<unsigned char>(word[0]) * 32u + static_cast<unsigned char>(word[1])) % 1024;
  }
  std::bitset<1024> beginnings_;
  std::unordered_set<std::string_view> words_;
};

// A word that holds another one adds nothing.
std::optional<AnyOf> ClauseOf(const Strings& strings) {
  AnyOf words;
  for (const std::string& one : strings) {
    words.push_back(WithBoundaries(one));
    if (LettersOf(words.back()) < kShortest) return std::nullopt;
  }
  std::sort(words.begin(), words.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  KnownWords known;
  AnyOf kept;
  kept.reserve(words.size());
  for (std::string& word : words) {
    if (known.HasPartOf(word)) continue;
    kept.push_back(std::move(word));
    known.Insert(kept.back());
  }
  return kept;
}

// Of marks those at the ends are kept, of two blanks one.
std::string Joined(std::string_view head, std::string_view tail) {
  if (head.size() > 1 && !tail.empty() && head.ends_with(WordIndex::kBoundary)) head.remove_suffix(1);
  if (tail.size() > 1 && !head.empty() && tail.starts_with(WordIndex::kBoundary)) tail.remove_prefix(1);
  if (head.ends_with(' ') && tail.starts_with(' ')) tail.remove_prefix(1);
  return std::string(head) + std::string(tail);
}

// Whether one string after another makes no more than are worth having.
bool IsFew(const Strings& heads, const Strings& tails) {
  return heads.size() == 1 || tails.size() == 1 || heads.size() * tails.size() <= kMostProducts;
}

Strings Product(const Strings& heads, const Strings& tails) {
  Strings longer;
  for (const std::string& head : heads) {
    for (const std::string& tail : tails) longer.insert(Joined(head, tail));
  }
  return longer;
}

// With which of these strings something begins or ends; nothing is known once it may be any.
Strings Ends(Strings strings) {
  return strings.contains("") || strings.size() > kMostEnds ? Strings{""} : strings;
}

// Pieces in a row.
class Row {
 public:
  void Add(const Piece& piece) {
    const Strings& heads = piece.Heads();
    const bool is_few = IsFew(open_, heads);
    if (is_few) open_ = Product(open_, heads);
    if (piece.exact && is_few) return;
    Close();
    open_ = piece.Tails();
    clauses_.insert(clauses_.end(), piece.clauses.begin(), piece.clauses.end());
  }
  // None of it or more; after one of it the row ends with it in any case.
  void AddRepeated(const Piece& piece, bool is_first) {
    Strings tails = piece.Tails();
    if (is_first) tails.insert(open_.begin(), open_.end());
    Close();
    open_ = Ends(std::move(tails));
  }
  Piece Finish() {
    if (is_exact_) return {std::move(open_)};
    Strings tails = open_;
    Close();
    return {std::nullopt, std::move(clauses_), std::move(heads_), std::move(tails)};
  }

 private:
  void Close() {
    if (auto clause = ClauseOf(open_)) clauses_.push_back(std::move(*clause));
    if (is_exact_) heads_ = std::move(open_);
    is_exact_ = false;
  }

  Strings open_ = {""};
  Strings heads_;
  std::vector<AnyOf> clauses_;
  bool is_exact_ = true;
};

// Whether the clause says nothing that `rarer` does not say.
bool IsImplied(const AnyOf& clause, const AnyOf& rarer) {
  KnownWords known;
  for (const std::string& word : clause) known.Insert(word);
  return std::all_of(rarer.begin(), rarer.end(),
                     [&](const std::string& word) { return known.HasPartOf(word); });
}

// The rarest first.
std::vector<AnyOf> ClausesOf(Piece piece) {
  std::vector<AnyOf> clauses = std::move(piece.clauses);
  if (piece.exact) {
    if (auto clause = ClauseOf(*piece.exact)) clauses.push_back(std::move(*clause));
  }
  std::vector<std::pair<double, AnyOf>> ranked;
  for (AnyOf& words : clauses) {
    const double chance = ChanceOfAny(words);
    ranked.emplace_back(chance, std::move(words));
  }
  std::sort(ranked.begin(), ranked.end());
  clauses.clear();
  for (auto& [chance, words] : ranked) {
    const bool is_new = std::none_of(clauses.begin(), clauses.end(), [&words = words](const AnyOf& rarer) {
      return IsImplied(words, rarer);
    });
    if (is_new) clauses.push_back(std::move(words));
  }
  return clauses;
}

Strings EndsOf(const std::vector<Piece>& branches, const Strings& (Piece::*ends)() const) {
  Strings all;
  for (const Piece& branch : branches) {
    const Strings& its = (branch.*ends)();
    all.insert(its.begin(), its.end());
  }
  return Ends(std::move(all));
}

// One of the branches: the rarest clause of any, the next of any …
Piece Alternation(std::vector<Piece> branches) {
  if (branches.size() == 1) return std::move(branches.front());
  if (std::all_of(branches.begin(), branches.end(), [](const Piece& one) { return one.exact.has_value(); })) {
    Strings strings;
    for (const Piece& branch : branches) strings.insert(branch.exact->begin(), branch.exact->end());
    return {std::move(strings)};
  }
  Piece all;
  all.heads = EndsOf(branches, &Piece::Heads);
  all.tails = EndsOf(branches, &Piece::Tails);
  std::array<Strings, kMostClauses> words;
  for (Piece& branch : branches) {
    const std::vector<AnyOf> clauses = ClausesOf(std::move(branch));
    if (clauses.empty()) return all;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const AnyOf& clause = clauses[std::min(i, clauses.size() - 1)];
      words[i].insert(clause.begin(), clause.end());
    }
  }
  for (const Strings& one : words) {
    const auto clause = ClauseOf(one);
    if (clause && (all.clauses.empty() || *clause != all.clauses.back())) all.clauses.push_back(*clause);
  }
  return all;
}

struct NotUnderstood {};

class Reader {
 public:
  Reader(std::string_view pattern, Boundaries boundaries) : rest_(pattern), boundaries_(boundaries) {}

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
      if (least != most || least > kMostRepeats) row.AddRepeated(piece, least == 0);
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

  static Piece Of(char c) {
    if (c == WordIndex::kBoundary) return Anything();
    return {Strings{std::string(1, WordIndex::Seen(c))}, {}};
  }

  // What folding changes may stand otherwise in the text that is searched for words.
  Piece ReadCharacter(char first) {
    if ((first & 0x80) == 0) return Of(first);
    std::string all(1, first);
    while (!rest_.empty() && (rest_.front() & 0xc0) == 0x80) all += Next();
    return TextView("a" + all).folded() == "a" + all ? Piece{Strings{all}, {}} : Anything();
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
        return Of(' ');
      case '*':
      case '+':
      case '?':
        throw NotUnderstood();
      default:
        return ReadCharacter(c);
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
    if (c == 'b' && boundaries_ == Boundaries::kCount) return Boundary();
    if (c == 'b' || c == 'B') return Nothing();
    if (c == 'A' || c == 'z') return Of(' ');
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
    is_anything = is_anything || characters.size() > kMostOfClass ||
                  characters.contains(std::string(1, WordIndex::kBoundary));
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
  const Boundaries boundaries_;
};

}  // namespace

std::vector<AnyOf> RequiredWords(std::string_view pattern, Boundaries boundaries) {
  std::vector<AnyOf> clauses;
  try {
    clauses = ClausesOf(Reader(pattern, boundaries).Read());
  } catch (const NotUnderstood&) {
    return {};
  }
  std::size_t kept = std::min<std::size_t>(clauses.size(), 1);
  while (kept < std::min(clauses.size(), kMostClauses) && ChanceOfAny(clauses[kept]) <= kRare) ++kept;
  clauses.resize(kept);
  return clauses;
}

}  // namespace listwarden
