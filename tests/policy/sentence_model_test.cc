// SPDX-License-Identifier: Apache-2.0
#include "policy/sentence_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/error.h"

namespace listwarden {
namespace {

using testing::HasSubstr;

class SentenceModelFile : public testing::Test {
 protected:
  SentenceModelFile() : file_(testing::TempDir() + "model-" + std::to_string(getpid())) {
    std::ifstream in(std::string(SOURCE_DIR) + "/etc/policies/ipem/models/sentences.model", std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(in), {});
  }
  ~SentenceModelFile() override { std::filesystem::remove(file_); }

  SentenceModel Load() const {
    std::ofstream(file_, std::ios::binary) << bytes_;
    return SentenceModel::Load(file_);
  }
  std::string Error() const {
    try {
      Load();
    } catch (const RuleError& e) {
      return e.what();
    }
    return "";
  }

  std::filesystem::path file_;
  std::string bytes_;
};

TEST_F(SentenceModelFile, ScoresAnInsultAboveItsThresholdAndAQuestionBelow) {
  const SentenceModel model = Load();
  const std::size_t harassment = model.FindOutput("harassment").value();
  EXPECT_GT(model.Score(model.Read("you are such a stupid and pathetic little man"), harassment),
            model.output(harassment).threshold);
  EXPECT_LT(model.Score(model.Read("does anyone know the dose rate of this source?"), harassment),
            model.output(harassment).threshold);
  EXPECT_LT(model.Score(model.Read(""), harassment), model.output(harassment).threshold);
}

TEST_F(SentenceModelFile, TellsClausesApart) {
  const SentenceModel model = Load();
  const std::size_t political = model.FindOutput("political").value();
  const std::size_t copyright = model.FindOutput("copyright").value();
  const auto vote = model.Read("please vote labour on thursday and throw this government out");
  EXPECT_GT(model.Score(vote, political), model.output(political).threshold);
  EXPECT_LT(model.Score(vote, copyright), model.output(copyright).threshold);
  EXPECT_FALSE(model.FindOutput("weather"));
}

TEST_F(SentenceModelFile, AddsUpSentencesThatStandTogether) {
  const SentenceModel model = Load();
  const auto one = model.Read("here is the whole book"), two = model.Read("as a pdf");
  const auto both = one + two;
  EXPECT_EQ(both.features, one.features + two.features);
  EXPECT_EQ(both.weights[0], one.weights[0] + two.weights[0]);
}

TEST_F(SentenceModelFile, CountsTheFeaturesThatItWasTaughtWith) {
  const SentenceModel model = Load();
  EXPECT_EQ(model.Read("").features, 0u);
  EXPECT_EQ(model.Read("...").features, 1u);
  // A word, two pairs with the ends, a triple with both.
  EXPECT_EQ(model.Read("linac").features, 4u);
  // Six words, seven pairs, six triples, two beginnings of "physicist", three words after "not", two marks.
  EXPECT_EQ(model.Read("is she not (yet) a physicist").features, 6u + 7 + 6 + 2 + 3 + 2);
  EXPECT_EQ(model.Read("it isn't so...").features, 3u + 4 + 3 + 1 + 1);
}

TEST_F(SentenceModelFile, NamesNoMarksAmongTheWeightiest) {
  const SentenceModel model = Load();
  for (const char* output : {"harassment", "endorsement", "political", "purpose", "copyright"})
    EXPECT_THAT(model.Weightiest("?!;:()\"...", model.FindOutput(output).value(), 9), testing::IsEmpty());
}

TEST_F(SentenceModelFile, DoesNotWeighWordsOfIdentityByThemselves) {
  const SentenceModel model = Load();
  const std::size_t harassment = model.FindOutput("harassment").value();
  for (const char* sentence :
       {"many gay people work in this hospital.", "my colleague is a muslim woman.",
        "the group for black women meets on tuesday.", "disabled people are welcome here."})
    EXPECT_LT(model.Score(model.Read(sentence), harassment), model.output(harassment).threshold) << sentence;
}

TEST_F(SentenceModelFile, NamesTheWordsThatWeighedMost) {
  const SentenceModel model = Load();
  EXPECT_THAT(model.Weightiest("the meeting was led by that stupid idiot again",
                               model.FindOutput("harassment").value(), 2),
              testing::Contains("stupid"));
}

TEST_F(SentenceModelFile, IsRefusedWhenMissingCutDamagedOrOfAnotherVersion) {
  EXPECT_THROW(SentenceModel::Load(file_), RuleError);
  const std::string whole = bytes_;
  bytes_ = whole.substr(0, whole.size() / 2);
  EXPECT_THAT(Error(), HasSubstr("cut short"));
  bytes_ = whole.substr(0, 10);
  EXPECT_THAT(Error(), HasSubstr("cut short"));
  bytes_ = whole;
  bytes_[1000] = static_cast<char>(bytes_[1000] + 1);
  EXPECT_THAT(Error(), HasSubstr("damaged"));
  bytes_ = whole;
  bytes_[7] = '9';
  EXPECT_THAT(Error(), HasSubstr("another version"));
  bytes_ = "[filter]";
  EXPECT_THAT(Error(), HasSubstr("no model file"));
}

}  // namespace
}  // namespace listwarden
