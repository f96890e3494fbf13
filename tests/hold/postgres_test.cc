// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iterator>

#include "hold/postgres_connection.h"
#include "hold/sql_hold_store.h"
#include "hold_store_contract.h"
#include "postgres_server.h"

namespace listwarden {
namespace {

class PostgresPlace : public Place {
 public:
  explicit PostgresPlace(PostgresServer* server) : server_(*server), database_(server->MakeDatabase()) {}
  ~PostgresPlace() override { server_.DropDatabase(database_); }
  std::unique_ptr<HoldStore> OpenHolds(const Clock& clock, const HoldLimits& limits) override {
    return std::make_unique<SqlHoldStore>(Connect(clock), limits);
  }
  std::unique_ptr<AccountStore> OpenAccounts(const Clock& clock) override {
    return MakeSqlAccountStore(Connect(clock));
  }
  std::unique_ptr<Records> OpenRecords(const Clock& clock) override { return MakeSqlRecords(Connect(clock)); }
  // The tables' files; the log is written over in its own time (docs/postgresql.md).
  std::string Bytes() override {
    std::string oid, bytes;
    server_.Execute(database_, "CHECKPOINT");
    server_.Execute(database_, "SELECT oid FROM pg_database WHERE datname = current_database()", &oid);
    for (const auto& entry : std::filesystem::directory_iterator(server_.folder() / "data" / "base" / oid)) {
      std::ifstream in(entry.path(), std::ios::binary);
      bytes.append(std::istreambuf_iterator<char>(in), {});
    }
    return bytes;
  }
  bool Execute(const std::string& sql) override {
    const std::string drop = "DROP TRIGGER ";
    if (sql.rfind(drop, 0) != 0) return server_.Execute(database_, sql);
    std::string table;
    const std::string trigger = sql.substr(drop.size());
    server_.Execute(database_, "SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = '" + trigger + "'",
                    &table);
    return server_.Execute(database_, sql + " ON " + table);
  }
  void Damage() override {
    ASSERT_TRUE(Execute("DROP TRIGGER content_stays"));
    ASSERT_TRUE(Execute("UPDATE content SET raw = set_byte(raw, 0, 88)"));
  }

 private:
  std::unique_ptr<SqlConnection> Connect(const Clock& clock) const {
    return std::make_unique<PostgresConnection>(server_.Uri(database_), &clock);
  }

  PostgresServer& server_;
  std::string database_;
};

INSTANTIATE_TEST_SUITE_P(Postgres, HoldStoreContract,
                         testing::Values(Backend{"PostgreSQL",
                                                 []() -> std::unique_ptr<Place> {
                                                   PostgresServer* server = PostgresServer::Shared();
                                                   if (server == nullptr) return nullptr;
                                                   return std::make_unique<PostgresPlace>(server);
                                                 }}),
                         [](const auto&) { return "Postgres"; });

}  // namespace
}  // namespace listwarden
