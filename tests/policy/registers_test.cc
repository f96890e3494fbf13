// SPDX-License-Identifier: Apache-2.0
#include "policy/registers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "message/message.h"
#include "policy/names.h"

namespace listwarden {
namespace {

class RegistersFiles : public testing::Test {
 protected:
  RegistersFiles() : folder_(testing::TempDir() + "registers-" + std::to_string(getpid())) {
    std::filesystem::create_directories(folder_);
  }
  ~RegistersFiles() override { std::filesystem::remove_all(folder_); }

  Registers Load(const std::string& text) const {
    const auto file = folder_ / "names.toml";
    std::ofstream(file) << text;
    return Registers::Load({file});
  }

  std::string ErrorOf(const std::string& text) const {
    try {
      Load(text);
    } catch (const RuleError& e) {
      return e.what();
    }
    return "";
  }

  std::filesystem::path folder_;
};

constexpr char kBody[] = R"(format = 1
[[body]]
name = "The Society"
[[group]]
name = "Tides Group"
[[company]]
name = "Harbour Ltd"
domains = ["Harbour.example"]
[[account]]
name = "Office"
domains = ["society.example"]
speaks-for = ["The Society"]
represents-body = true
[[account]]
name = "Tides"
addresses = ["tides@society.example"]
speaks-for = ["Tides Group"]
[end]
)";

Message From(const std::string& address) {
  Message message;
  message.from.push_back({"", address});
  return message;
}

TEST_F(RegistersFiles, KnowAnAccountByAddressBeforeItsDomain) {
  const Registers registers = Load(kBody);
  EXPECT_EQ(registers.AccountOf("tides@society.example")->name, "Tides");
  EXPECT_EQ(registers.AccountOf("anyone@society.example")->name, "Office");
  EXPECT_EQ(registers.AccountOf("anyone@elsewhere.example"), nullptr);
}

TEST_F(RegistersFiles, BelieveOnlyAnAuthenticatedOfficer) {
  const Registers registers = Load(kBody);
  const Message message = From("tides@society.example");
  RegisterEntry body, group;
  body.name = "The Society";
  group.name = "Tides Group";
  EXPECT_FALSE(PosterOf(message, "", registers).SpeaksFor(group));
  const Poster known = PosterOf(message, "tides@society.example", registers);
  EXPECT_TRUE(known.SpeaksFor(group));
  EXPECT_FALSE(known.SpeaksFor(body));
  EXPECT_FALSE(known.RepresentsBody());
  const Poster office = PosterOf(message, "chair@society.example", registers);
  EXPECT_TRUE(office.SpeaksFor(body));
  EXPECT_TRUE(office.SpeaksFor(group)) << "who speaks for the body speaks for its groups";
  EXPECT_TRUE(office.RepresentsBody());
}

TEST_F(RegistersFiles, TakeTheLogInOverTheFromField) {
  const Registers registers = Load(kBody);
  EXPECT_EQ(PosterOf(From("tides@society.example"), "ann@elsewhere.example", registers).account, nullptr);
}

TEST_F(RegistersFiles, KnowAVendorByItsDomainWithoutProof) {
  const Registers registers = Load(kBody);
  EXPECT_NE(PosterOf(From("sales@uk.harbour.example"), "", registers).company, nullptr);
  EXPECT_EQ(PosterOf(From("sales@otherharbour.example"), "", registers).company, nullptr);
}

TEST_F(RegistersFiles, SayWhereAFileIsWrong) {
  EXPECT_THAT(ErrorOf("format = 1\n[[company]]\nname = \"A\"\n"),
              testing::HasSubstr("does not end with [end]"));
  EXPECT_THAT(ErrorOf("format = 2\n[end]\n"), testing::HasSubstr("names.toml:1: the register's format"));
  EXPECT_THAT(ErrorOf("format = 1\n[[compny]]\nname = \"A\"\n[end]\n"),
              testing::HasSubstr("names.toml:2: a register has no kind 'compny'; expected one of company"));
  EXPECT_THAT(ErrorOf("format = 1\n[[company]]\nname = \"A\"\nexact = [\"B\"]\n[end]\n"),
              testing::HasSubstr("names.toml:4: exact \"B\" is neither"));
  EXPECT_THAT(ErrorOf("format = 1\n[[party]]\nname = \"A\"\ndomains = [\"a.example\"]\n[end]\n"),
              testing::HasSubstr("names.toml:4: unknown key 'domains'"));
  EXPECT_THAT(ErrorOf("format = 1\n[[account]]\nname = \"A\"\naddresses = [\"a@a.example\"]\n"
                      "speaks-for = [\"Nobody\"]\n[end]\n"),
              testing::HasSubstr("speaks for \"Nobody\""));
  EXPECT_THAT(ErrorOf("format = 1\n[[company]]\nname = \"A"), testing::HasSubstr("names.toml:3"));
}

TEST_F(RegistersFiles, CountAnEverydayNameOnlyAsSpelled) {
  const auto registers = std::make_shared<const Registers>(
      Load("format = 1\n[[product]]\nname = \"Tide\"\nexact = [\"Tide\"]\n[end]\n"));
  const NameIndex names(registers);
  const auto is_named = [&](const std::string& text) {
    const TextView view(text);
    return names.MentionAt(view, 0, view.folded().find("tide") + 4).has_value();
  };
  EXPECT_TRUE(is_named("We bought a Tide."));
  EXPECT_TRUE(is_named("WE BOUGHT A TIDE."));
  EXPECT_FALSE(is_named("We wait for the tide."));
}

TEST_F(RegistersFiles, PreferTheLongestName) {
  const auto registers = std::make_shared<const Registers>(
      Load("format = 1\n[[body]]\nname = \"Society\"\n[[group]]\nname = \"Society Tides Group\"\n[end]\n"));
  const RegisterEntry *body = &registers->entries()[0], *group = &registers->entries()[1];
  const std::vector<Mention> mentions = {{body, 4, 11}, {group, 4, 23}};
  EXPECT_EQ(NamedBetween(mentions, {"body", "group"}, 0, 40), group);
  EXPECT_EQ(NamedBetween(mentions, {"body"}, 0, 40), body);
  EXPECT_EQ(NamedBetween(mentions, {"body", "group"}, 24, 40), nullptr);
}

}  // namespace
}  // namespace listwarden
