// SPDX-License-Identifier: Apache-2.0
#include "policy/sentence_model.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/error.h"

namespace listwarden {
namespace {

constexpr std::string_view kMagic = "LWSENT04";
constexpr std::uint32_t kFewestFeatures = 25;  // little speaks for a shorter sentence either way
constexpr std::size_t kCheck = 4, kLongestName = 64;
constexpr std::size_t kMostWords = 64;
constexpr std::size_t kShortBeginning = 4, kLongBeginning = 6;
constexpr std::uint32_t kMostBuckets = 1u << 22;
constexpr int kReach = 3;  // words that a negation is taken to reach
constexpr std::string_view kMarks = "?!;:()\"";
static_assert(std::endian::native == std::endian::little, "the file is read as it lies");

// CRC-32 as zlib computes it.
constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1) != 0 ? 0xedb88320u ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  return table;
}();

class Crc {
 public:
  Crc& Add(std::string_view bytes) {
    for (const char c : bytes)
      state_ = kCrcTable[(state_ ^ static_cast<unsigned char>(c)) & 0xff] ^ (state_ >> 8);
    return *this;
  }
  std::uint32_t value() const { return ~state_; }

 private:
  std::uint32_t state_ = 0xffffffffu;
};

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'' ||
         static_cast<unsigned char>(c) >= 0x80;
}

struct Cut {};  // the file ends too early

template <typename Number>
Number Take(std::string_view* bytes) {
  if (bytes->size() < sizeof(Number)) throw Cut();
  Number number;
  std::memcpy(&number, bytes->data(), sizeof number);
  bytes->remove_prefix(sizeof number);
  return number;
}

std::string TakeName(std::string_view* bytes) {
  const auto size = Take<std::uint32_t>(bytes);
  if (size > kLongestName || bytes->size() < size) throw Cut();
  std::string name(bytes->substr(0, size));
  bytes->remove_prefix(size);
  return name;
}

bool IsNegation(std::string_view word) {
  static constexpr std::array<std::string_view, 11> kNegations = {
      "cannot", "hardly", "neither", "never", "no", "nobody", "none", "nor", "not", "nothing", "without"};
  return word.ends_with("n't") || std::binary_search(kNegations.begin(), kNegations.end(), word);
}

// The bytes of the mark that stands at the beginning, or 0.
std::size_t MarkSize(std::string_view text) {
  if (text.starts_with("...")) return 3;
  return kMarks.find(text.front()) == std::string_view::npos ? 0 : 1;
}

// The features of a sentence, word by word: found(hash, place) is called for each.
template <typename Found>
class Features {
 public:
  explicit Features(const Found& found) : found_(found) { pair_.Add("b^ "); }

  void AddMark(std::string_view mark) { found_(Crc().Add("q").Add(mark).value(), mark); }

  void AddWord(std::string_view place) {
    const bool is_number = place.front() >= '0' && place.front() <= '9';
    const std::string_view word = is_number ? std::string_view("0") : place;
    found_(Crc().Add("w").Add(word).value(), place);
    if (word.size() > kLongBeginning - 1) {
      found_(Crc().Add("4").Add(word.substr(0, kShortBeginning)).value(), place);
      found_(Crc().Add("6").Add(word.substr(0, kLongBeginning)).value(), place);
    }
    if (IsNegation(word)) {
      reach_ = kReach;
    } else if (reach_ > 0) {
      found_(Crc().Add("n").Add(word).value(), place);
      --reach_;
    }
    AddPairAndTriple(word, place);
    before_ = word;
    place_ = place;
    ++words_;
  }

  void End() {
    if (words_ > 0) AddPairAndTriple("$", place_);
  }
  std::size_t words() const { return words_; }

 private:
  // With the word before it, and the two before it.
  void AddPairAndTriple(std::string_view word, std::string_view place) {
    found_(pair_.Add(word).value(), place);
    if (words_ > 0) found_(triple_.Add(word).value(), place);
    triple_ = Crc().Add("t").Add(before_).Add(" ").Add(word).Add(" ");
    pair_ = Crc().Add("b").Add(word).Add(" ");
  }

  const Found& found_;
  Crc pair_, triple_;
  std::string_view before_ = "^", place_;
  std::size_t words_ = 0;
  int reach_ = 0;
};

template <typename Found>
void ForEachFeature(std::string_view sentence, const Found& found) {
  Features features(found);
  for (std::size_t at = 0; at < sentence.size() && features.words() < kMostWords;) {
    if (!IsWordByte(sentence[at])) {
      const std::size_t mark = MarkSize(sentence.substr(at));
      if (mark > 0) features.AddMark(sentence.substr(at, mark));
      at += std::max<std::size_t>(mark, 1);
      continue;
    }
    std::size_t end = at + 1;
    while (end < sentence.size() && IsWordByte(sentence[end])) ++end;
    features.AddWord(sentence.substr(at, end - at));
    at = end;
  }
  features.End();
}

}  // namespace

SentenceModel SentenceModel::Load(const std::filesystem::path& file) {
  const auto refuse = [&](const std::string& why) { return RuleError("model " + file.string() + " " + why); };
  std::ifstream in(file, std::ios::binary);
  if (!in) throw refuse("is missing or cannot be read");
  const std::string all{std::istreambuf_iterator<char>(in), {}};
  std::string_view rest = all;
  if (!rest.starts_with(kMagic.substr(0, 6))) throw refuse("is no model file");
  if (!rest.starts_with(kMagic))
    throw refuse("is of another version; expected " + std::string(kMagic) +
                 ", made by tools/train_sentence_model.py of this release");
  rest.remove_prefix(kMagic.size());
  const std::string_view payload = rest.substr(0, rest.size() - std::min(rest.size(), kCheck));
  SentenceModel model;
  try {
    const auto buckets = Take<std::uint32_t>(&rest), count = Take<std::uint32_t>(&rest);
    if (buckets == 0 || buckets > kMostBuckets || count == 0 || count > kMostOutputs) throw Cut();
    for (std::uint32_t i = 0; i < count; ++i) {
      Output output;
      output.name = TakeName(&rest);
      for (float* one : {&output.step, &output.bias, &output.threshold}) *one = Take<float>(&rest);
      model.outputs_.push_back(std::move(output));
    }
    model.rows_.resize(buckets);
    if (rest.size() != model.rows_.size() * count + kCheck) throw Cut();
  } catch (const Cut&) {
    throw refuse("is cut short or too long");
  }
  for (Row& row : model.rows_) {
    std::memcpy(row.data(), rest.data(), model.outputs_.size());
    rest.remove_prefix(model.outputs_.size());
  }
  if (Take<std::uint32_t>(&rest) != Crc().Add(payload).value())
    throw refuse("is damaged: its check sum does not agree");
  return model;
}

std::optional<std::size_t> SentenceModel::FindOutput(std::string_view name) const {
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    if (outputs_[i].name == name) return i;
  }
  return std::nullopt;
}

SentenceModel::Sums SentenceModel::Sums::operator+(const Sums& other) const {
  Sums sums = *this;
  for (std::size_t i = 0; i < kMostOutputs; ++i) sums.weights[i] += other.weights[i];
  sums.features += other.features;
  return sums;
}

SentenceModel::Sums SentenceModel::Read(std::string_view sentence) const {
  Sums sums;
  // Several rows are fetched before one is read.
  std::array<const Row*, 32> rows{};
  std::uint32_t waiting = 0;
  const auto add_waiting = [&] {
    for (std::uint32_t row = 0; row < waiting; ++row) {
      for (std::size_t i = 0; i < kMostOutputs; ++i) sums.weights[i] += (*rows[row])[i];
    }
    sums.features += waiting;
    waiting = 0;
  };
  ForEachFeature(sentence, [&](std::uint32_t hash, std::string_view) {
    rows[waiting] = &RowOf(hash);
    __builtin_prefetch(rows[waiting]);
    if (++waiting == rows.size()) add_waiting();
  });
  add_waiting();
  return sums;
}

float SentenceModel::Score(const Sums& sums, std::size_t output) const {
  const Output& one = outputs_[output];
  const float length = std::sqrt(static_cast<float>(std::max(kFewestFeatures, sums.features)));
  return one.bias + static_cast<float>(sums.weights[output]) * one.step / length;
}

std::vector<std::string_view> SentenceModel::Weightiest(std::string_view sentence, std::size_t output,
                                                        std::size_t count) const {
  std::vector<std::pair<int, std::string_view>> weighed;
  ForEachFeature(sentence, [&](std::uint32_t hash, std::string_view word) {
    if (weighed.empty() || weighed.back().second.data() != word.data()) weighed.emplace_back(0, word);
    weighed.back().first += RowOf(hash)[output];
  });
  std::erase_if(weighed, [](const auto& one) { return one.first <= 0 || !IsWordByte(one.second.front()); });
  std::stable_sort(weighed.begin(), weighed.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string_view> words;
  for (const auto& [weight, word] : weighed) {
    if (words.size() == count) break;
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
  }
  return words;
}

}  // namespace listwarden
