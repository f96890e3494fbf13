// A statistical model that scores sentences for several filters at once: for each a logistic regression over
// the sentence's words, pairs and triples of words, beginnings of words, words that a negation reaches, and
// marks such as "?", kept as one byte for each bucket.
// tools/train_sentence_model.py makes it; docs/sentence-model.md is its card.
//   const SentenceModel::Sums one = model.Read(sentence), both = one + model.Read(next);
//   if (model.Score(both, output) >= model.output(output).threshold) …
// The file: "LWSENT04", number of buckets, number of outputs; for each its name, step, bias and threshold; the weights by
// bucket; CRC-32; all little-endian.
// Threads: immutable.
// Errors: Load throws RuleError when the file is missing, cut, changed or of another version.
// Limits: 16 outputs; a sentence counts by its first 64 words.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

class SentenceModel {
 public:
  static constexpr std::size_t kMostOutputs = 16;

  static SentenceModel Load(const std::filesystem::path& file);

  struct Output {
    std::string name;  // the filter's
    float step = 0, bias = 0;
    float threshold = 0;  // from here on a sentence is a vote
  };
  const Output& output(std::size_t index) const { return outputs_[index]; }
  std::optional<std::size_t> FindOutput(std::string_view name) const;

  // What the features of a text weigh for every output; sentences that stand together add up.
  struct Sums {
    std::array<std::int32_t, kMostOutputs> weights{};
    std::uint32_t features = 0;
    Sums operator+(const Sums& other) const;
  };
  // `sentence` is folded.
  Sums Read(std::string_view sentence) const;
  // The more, the more it is like what the model was taught to find.
  float Score(const Sums& sums, std::size_t output) const;
  // The words that speak most for it, the weightiest first; they point into `sentence`.
  std::vector<std::string_view> Weightiest(std::string_view sentence, std::size_t output,
                                           std::size_t count) const;

 private:
  // A bucket: one byte for each output, in one cache line, the rest zero.
  using Row = std::array<signed char, kMostOutputs>;
  const Row& RowOf(std::uint32_t hash) const { return rows_[(std::uint64_t{hash} * rows_.size()) >> 32]; }

  std::vector<Output> outputs_;
  std::vector<Row> rows_;
};

}  // namespace listwarden
