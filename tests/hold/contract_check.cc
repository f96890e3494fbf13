// Looking at a store from outside.
// SPDX-License-Identifier: Apache-2.0
#include "hold/store_check.h"
#include "hold/store_place.h"
#include "hold_store_contract.h"

namespace listwarden {

TEST_P(HoldStoreContract, AWholeStoreIsFoundWhole) {
  HoldOne("k1");
  HoldOne("k2");
  DecideNow(HoldOne("k3"), HoldState::kDiscarded);
  const StoreCheck check = CheckStore(place_->Where());
  EXPECT_TRUE(check.is_there);
  EXPECT_EQ(check.schema, check.newest_schema);
  EXPECT_GT(check.schema, 0);
  EXPECT_FALSE(check.is_paused);
  EXPECT_EQ(check.texts, 2u);
  EXPECT_TRUE(check.faults.empty());
}

TEST_P(HoldStoreContract, ATextThatWasChangedIsFoundByLooking) {
  const std::string id = HoldOne("k1");
  place_->Damage();
  const StoreCheck check = CheckStore(place_->Where());
  ASSERT_EQ(check.faults.size(), 1u);
  EXPECT_NE(check.faults.front().find(id), std::string::npos);
  EXPECT_TRUE(place_->Execute("UPDATE held SET claimed_by = claimed_by")) << "nothing was locked";
  EXPECT_EQ(store_->Audit(id).back().action, "held") << "nothing was written";
}

TEST_P(HoldStoreContract, AnUnfinishedCopyIsNoStoreForWhoeverLooks) {
  store_.reset();
  const auto copy = GetParam().make_place();
  ConnectTo(copy->Where(), clock_, 0, Use::kCopy);
  EXPECT_THROW(CheckStore(copy->Where()), StoreError);
}

TEST_P(HoldStoreContract, APausedStoreIsFoundPaused) {
  ASSERT_TRUE(place_->Execute("INSERT INTO setting (name, value) VALUES ('paused', 'restored')"));
  EXPECT_TRUE(CheckStore(place_->Where()).is_paused);
}

}  // namespace listwarden
