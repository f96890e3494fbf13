// A statistical model that scores one sentence: a logistic regression over its words and pairs of words, kept
// as one byte for each of 2^n buckets. tools/train_sentence_model.py makes it; docs/harassment-model.md is
// its card. The file: "LWSENT01", bits, step, bias, two thresholds, weights, CRC-32; little-endian.
//   if (model.Score(sentence) >= model.tag_alone()) … model.Weightiest(sentence, 3) …
// Threads: immutable. Errors: Load throws RuleError when the file is missing, cut, changed or of another
// version. Limits: a sentence counts by its first 64 words. SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

class SentenceModel {
 public:
  static SentenceModel Load(const std::filesystem::path& file);

  // `sentence` is folded. The more, the more it is like what the model was taught to find.
  float Score(std::string_view sentence) const;
  // The words that speak most for it, the weightiest first; they point into `sentence`.
  std::vector<std::string_view> Weightiest(std::string_view sentence, std::size_t count) const;

  float tag_alone() const { return tag_alone_; }  // from here on a sentence is a finding by itself
  float agrees() const { return agrees_; }        // from here on it confirms what a rule has found

 private:
  struct Word {
    std::string_view text;
    std::uint32_t single = 0;  // its bucket
    std::uint32_t pair = 0;    // of the pair with the word before it
  };
  struct Words {
    std::vector<Word> words;
    std::uint32_t last_pair = 0;  // of the last word with the end
  };
  Words Read(std::string_view sentence) const;

  std::uint32_t mask_ = 0;
  float step_ = 0, bias_ = 0, tag_alone_ = 0, agrees_ = 0;
  std::vector<signed char> weights_;
};

}  // namespace listwarden
