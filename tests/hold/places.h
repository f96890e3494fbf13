// The places that the backends' tests open stores at.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "hold/sql_database.h"
#include "hold_store_contract.h"
#include "postgres_server.h"

namespace listwarden {

class SqlitePlace : public Place {
 public:
  SqlitePlace();
  ~SqlitePlace() override;
  std::string Where() const override { return file().string(); }
  std::unique_ptr<HoldStore> OpenHolds(const Clock& clock, const HoldLimits& limits) override;
  std::unique_ptr<AccountStore> OpenAccounts(const Clock& clock) override;
  std::unique_ptr<Records> OpenRecords(const Clock& clock) override;
  std::string Bytes() override;
  bool Execute(const std::string& sql) override;
  void Damage() override;
  std::filesystem::path file() const { return folder_ / "hold.db"; }

 private:
  std::filesystem::path folder_;
};

class PostgresPlace : public Place {
 public:
  static std::unique_ptr<Place> Make();  // null where PostgreSQL is not installed
  explicit PostgresPlace(PostgresServer* server);
  ~PostgresPlace() override;
  std::string Where() const override { return server_.Uri(database_); }
  std::unique_ptr<HoldStore> OpenHolds(const Clock& clock, const HoldLimits& limits) override;
  std::unique_ptr<AccountStore> OpenAccounts(const Clock& clock) override;
  std::unique_ptr<Records> OpenRecords(const Clock& clock) override;
  std::string Bytes() override;  // the tables' files; the log is written over in its own time
  bool Execute(const std::string& sql) override;
  void Damage() override;

 private:
  std::unique_ptr<SqlConnection> Connect(const Clock& clock) const;

  PostgresServer& server_;
  std::string database_;
};

}  // namespace listwarden
