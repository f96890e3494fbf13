// SPDX-License-Identifier: Apache-2.0
#include "hold/postgres_database.h"

#include <libpq-fe.h>

#include <cstring>
#include <vector>

#include "hold/sql_schema.h"

namespace listwarden {
namespace {

constexpr const char* kLockNotAvailable = "55P03";
constexpr std::size_t kMostPrepared = 300;
constexpr int kText = 0, kBinary = 1;
// pg_type.dat: what our columns and expressions can be.
constexpr Oid kBool = 16, kBytes = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23;

constexpr const char* kSession = R"sql(
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET lock_timeout = '5s';
SET statement_timeout = '60s';
SET idle_in_transaction_session_timeout = '30s';
SELECT set_config('synchronous_commit', 'on', false)
  WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply');
)sql";
// Rows came with their numbers; the next ones go on from there.
constexpr const char* kContinueNumbers = R"sql(
DO $$ DECLARE one RECORD; BEGIN
  FOR one IN SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND is_identity = 'YES' LOOP
    EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), coalesce(max(%I), 0) + 1, false) FROM %I',
                   one.table_name, one.column_name, one.column_name, one.table_name);
  END LOOP;
END $$
)sql";
constexpr const char* kSeconds = "; SELECT floor(extract(epoch FROM clock_timestamp()))::bigint";

bool IsClass(const std::string& state, const char* two) { return state.compare(0, 2, two) == 0; }

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string InNumbers(const std::string& sql) {
  std::string numbered;
  int next = 0;
  bool is_quoted = false;
  for (const char c : sql) {
    if (c == '\'') is_quoted = !is_quoted;
    if (c == '?' && !is_quoted) {
      numbered += '$' + std::to_string(++next);
    } else {
      numbered += c;
    }
  }
  return numbered;
}

std::int64_t BigEndian(const char* bytes, int length) {
  // The first bit is the sign.
  std::int64_t value = static_cast<signed char>(bytes[0]);
  for (int i = 1; i < length; ++i) value = value * 256 + static_cast<unsigned char>(bytes[i]);
  return value;
}

void TakeNotice(void* is_noticed, const PGresult*) { *static_cast<bool*>(is_noticed) = true; }

}  // namespace

bool PostgresError::IsOfTheServer() const {
  return IsClass(state_, "53") || IsClass(state_, "58") || IsClass(state_, "XX");
}

void PostgresDatabase::Close::operator()(pg_conn* connection) const { PQfinish(connection); }
void PostgresDatabase::Clear::operator()(pg_result* result) const { PQclear(result); }

class PostgresDatabase::Statement : public SqlStatement {
 public:
  Statement(PostgresDatabase& database, std::string name) : database_(database), name_(std::move(name)) {}
  void BindInt(std::int64_t value) override { values_.push_back({std::to_string(value), {}, kText}); }
  void BindText(std::string_view value) override { values_.push_back({std::string(value), {}, kText}); }
  void BindBlob(std::string_view bytes) override { values_.push_back({{}, bytes, kBinary}); }
  void BindNull() override { values_.push_back({{}, {}, kText, true}); }
  bool Step() override {
    if (!result_) Send();
    return ++row_ < PQntuples(result_.get());
  }
  int Changes() override { return std::atoi(PQcmdTuples(result_.get())); }
  std::int64_t Int(int column) const override {
    if (IsNull(column)) return 0;
    if (Type(column) != SqlType::kInt)
      throw PostgresError("a number was expected of " + name_, "42804", false);
    return BigEndian(PQgetvalue(result_.get(), row_, column), PQgetlength(result_.get(), row_, column));
  }
  std::string Text(int column) const override {
    if (Type(column) == SqlType::kInt) return std::to_string(Int(column));
    return {PQgetvalue(result_.get(), row_, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
  }
  bool IsNull(int column) const override { return PQgetisnull(result_.get(), row_, column) != 0; }
  int ColumnCount() const override { return PQnfields(result_.get()); }
  SqlType Type(int column) const override {
    if (IsNull(column)) return SqlType::kNull;
    switch (PQftype(result_.get(), column)) {
      case kBool:
      case kInt2:
      case kInt4:
      case kInt8:
        return SqlType::kInt;
      case kBytes:
        return SqlType::kBlob;
      default:
        return SqlType::kText;
    }
  }

 private:
  struct Value {
    std::string text;
    std::string_view bytes;
    int format = kText;
    bool is_null = false;
  };

  void Send() {
    std::vector<const char*> pointers;
    std::vector<int> lengths, formats;
    for (const Value& value : values_) {
      const char* bytes = value.bytes.data() == nullptr ? "" : value.bytes.data();
      pointers.push_back(value.is_null ? nullptr : value.format == kText ? value.text.c_str() : bytes);
      lengths.push_back(static_cast<int>(value.bytes.size()));
      formats.push_back(value.format);
    }
    result_ = database_.Checked(PQexecPrepared(database_.connection_.get(), name_.c_str(),
                                               static_cast<int>(values_.size()), pointers.data(),
                                               lengths.data(), formats.data(), kBinary));
  }

  PostgresDatabase& database_;
  std::string name_;
  std::vector<Value> values_;
  Result result_;
  int row_ = -1;
};

PostgresDatabase::PostgresDatabase(const std::string& uri, const Clock* clock) : clock_(clock) {
  // Later ones override: what the administrator wrote counts, but for where writing is possible.
  const char* const keys[] = {"connect_timeout",  "keepalives_idle",      "keepalives_interval",
                              "keepalives_count", "tcp_user_timeout",     "application_name",
                              "dbname",           "target_session_attrs", nullptr};
  const char* const values[] = {"5",          "10",        "5",          "3",    "15000",
                                "listwarden", uri.c_str(), "read-write", nullptr};
  connection_.reset(PQconnectdbParams(keys, values, 1));
  if (PQstatus(connection_.get()) != CONNECTION_OK)
    throw PostgresError(FirstLine(PQerrorMessage(connection_.get())), "08001", true);
  PQsetNoticeReceiver(connection_.get(), TakeNotice, &is_noticed_);
  Execute(kSession);
  CheckServer();
}

PostgresDatabase::~PostgresDatabase() = default;

void PostgresDatabase::CheckServer() {
  const auto setting = [&](const char* name) {
    const Result shown = Checked(PQexec(connection_.get(), (std::string("SHOW ") + name).c_str()));
    return std::string(PQgetvalue(shown.get(), 0, 0));
  };
  const std::string synced = setting("fsync"), pages = setting("full_page_writes");
  if (synced != "on" || pages != "on")
    throw StoreError(
        "the server can lose what it has promised; set fsync = on and full_page_writes = on there");
  if (setting("server_encoding") != "UTF8")
    throw StoreError(name() +
                     ": is not in UTF-8; make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0");
}

PostgresDatabase::Result PostgresDatabase::Checked(pg_result* raw) {
  Result result(raw);
  const ExecStatusType status = PQresultStatus(raw);  // of none: a fatal error
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) return result;
  const char* field = PQresultErrorField(raw, PG_DIAG_SQLSTATE);
  const std::string state = field == nullptr ? "08006" : field;
  // A server that shuts down or was made a standby tells so before the connection ends.
  const bool is_lost = PQstatus(connection_.get()) != CONNECTION_OK || IsClass(state, "08") ||
                       state.compare(0, 3, "57P") == 0 || state == "25P03" || state == "25006";
  throw PostgresError(FirstLine(PQerrorMessage(connection_.get())), state, is_lost);
}

const std::string& PostgresDatabase::NameOf(const std::string& sql) {
  if (const auto found = prepared_.find(sql); found != prepared_.end()) return found->second;
  if (prepared_.size() >= kMostPrepared) {
    Execute("DEALLOCATE ALL");
    prepared_.clear();
  }
  const std::string name = "s" + std::to_string(prepared_.size());
  Checked(PQprepare(connection_.get(), name.c_str(), InNumbers(sql).c_str(), 0, nullptr));
  return prepared_.emplace(sql, name).first->second;
}

std::unique_ptr<SqlStatement> PostgresDatabase::Prepare(const std::string& sql) {
  return std::make_unique<Statement>(*this, NameOf(sql));
}

void PostgresDatabase::Execute(const std::string& sql) { Checked(PQexec(connection_.get(), sql.c_str())); }

std::int64_t PostgresDatabase::Number(const std::string& sql) {
  const Result result = Checked(PQexec(connection_.get(), sql.c_str()));
  return std::atoll(PQgetvalue(result.get(), 0, 0));
}

void PostgresDatabase::Begin(const std::string& sql) {
  now_ = Number(sql + kSeconds);
  if (clock_ != nullptr) now_ = clock_->Now().time_since_epoch().count();
}

void PostgresDatabase::BeginWrite() {
  // The audit is one chain: writers stand in one queue, which no dead one can hold up.
  Begin("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock('audit'::regclass::oid::bigint)");
}

void PostgresDatabase::BeginRead() { Begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); }

void PostgresDatabase::Commit() {
  is_noticed_ = false;
  const Result result = Checked(PQexec(connection_.get(), "COMMIT"));
  // The server turns the COMMIT of a failed transaction into a ROLLBACK without an error.
  if (std::strcmp(PQcmdStatus(result.get()), "COMMIT") != 0)
    throw PostgresError("the transaction was rolled back", "40000", false);
  // "… committed locally, but might not have been replicated": somebody ended the wait for a standby.
  if (is_noticed_) throw PostgresError("whether a standby has the transaction is not known", "08007", true);
}

std::string PostgresDatabase::name() const { return PQdb(connection_.get()); }

std::int64_t PostgresDatabase::LockedVersion() {
  Execute("BEGIN; SELECT pg_advisory_xact_lock(hashtext('listwarden schema'))");
  const auto strangers = Number(
      "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
      " AND to_regclass('schema_version') IS NULL");
  if (strangers > 0) throw StoreError(name() + ": has tables that are not ours; give an empty database");
  Execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)");
  // What each writer wrote last: after a lost answer to COMMIT it tells what became of it.
  Execute(
      "CREATE TABLE IF NOT EXISTS writer (id TEXT PRIMARY KEY, number BIGINT NOT NULL, time BIGINT NOT "
      "NULL)");
  return Number("SELECT max(version) FROM schema_version");
}

void PostgresDatabase::SetVersion(std::int64_t version) {
  Execute("DELETE FROM schema_version; INSERT INTO schema_version VALUES (" + std::to_string(version) + ")");
}

void PostgresDatabase::Migrate() {
  const auto& steps = SchemaSteps();
  const auto newest = static_cast<std::int64_t>(steps.size());
  const std::int64_t version = LockedVersion();
  if (version < 0) throw StoreError(name() + kUnfinished);
  if (version > newest) {
    throw StoreError(name() + ": was made by a newer version (schema " + std::to_string(version) +
                     "); install that version again");
  }
  for (std::int64_t next = version; next < newest; ++next) {
    const SchemaStep& step = steps[static_cast<std::size_t>(next)];
    Execute(InPostgres(step.tables));
    Execute(std::string(step.postgres_guards));
  }
  if (version < newest) SetVersion(newest);
  Commit();
}

void PostgresDatabase::BeginCopy() {
  const auto newest = static_cast<std::int64_t>(SchemaSteps().size());
  const std::int64_t version = LockedVersion();
  if (version != 0 && version != -newest) throw StoreError(name() + kNotEmpty);
  if (version == 0) {
    for (const SchemaStep& step : SchemaSteps()) Execute(InPostgres(step.tables));
    SetVersion(-newest);
  }
  Commit();
}

void PostgresDatabase::FinishCopy(const std::function<void(SqlDatabase&)>& last) {
  if (LockedVersion() > 0) return Commit();  // the answer was lost, the copy was finished
  for (const SchemaStep& step : SchemaSteps()) Execute(std::string(step.postgres_guards));
  Execute(kContinueNumbers);
  last(*this);
  SetVersion(static_cast<std::int64_t>(SchemaSteps().size()));
  Commit();
}

void PostgresDatabase::JoinUsers(Use use) {
  // The server sees a moment later than we that a session has ended.
  const std::string lock = use == Use::kShared ? "pg_advisory_lock_shared" : "pg_advisory_lock";
  try {
    Execute("SET lock_timeout = '2s'; SELECT " + lock +
            "(hashtext('listwarden store'), hashtext(current_schema()))");
  } catch (const PostgresError& e) {
    if (e.state() != kLockNotAvailable) throw;
    throw StoreError(name() + (use == Use::kShared ? kBeingMoved : kInUse));
  }
  Execute("SET lock_timeout = '5s'");
}

}  // namespace listwarden
