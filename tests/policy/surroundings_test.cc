// SPDX-License-Identifier: Apache-2.0
#include "policy/surroundings.h"

#include <gmock/gmock.h>

namespace listwarden {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Rule Asking(const std::string& id, const std::vector<std::string>& beside) {
  Rule rule;
  rule.id = id;
  rule.beside = beside;
  return rule;
}

TEST(Surroundings, LetARuleWaitForTheFirstOfThoseItNames) {
  const std::vector<Rule> rules = {Asking("a", {"b", "c"}), Asking("b", {"a", "c"}), Asking("c", {"a", "b"}),
                                   Asking("lone", {}), Asking("off", {"gone"})};
  const Surroundings surroundings(rules);
  EXPECT_THAT(surroundings.AtOnce(), ElementsAre(true, false, false, true, true));
  const auto awaited_after = [&](std::size_t rule) {
    return surroundings.Awaited({{&rules[rule], nullptr, 0, 1}});
  };
  EXPECT_THAT(awaited_after(0), ElementsAre(false, true, true, false, false));
  EXPECT_THAT(awaited_after(3), IsEmpty());
  EXPECT_THAT(surroundings.Awaited({}), IsEmpty());
}

}  // namespace
}  // namespace listwarden
