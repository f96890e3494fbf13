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

constexpr std::string_view kMagic = "LWSENT01";
constexpr std::size_t kHead = 20, kCheck = 4;
constexpr std::size_t kMostWords = 64;
constexpr std::uint32_t kMostBits = 22;
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

template <typename Number>
Number Take(std::string_view* bytes) {
  Number number;
  std::memcpy(&number, bytes->data(), sizeof number);
  bytes->remove_prefix(sizeof number);
  return number;
}

}  // namespace

SentenceModel SentenceModel::Load(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw RuleError("model " + file.string() + " is missing or cannot be read");
  const std::string all{std::istreambuf_iterator<char>(in), {}};
  std::string_view rest = all;
  if (!rest.starts_with(kMagic.substr(0, 6))) throw RuleError("model " + file.string() + " is no model file");
  if (!rest.starts_with(kMagic))
    throw RuleError("model " + file.string() + " is of another version; expected " + std::string(kMagic) +
                    ", made by tools/train_sentence_model.py of this release");
  rest.remove_prefix(kMagic.size());
  if (rest.size() < kHead + kCheck) throw RuleError("model " + file.string() + " is cut short");
  const std::string_view payload = rest.substr(0, rest.size() - kCheck);
  SentenceModel model;
  const auto bits = Take<std::uint32_t>(&rest);
  model.step_ = Take<float>(&rest);
  model.bias_ = Take<float>(&rest);
  model.tag_alone_ = Take<float>(&rest);
  model.agrees_ = Take<float>(&rest);
  if (bits > kMostBits || rest.size() != (std::size_t{1} << bits) + kCheck)
    throw RuleError("model " + file.string() + " is cut short or too long");
  model.mask_ = (1u << bits) - 1;
  model.weights_.resize(std::size_t{1} << bits);
  std::memcpy(model.weights_.data(), rest.data(), model.weights_.size());
  rest.remove_prefix(model.weights_.size());
  if (Take<std::uint32_t>(&rest) != Crc().Add(payload).value())
    throw RuleError("model " + file.string() + " is damaged: its check sum does not agree");
  return model;
}

SentenceModel::Words SentenceModel::Read(std::string_view sentence) const {
  Words read;
  Crc pair;
  pair.Add("b^ ");
  for (std::size_t at = 0; at < sentence.size() && read.words.size() < kMostWords;) {
    if (!IsWordByte(sentence[at])) {
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    while (end < sentence.size() && IsWordByte(sentence[end])) ++end;
    const std::string_view word = sentence.substr(at, end - at);
    read.words.push_back({word, Crc().Add("w").Add(word).value() & mask_, pair.Add(word).value() & mask_});
    pair = Crc().Add("b").Add(word).Add(" ");
    at = end;
  }
  read.last_pair = pair.Add("$").value() & mask_;
  return read;
}

float SentenceModel::Score(std::string_view sentence) const {
  const Words read = Read(sentence);
  if (read.words.empty()) return bias_;
  std::array<std::uint32_t, 2 * kMostWords + 1> buckets{};
  std::size_t count = 0;
  for (const Word& word : read.words) {
    buckets[count++] = word.single;
    buckets[count++] = word.pair;
  }
  buckets[count++] = read.last_pair;
  // Each bucket counts once, as when the model was trained.
  std::sort(buckets.begin(), buckets.begin() + static_cast<std::ptrdiff_t>(count));
  const auto end = std::unique(buckets.begin(), buckets.begin() + static_cast<std::ptrdiff_t>(count));
  int sum = 0;
  for (auto bucket = buckets.begin(); bucket != end; ++bucket) sum += weights_[*bucket];
  const auto kinds = static_cast<float>(end - buckets.begin());
  return bias_ + static_cast<float>(sum) * step_ / std::sqrt(kinds);
}

std::vector<std::string_view> SentenceModel::Weightiest(std::string_view sentence, std::size_t count) const {
  const Words read = Read(sentence);
  std::vector<std::pair<int, std::string_view>> weighed;
  for (std::size_t i = 0; i < read.words.size(); ++i) {
    const std::uint32_t next = i + 1 < read.words.size() ? read.words[i + 1].pair : read.last_pair;
    const int weight = 2 * weights_[read.words[i].single] + weights_[read.words[i].pair] + weights_[next];
    if (weight > 0) weighed.emplace_back(weight, read.words[i].text);
  }
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
