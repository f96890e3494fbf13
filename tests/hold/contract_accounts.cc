// People, rights, sessions.
// SPDX-License-Identifier: Apache-2.0
#include "hold_store_contract.h"

namespace listwarden {
namespace {

User Ann() {
  User user;
  user.name = "ann";
  user.address = "ann@example.org";
  user.password_hash = "$argon2id$1";
  user.rights = {{"*", Role::kOffice}, {"physics@lists.example.org", Role::kModerator}};
  return user;
}

constexpr auto kIdle = std::chrono::seconds(1800);

}  // namespace

TEST_P(HoldStoreContract, AUserHasRightsPerList) {
  const auto accounts = place_->OpenAccounts(clock_);
  accounts->PutUser(Ann(), "root");
  const auto found = accounts->FindUser("ann");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->rights, Ann().rights);
  EXPECT_EQ(found->password_hash, "$argon2id$1");
  EXPECT_EQ(accounts->FindUserByAddress("ann@example.org")->name, "ann");
  EXPECT_FALSE(accounts->FindUser("ben"));
  User fewer = Ann();
  fewer.rights = {{"physics@lists.example.org", Role::kOwner}};
  accounts->PutUser(fewer, "root");
  EXPECT_EQ(accounts->FindUser("ann")->rights, fewer.rights);
  EXPECT_EQ(accounts->Users().size(), 1u);
  EXPECT_TRUE(accounts->RemoveUser("ann", "root"));
  EXPECT_FALSE(accounts->RemoveUser("ann", "root"));
  EXPECT_FALSE(accounts->FindUser("ann"));
}

TEST_P(HoldStoreContract, ARoleThatNobodyKnowsIsNoRight) {
  const auto accounts = place_->OpenAccounts(clock_);
  accounts->PutUser(Ann(), "root");
  ASSERT_TRUE(place_->Execute("UPDATE account_right SET role = 'emperor' WHERE role = 'office'"));
  const auto found = accounts->FindUser("ann");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->rights.size(), 1u);
  EXPECT_EQ(found->rights.front(), Ann().rights[1]);
}

TEST_P(HoldStoreContract, ASessionEndsByIdlenessAgeLogOutAndDisabling) {
  const auto accounts = place_->OpenAccounts(clock_);
  accounts->PutUser(Ann(), "root");
  const auto begin = [&](const std::string& hash) {
    const Time now = clock_.Now();
    accounts->AddSession({hash, "ann", "form", now, now, now + std::chrono::hours(12)});
  };
  begin("s1");
  clock_.Advance(kIdle - std::chrono::seconds(1));
  ASSERT_TRUE(accounts->FindSession("s1", kIdle));
  EXPECT_EQ(accounts->FindSession("s1", kIdle)->form_token, "form");
  clock_.Advance(kIdle - std::chrono::seconds(1));
  const auto alive = accounts->FindSession("s1", kIdle);
  ASSERT_TRUE(alive) << "being seen keeps it alive";
  EXPECT_EQ(alive->seen, clock_.Now());
  clock_.Advance(kIdle);
  EXPECT_FALSE(accounts->FindSession("s1", kIdle));
  clock_.Advance(-std::chrono::seconds(60));
  EXPECT_FALSE(accounts->FindSession("s1", kIdle)) << "a clock that is put back revives none";

  begin("s2");
  for (int i = 0; i < 24; ++i) {
    clock_.Advance(std::chrono::seconds(1799));
    accounts->FindSession("s2", kIdle);
  }
  clock_.Advance(std::chrono::seconds(24));
  EXPECT_FALSE(accounts->FindSession("s2", kIdle)) << "twelve hours are over";

  clock_.Advance(-std::chrono::seconds(60));
  EXPECT_FALSE(accounts->FindSession("s2", kIdle)) << "and they stay over";
  begin("ahead");
  clock_.Advance(-kIdle);
  EXPECT_FALSE(accounts->FindSession("ahead", kIdle)) << "nor does one last until the clock is there again";

  begin("s3");
  accounts->EndSession("s3");
  EXPECT_FALSE(accounts->FindSession("s3", kIdle));
  begin("s4");
  accounts->EndSessions("ann");
  EXPECT_FALSE(accounts->FindSession("s4", kIdle));

  begin("s5");
  User same = Ann();
  same.language = "cy";
  accounts->PutUser(same, "root");
  EXPECT_TRUE(accounts->FindSession("s5", kIdle));
  User changed = same;
  changed.password_hash = "$argon2id$2";
  accounts->PutUser(changed, "root");
  EXPECT_FALSE(accounts->FindSession("s5", kIdle)) << "a new password ends sessions";

  begin("s6");
  changed.is_disabled = true;
  accounts->PutUser(changed, "root");
  EXPECT_FALSE(accounts->FindSession("s6", kIdle));
  begin("s7");
  accounts->RemoveUser("ann", "root");
  EXPECT_FALSE(accounts->FindSession("s7", kIdle));
}

TEST_P(HoldStoreContract, FailedLogInsAreCountedWithinTheWindow) {
  const auto accounts = place_->OpenAccounts(clock_);
  const auto window = std::chrono::seconds(900);
  EXPECT_EQ(accounts->CountFailure("ann", window), 1);
  clock_.Advance(std::chrono::seconds(600));
  EXPECT_EQ(accounts->CountFailure("ann", window), 2);
  EXPECT_EQ(accounts->CountFailure("203.0.113.7", window), 1);
  EXPECT_EQ(accounts->Failures("ann", window), 2);
  clock_.Advance(std::chrono::seconds(300));
  EXPECT_EQ(accounts->Failures("ann", window), 1);
  accounts->ForgetFailures("ann");
  EXPECT_EQ(accounts->Failures("ann", window), 0);
}

}  // namespace listwarden
