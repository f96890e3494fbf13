// SPDX-License-Identifier: Apache-2.0
#include "policy/grammar.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace listwarden {
namespace {

// The hit stands between square brackets.
Reading Read(const std::string& marked) {
  std::string text = marked;
  const auto open = text.find('[');
  text.erase(open, 1);
  const auto close = text.find(']');
  text.erase(close, 1);
  const TextView view(text);
  EXPECT_EQ(view.folded().size(), text.size()) << "the examples are written so that folding keeps offsets";
  return ReadHit(view, open, close);
}

std::string Name(Of of) {
  for (const char* name : {"reader", "person", "group", "thing", "organisation", "oneself", "nobody"}) {
    if (OfByName(name) == of) return name;
  }
  return "?";
}

struct Spoken {
  const char* text;
  const char* of;
};
void PrintTo(const Spoken& one, std::ostream* out) { *out << one.text; }

class OfWhom : public testing::TestWithParam<Spoken> {};
TEST_P(OfWhom, IsToldByTheSentence) { EXPECT_EQ(Name(Read(GetParam().text).of), GetParam().of); }

INSTANTIATE_TEST_SUITE_P(
    Grammar, OfWhom,
    testing::Values(
        Spoken{"You are a complete [idiot].", "reader"}, Spoken{"[you are an idiot]", "reader"},
        Spoken{"You are, frankly, an [idiot].", "reader"}, Spoken{"Read the manual, [moron].", "reader"},
        Spoken{"Read the manual, you absolute [moron].", "reader"},
        Spoken{"[Idiot], read the manual.", "reader"}, Spoken{"Are you really that [stupid]?", "reader"},
        Spoken{"You sound like a [fool].", "reader"}, Spoken{"I think you are [pathetic].", "reader"},
        Spoken{"Your sort are [vermin].", "reader"}, Spoken{"Dr Sample is an [idiot].", "person"},
        Spoken{"Dr. Sample is an [idiot].", "person"}, Spoken{"Jane Sample is an [idiot].", "person"},
        Spoken{"Sarah is [useless].", "person"}, Spoken{"The new head of physics is a [clown].", "person"},
        Spoken{"The chair, as we all know, is a [clown].", "person"},
        Spoken{"My boss is an [idiot].", "person"}, Spoken{"She was called a [bitch].", "person"},
        Spoken{"He called me an [idiot].", "oneself"},
        Spoken{"Whoever designed this is a [moron].", "person"},
        Spoken{"The [idiot] who wrote this should resign.", "person"},
        Spoken{"That [stupid] woman is back.", "person"}, Spoken{"The trainees are [useless].", "group"},
        Spoken{"Those [clowns] in the office lost it.", "group"},
        Spoken{"They are nothing but [vermin].", "group"},
        Spoken{"Women are too [emotional] for this.", "group"}, Spoken{"[women are too emotional]", "group"},
        Spoken{"The committee is [incompetent].", "organisation"},
        Spoken{"The hospital is [useless].", "organisation"}, Spoken{"I am such an [idiot].", "oneself"},
        Spoken{"I'm an [idiot], sorry.", "oneself"}, Spoken{"I felt like a complete [fool].", "oneself"},
        Spoken{"This makes me look like a [fool].", "oneself"}, Spoken{"The linac is [stupid].", "thing"},
        Spoken{"This is a [stupid] question.", "thing"}, Spoken{"You asked a [stupid] question.", "thing"},
        Spoken{"The manual of the scanner is [useless].", "thing"}, Spoken{"It is [useless].", "thing"},
        Spoken{"What a day. There was [vermin] everywhere.", "nobody"}));

struct Manner {
  const char* text;
  const char* said;
  bool is_so;
};
void PrintTo(const Manner& one, std::ostream* out) { *out << one.said << ": " << one.text; }

class HowSaid : public testing::TestWithParam<Manner> {};
TEST_P(HowSaid, IsToldByTheSentence) {
  EXPECT_EQ(Read(GetParam().text).Has(SaidByName(GetParam().said).value()), GetParam().is_so);
}

INSTANTIATE_TEST_SUITE_P(
    Negation, HowSaid,
    testing::Values(Manner{"You are not an [idiot].", "negated", true},
                    Manner{"You are no [idiot].", "negated", true},
                    Manner{"You aren't an [idiot].", "negated", true},
                    Manner{"You are hardly an [idiot].", "negated", true},
                    Manner{"You are not only an [idiot], but a liar too.", "negated", false},
                    Manner{"You are not just [stupid], you are lazy.", "negated", false},
                    Manner{"You are nothing but an [idiot].", "negated", false},
                    Manner{"I would never call you an [idiot].", "negated", true},
                    Manner{"I don't think [you are an idiot].", "negated", true},
                    Manner{"Nobody says [you are an idiot].", "negated", true},
                    Manner{"I am not saying that [you are an idiot].", "negated", true},
                    Manner{"I am not saying much, but [you are an idiot].", "negated", false},
                    Manner{"I can't believe [you are such an idiot].", "negated", false},
                    Manner{"I don't care that [you are an idiot].", "negated", false},
                    Manner{"I do not know why [you are such an idiot].", "negated", false},
                    Manner{"I will not work with these [idiots].", "negated", false},
                    Manner{"Don't you know anything, you [idiot]?", "negated", false},
                    Manner{"Can't [you idiots] read?", "negated", false},
                    Manner{"Don't be an [idiot].", "negated", false},
                    Manner{"I don't [hate women].", "negated", true},
                    Manner{"No one should [hate women].", "negated", true},
                    Manner{"It is not true that [women are bad at physics].", "negated", true},
                    Manner{"No doubt [you are an idiot].", "negated", false},
                    Manner{"It was not late when we met. [You are an idiot].", "negated", false}));

INSTANTIATE_TEST_SUITE_P(
    Quotation, HowSaid,
    testing::Values(Manner{"He wrote \"you are an [idiot]\" on the board.", "quoted", true},
                    Manner{"He wrote 'you are an [idiot]' on the board.", "quoted", true},
                    Manner{"The word \"[idiot]\" came up.", "quoted", true},
                    Manner{"As we say: \"you are an [idiot]\".", "quoted", false},
                    Manner{"You are an \"[idiot]\".", "quoted", false},
                    Manner{"To put it plainly, \"[idiot]\".", "quoted", false},
                    Manner{"The trainees' [idiot] of a boss isn't here.", "quoted", false},
                    Manner{"You are an [idiot].", "quoted", false}));

INSTANTIATE_TEST_SUITE_P(Questions, HowSaid,
                         testing::Values(Manner{"Is XYZ the [best] chamber?", "asked", true},
                                         Manner{"I wonder whether XYZ is the [best] chamber.", "asked", true},
                                         Manner{"Does anyone know if XYZ is the [best]", "asked", true},
                                         Manner{"XYZ is the [best] chamber. Who has one?", "asked", false}));

INSTANTIATE_TEST_SUITE_P(
    Reports, HowSaid,
    testing::Values(Manner{"He said that [you are an idiot].", "reported", true},
                    Manner{"She was called an [idiot] in front of everyone.", "reported", true},
                    Manner{"I was told [I am an idiot].", "reported", true},
                    Manner{"Somebody told her to [go home].", "reported", true},
                    Manner{"[You are an idiot], he said.", "reported", true},
                    Manner{"Being called an [idiot] hurts.", "reported", true},
                    Manner{"Everyone says [you are an idiot].", "reported", false},
                    Manner{"I say [you are an idiot].", "reported", false},
                    Manner{"We have a lad called Jamie, [he is an idiot].", "reported", false},
                    Manner{"A lad called her an [idiot].", "reported", true},
                    Manner{"As they say, [you are an idiot].", "reported", false},
                    Manner{"I told you so, [you idiot].", "reported", false},
                    Manner{"The claim that [women are bad at physics] was tested.", "reported", true},
                    Manner{"You are an [idiot].", "reported", false}));

INSTANTIATE_TEST_SUITE_P(
    Conditions, HowSaid,
    testing::Values(Manner{"If you were an [idiot] we would say so.", "hypothetical", true},
                    Manner{"Suppose he is an [idiot].", "hypothetical", true},
                    Manner{"If it rains, call me. You are an [idiot].", "hypothetical", false},
                    Manner{"That would be the [best] chamber.", "hypothetical", true}));

INSTANTIATE_TEST_SUITE_P(
    Condemnation, HowSaid,
    testing::Values(Manner{"Calling a colleague an [idiot] is unacceptable.", "condemned", true},
                    Manner{"Please do not call people [idiots].", "condemned", true},
                    Manner{"Nobody should tell anyone to [go home].", "condemned", true},
                    Manner{"The idea that [women are bad at physics] is a myth.", "condemned", true},
                    Manner{"It is wrong to call someone an [idiot].", "condemned", true},
                    Manner{"This is unacceptable, [you idiot].", "condemned", false}));

INSTANTIATE_TEST_SUITE_P(Wording, HowSaid,
                         testing::Values(Manner{"The word [idiot] is not allowed.", "example", true},
                                         Manner{"Terms such as [idiot] are not allowed.", "example", true},
                                         Manner{"You are an [idiot].", "example", false}));

TEST(Grammar, ReadsHitsAtTheEdgesOfTheText) {
  const TextView empty("");
  EXPECT_EQ(ReadHit(empty, 0, 0).said, 0u);
  const TextView text("idiot");
  EXPECT_EQ(ReadHit(text, 0, 5).said, 0u);
  EXPECT_EQ(ReadHit(text, 5, 5).said, 0u);
}

TEST(Grammar, LooksNoFurtherThanItsReach) {
  std::string text = "not ";
  for (int i = 0; i < 5000; ++i) text += "very ";
  const std::size_t begin = text.size();
  const TextView view(text + "stupid");
  EXPECT_FALSE(ReadHit(view, begin, begin + 6).Has(Said::kNegated));
}

}  // namespace
}  // namespace listwarden
