// One connection to a PostgreSQL server: durable commits, prepared statements, limits on every wait, so that
// a peer that hangs keeps nobody's locks.
// Threads: one at a time.
// Errors: PostgresError.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "hold/sql_database.h"

struct pg_conn;
struct pg_result;

namespace listwarden {

class PostgresError : public StoreError {
 public:
  PostgresError(const std::string& what, std::string state, bool is_lost)
      : StoreError(what), state_(std::move(state)), is_lost_(is_lost) {}
  const std::string& state() const { return state_; }  // SQLSTATE
  bool is_lost() const { return is_lost_; }            // the connection, with the transaction in it
  bool IsWorthRepeating() const { return is_lost_ || state_ == "40001" || state_ == "40P01"; }
  bool IsOfTheServer() const;  // not of the one statement: no space, no memory, I/O …

 private:
  std::string state_;
  bool is_lost_;
};

class PostgresDatabase : public SqlDatabase {
 public:
  // `uri`: as libpq takes it. `clock`: instead of the server's, for tests.
  PostgresDatabase(const std::string& uri, const Clock* clock);
  ~PostgresDatabase() override;
  PostgresDatabase(const PostgresDatabase&) = delete;
  PostgresDatabase& operator=(const PostgresDatabase&) = delete;

  std::unique_ptr<SqlStatement> Prepare(const std::string& sql) override;
  std::int64_t Now() const override { return now_; }

  void Migrate();    // to the newest schema
  void BeginCopy();  // tables only, in an empty database, or in one where that was begun
  void FinishCopy(const std::function<void(SqlDatabase&)>& last);
  void JoinUsers(Use use);                      // for as long as the connection lasts
  std::int64_t Number(const std::string& sql);  // the first value
  void Execute(const std::string& sql);         // may be several; values of the last one are dropped
  void BeginWrite();                            // waits until nobody else writes, on this machine or another
  void BeginRead();
  void Commit();  // a lost answer leaves open what became of it

 private:
  class Statement;
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  struct Clear {
    void operator()(pg_result* result) const;
  };
  using Result = std::unique_ptr<pg_result, Clear>;

  Result Checked(pg_result* result);  // throws when it is an error
  void Begin(const std::string& sql);
  void CheckServer();
  std::string name() const;      // of the database
  std::int64_t LockedVersion();  // begins the transaction; 0 of an empty database, negative of a copy begun
  void SetVersion(std::int64_t version);
  const std::string& NameOf(const std::string& sql);

  const Clock* clock_;
  std::unique_ptr<pg_conn, Close> connection_;
  bool is_noticed_ = false;                      // the server said something beside its answer
  std::map<std::string, std::string> prepared_;  // SQL to the name of its statement
  std::int64_t now_ = 0;
};

}  // namespace listwarden
