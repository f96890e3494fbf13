// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "hold/account_store.h"
#include "hold/sql_audit.h"
#include "hold/sql_hold_store.h"

namespace listwarden {
namespace {

constexpr std::int64_t kSeenEvery = 60;

std::string InWords(const User& user) {
  std::string words = user.name;
  if (user.is_disabled) words += " (disabled)";
  for (const Right& right : user.rights) {
    words += ", " + std::string(RoleName(right.role)) + " of ";
    words += right.list == "*" ? std::string_view("all lists") : right.list;
  }
  return words;
}

constexpr const char* kSelectUser = "SELECT name, address, password_hash, language, is_disabled FROM account";

User ReadUser(SqlDatabase& database, const SqlRow& row) {
  User user{row.Text(0), row.Text(1), row.Text(2), row.Text(3), row.Int(4) != 0, {}};
  SqlRow rights(database, "SELECT list, role FROM account_right WHERE account = ? ORDER BY list, role",
                user.name);
  while (rights.Step()) {
    if (const auto role = RoleNamed(rights.Text(1))) user.rights.push_back({rights.Text(0), *role});
  }
  return user;
}

class SqlAccountStore : public AccountStore {
 public:
  explicit SqlAccountStore(std::unique_ptr<SqlConnection> connection) : connection_(std::move(connection)) {}

  void PutUser(const User& user, std::string_view by) override {
    connection_->Write([&](SqlDatabase& database) {
      const auto before = One(database, "name", user.name);
      SqlRow(
          database,
          "INSERT INTO account (name, address, password_hash, language, is_disabled) VALUES (?, ?, ?, ?, ?) "
          "ON"
          " CONFLICT (name) DO UPDATE SET address = excluded.address, password_hash = excluded.password_hash,"
          " language = excluded.language, is_disabled = excluded.is_disabled",
          user.name, user.address, user.password_hash, user.language, user.is_disabled ? 1 : 0)
          .Run();
      SqlRow(database, "DELETE FROM account_right WHERE account = ?", user.name).Run();
      for (const Right& right : user.rights) {
        SqlRow(database,
               "INSERT INTO account_right (account, list, role) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
               user.name, right.list, RoleName(right.role))
            .Run();
      }
      if (user.is_disabled || (before && before->password_hash != user.password_hash))
        SqlRow(database, "DELETE FROM session WHERE account = ?", user.name).Run();
      const std::string words = InWords(user);
      AppendAudit(database, {by, before ? "user-changed" : "user-added", "", words, "account:" + user.name});
      return true;
    });
  }

  bool RemoveUser(std::string_view name, std::string_view by) override {
    return connection_->Write([&](SqlDatabase& database) {
      const bool was_there = SqlRow(database, "DELETE FROM account WHERE name = ?", name).Run() == 1;
      if (was_there) AppendAudit(database, {by, "user-removed", "", name, "account:" + std::string(name)});
      return was_there;
    });
  }

  std::optional<User> FindUser(std::string_view name) override {
    return connection_->Read([&](SqlDatabase& database) { return One(database, "name", name); });
  }
  std::optional<User> FindUserByAddress(std::string_view address) override {
    return connection_->Read([&](SqlDatabase& database) { return One(database, "address", address); });
  }

  std::vector<User> Users() override {
    return connection_->Read([&](SqlDatabase& database) {
      SqlRow row(database, std::string(kSelectUser) + " ORDER BY name");
      std::vector<User> users;
      while (row.Step()) users.push_back(ReadUser(database, row));
      return users;
    });
  }

  void AddSession(const Session& session) override {
    connection_->Write([&](SqlDatabase& database) {
      SqlRow(database, "DELETE FROM session WHERE expires < ?", database.Now()).Run();
      return SqlRow(database,
                    "INSERT INTO session (id_hash, account, form_token, created, seen, expires) VALUES"
                    " (?, ?, ?, ?, ?, ?)",
                    session.id_hash, session.user, session.form_token, Seconds(session.created),
                    Seconds(session.seen), Seconds(session.expires))
          .Run();
    });
  }

  std::optional<Session> FindSession(std::string_view id_hash, std::chrono::seconds idle) override {
    std::int64_t now = 0;
    auto session = connection_->Read([&](SqlDatabase& database) -> std::optional<Session> {
      now = database.Now();
      SqlRow row(database,
                 "SELECT id_hash, account, form_token, created, seen, expires FROM session WHERE id_hash = ?",
                 id_hash);
      if (!row.Step()) return std::nullopt;
      return Session{row.Text(0),
                     row.Text(1),
                     row.Text(2),
                     FromSeconds(row.Int(3)),
                     FromSeconds(row.Int(4)),
                     FromSeconds(row.Int(5))};
    });
    if (!session) return std::nullopt;
    // For good, so that a clock that is put back revives none. One that was seen in a time to come is none either.
    if (Seconds(session->expires) <= now || std::abs(now - Seconds(session->seen)) >= idle.count()) {
      EndSession(id_hash);
      return std::nullopt;
    }
    if (now - Seconds(session->seen) >= kSeenEvery) {
      connection_->Write([&](SqlDatabase& database) {
        return SqlRow(database, "UPDATE session SET seen = ? WHERE id_hash = ?", now, id_hash).Run();
      });
      session->seen = FromSeconds(now);
    }
    return session;
  }

  void EndSession(std::string_view id_hash) override { Delete("session", "id_hash", id_hash); }
  void EndSessions(std::string_view user) override { Delete("session", "account", user); }

  int CountFailure(std::string_view key, std::chrono::seconds window) override {
    connection_->Write([&](SqlDatabase& database) {
      SqlRow(database, "DELETE FROM failure WHERE key = ? AND time <= ?", key,
             database.Now() - window.count())
          .Run();
      return SqlRow(database, "INSERT INTO failure (key, time) VALUES (?, ?)", key, database.Now()).Run();
    });
    return Failures(key, window);
  }

  int Failures(std::string_view key, std::chrono::seconds window) override {
    return connection_->Read([&](SqlDatabase& database) {
      SqlRow row(database, "SELECT count(*) FROM failure WHERE key = ? AND time > ?", key,
                 database.Now() - window.count());
      row.Step();
      return static_cast<int>(row.Int(0));
    });
  }

  void ForgetFailures(std::string_view key) override { Delete("failure", "key", key); }

 private:
  static std::optional<User> One(SqlDatabase& database, const std::string& column, std::string_view value) {
    SqlRow row(database, kSelectUser + (" WHERE " + column + " = ?"), value);
    if (!row.Step()) return std::nullopt;
    return ReadUser(database, row);
  }

  void Delete(const std::string& table, const std::string& column, std::string_view value) {
    connection_->Write([&](SqlDatabase& database) {
      return SqlRow(database, "DELETE FROM " + table + " WHERE " + column + " = ?", value).Run();
    });
  }

  std::unique_ptr<SqlConnection> connection_;
};

}  // namespace

std::unique_ptr<AccountStore> MakeSqlAccountStore(std::unique_ptr<SqlConnection> connection) {
  return std::make_unique<SqlAccountStore>(std::move(connection));
}

}  // namespace listwarden
