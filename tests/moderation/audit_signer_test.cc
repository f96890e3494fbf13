// SPDX-License-Identifier: Apache-2.0
#include "moderation/audit_signer.h"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include "tests/support/house.h"

namespace listwarden {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class AuditSignerTest : public testing::Test {
 protected:
  AuditSignerTest() : records(OpenRecords(house.folder / "store/hold.db", house.clock)) { Restart(); }
  void Restart() { signer.emplace(*records, Key("audit.key")); }
  AuditKey Key(const char* name) {
    AuditKey::Create(house.folder / name);
    return AuditKey(house.folder / name);
  }
  void Write(int rows = 1) {
    for (int i = 0; i < rows; ++i)
      house.store->SetTrust({"l@example.org", "bo@example.org", house.clock.now + hours(1), "ann", "known"});
  }
  std::int64_t Signed() {
    const auto head = records->UnsignedTail().head;
    return head ? head->head.seq : 0;
  }
  // As somebody with the file in hand could.
  void Execute(const char* sql) {
    sqlite3* file = nullptr;
    ASSERT_EQ(sqlite3_open((house.folder / "store/hold.db").c_str(), &file), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(file, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(file);
    sqlite3_close(file);
  }

  House house;
  std::unique_ptr<Records> records;
  std::optional<AuditSigner> signer;
};

TEST_F(AuditSignerTest, ARowIsSignedWithinItsHourAlsoByANewProcess) {
  signer->SignDue();
  EXPECT_EQ(Signed(), 0) << "there is nothing to sign";
  Write();
  house.clock.now += minutes(59);
  Write();
  signer->SignDue();
  EXPECT_EQ(Signed(), 0);
  Restart();
  house.clock.now += minutes(1);
  signer->SignDue();
  EXPECT_EQ(Signed(), 2);
  EXPECT_EQ(records->UnsignedTail().rows, 0);
  EXPECT_EQ(records->VerifyAudit(Key("audit.key").public_key()).heads, 1u);
}

TEST_F(AuditSignerTest, ManyRowsAreSignedAtOnce) {
  Write(999);
  signer->SignDue();
  EXPECT_EQ(Signed(), 0);
  Write();
  signer->SignDue();
  EXPECT_EQ(Signed(), 1000);
}

TEST_F(AuditSignerTest, TheStopSignsWhatIsThere) {
  Write();
  signer->SignNow();
  EXPECT_EQ(Signed(), 1);
  signer->SignNow();
  EXPECT_TRUE(records->VerifyAudit(Key("audit.key").public_key()).faults.empty());
}

TEST_F(AuditSignerTest, NothingIsSignedOverAnotherKeysSignature) {
  Write();
  records->SignHead(Key("other.key"));
  Write();
  signer->SignNow();
  EXPECT_EQ(Signed(), 1);
  records->SignHead(Key("audit.key"));  // somebody decides so
  Write();
  signer->SignNow();
  EXPECT_EQ(Signed(), 3);
}

TEST_F(AuditSignerTest, WhatWasCutOffIsNotSignedOver) {
  Write();
  signer->SignNow();
  Write(2);
  signer->SignNow();
  Execute(
      "DROP TRIGGER audit_stays; DROP TRIGGER audit_head_stays;"
      "DELETE FROM audit WHERE seq > 1; DELETE FROM audit_head WHERE seq > 1;");
  Write();
  signer->SignNow();
  EXPECT_EQ(Signed(), 1);
}

}  // namespace
}  // namespace listwarden
