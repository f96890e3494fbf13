// What each kind of error of a server means to whoever writes.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <thread>

#include "cut_wire.h"
#include "hold/postgres_connection.h"
#include "hold/postgres_database.h"
#include "hold_store_contract.h"
#include "postgres_fixture.h"

namespace listwarden {
namespace {

using testing::HasSubstr;
using testing::Not;

class PostgresErrors : public PostgresTest {
 protected:
  // From now on the first `times` tokens that are written fail with this SQLSTATE.
  void FailTokens(const std::string& state, int times) {
    ASSERT_TRUE(Execute(
        "DROP TRIGGER IF EXISTS fail ON token; DROP SEQUENCE IF EXISTS tries; CREATE SEQUENCE tries;"
        "CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('tries')"
        " <= " +
        std::to_string(times) + " THEN RAISE EXCEPTION 'refused' USING ERRCODE = '" + state +
        "'; END IF; RETURN new; END $$; CREATE TRIGGER fail BEFORE INSERT ON token FOR EACH ROW EXECUTE"
        " FUNCTION fail()"));
  }
  static int WriteToken(SqlConnection& connection, const std::string& id) {
    return connection.Write(
        [&](SqlDatabase& database) { return SqlRow(database, "INSERT INTO token VALUES (?, 1)", id).Run(); });
  }
  static std::int64_t SessionOf(SqlConnection& connection) {
    return connection.Write([](SqlDatabase& database) {
      SqlRow row(database, "SELECT pg_backend_pid()");
      row.Step();
      return row.Int(0);
    });
  }
  // Until it has this value; settings that are read again take a moment.
  void Set(const std::string& name, const std::string& value) {
    ASSERT_TRUE(Execute("ALTER SYSTEM SET " + name + " = " + value));
    ASSERT_TRUE(Execute("SELECT pg_reload_conf()"));
    for (int n = 0; n < 500 && Value("SHOW " + name) != value; ++n)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ASSERT_EQ(Value("SHOW " + name), value);
  }
};

TEST_F(PostgresErrors, OfTheServerItselfEndTheSessionAndOfOneStatementDoNot) {
  PostgresConnection connection(Uri());
  const std::pair<const char*, bool> states[] = {
      {"53200", true}, {"58030", true}, {"XX000", true}, {"22012", false}, {"23514", false}};
  for (const auto& [state, is_of_the_server] : states) {
    FailTokens(state, 1);
    const auto before = SessionOf(connection);
    EXPECT_THROW(WriteToken(connection, state), StoreError) << state;
    EXPECT_EQ(SessionOf(connection) != before, is_of_the_server) << state;
    EXPECT_EQ(WriteToken(connection, state), 1) << state;
  }
}

TEST_F(PostgresErrors, ThatPassAreTriedAgainUnnoticed) {
  PostgresConnection connection(Uri());
  for (const char* state : {"40001", "40P01", "08006", "57P01", "25P03", "25006"}) {
    FailTokens(state, 2);
    EXPECT_EQ(WriteToken(connection, state), 1) << state;
    EXPECT_EQ(Value("SELECT last_value FROM tries"), "3") << state;
  }
}

TEST_F(PostgresErrors, OfAJobItselfAreWhatItsCallerHears) {
  PostgresConnection connection(Uri());
  struct Own {};
  const auto job = [](SqlDatabase& database) -> bool {
    SqlRow(database, "ROLLBACK").Run();
    throw Own{};
  };
  EXPECT_THROW(connection.Write(job), Own);
  EXPECT_EQ(WriteToken(connection, "t"), 1);
}

TEST_F(PostgresErrors, OfACommitThatWasARollbackAreTold) {
  PostgresConnection connection(Uri());
  const auto hides_a_failure = [](SqlDatabase& database) {
    EXPECT_THROW(SqlRow(database, "SELECT 1 / 0").Step(), StoreError);
    return true;
  };
  EXPECT_THROW(connection.Read(hides_a_failure), StoreError);
  PostgresDatabase database(Uri(), nullptr);
  database.BeginWrite();
  EXPECT_THROW(database.Execute("INSERT INTO nowhere VALUES (1)"), StoreError);
  EXPECT_THROW(database.Commit(), StoreError);
}

TEST_F(PostgresErrors, OfTooManyValuesAreNoCrash) {
  PostgresConnection connection(Uri());
  connection.Read([](SqlDatabase& database) {
    SqlRow row(database, "SELECT 1");
    for (int i = 0; i < 70000; ++i) row.Bind(i);
    EXPECT_THROW(row.Step(), StoreError);
    return true;
  });
}

TEST_F(PostgresErrors, AServerThatMayForgetIsRefused) {
  PostgresConnection{Uri()};
  for (const char* setting : {"fsync", "full_page_writes"}) {
    Set(setting, "off");
    EXPECT_THROW(PostgresConnection{Uri()}, StoreError) << setting;
    Set(setting, "on");
    EXPECT_NO_THROW(PostgresConnection{Uri()}) << setting;
  }
}

TEST_F(PostgresErrors, WhoIsSentAwayWhileTheyWaitIsNotToldThatOthersUseTheStore) {
  PostgresConnection alone(Uri(), nullptr, Use::kAlone);
  std::string why;
  std::thread waiting([&] {
    try {
      PostgresConnection{Uri()};
    } catch (const StoreError& e) {
      why = e.what();
    }
  });
  for (int n = 0; n < 200 && Value("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event ="
                                   " 'advisory'") != "t";
       ++n)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  waiting.join();
  EXPECT_THAT(why, HasSubstr("cancel"));
}

TEST_F(PostgresErrors, ACopyIsFinishedOnceWhereverTheWireIsCut) {
  bool was_cut = true;
  for (int message = 1; was_cut; ++message) {
    TearDown();
    database_ = server_->MakeDatabase();
    CutWire wire(server_->folder());
    PostgresConnection copy(Uri(wire.folder()), nullptr, Use::kCopy);
    wire.CutAt(message, CutWire::Cut::kAfter);
    EXPECT_NO_THROW(copy.FinishCopy([](SqlDatabase&) {})) << "cut after message " << message;
    was_cut = wire.was_cut();
    EXPECT_FALSE(Execute("TRUNCATE audit")) << "the guards are in force";
    EXPECT_GT(std::stoi(Value("SELECT version FROM schema_version")), 0);
  }
}

TEST_F(PostgresErrors, AStoreOrAnOlderCopyIsNotCopiedOver) {
  { PostgresConnection copy(Uri(), nullptr, Use::kCopy); }
  { PostgresConnection again(Uri(), nullptr, Use::kCopy); }
  ASSERT_TRUE(Execute("UPDATE schema_version SET version = -1"));
  EXPECT_THROW(PostgresConnection(Uri(), nullptr, Use::kCopy), StoreError);
  TearDown();
  database_ = server_->MakeDatabase();
  { PostgresConnection store(Uri()); }
  EXPECT_THROW(PostgresConnection(Uri(), nullptr, Use::kCopy), StoreError);
}

}  // namespace
}  // namespace listwarden
