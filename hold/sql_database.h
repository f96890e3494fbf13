// The little that the hold store needs of a database; SQLite and PostgreSQL give it. SQL is written once, in
// what both understand, with "?" for values; texts are stored as UTF-8, whatever they were.
// Errors: StoreError; a statement that the database refuses ends its own job only.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "hold/identity.h"

namespace listwarden {

enum class SqlType { kNull, kInt, kText, kBlob };

class SqlStatement {
 public:
  virtual ~SqlStatement() = default;
  virtual void BindInt(std::int64_t value) = 0;
  virtual void BindText(std::string_view value) = 0;
  virtual void BindBlob(std::string_view bytes) = 0;  // not copied
  virtual void BindNull() = 0;
  virtual bool Step() = 0;  // true while there is a row
  virtual int Changes() = 0;
  virtual std::int64_t Int(int column) const = 0;
  virtual std::string Text(int column) const = 0;  // of a blob as well
  virtual bool IsNull(int column) const = 0;
  virtual int ColumnCount() const = 0;
  virtual SqlType Type(int column) const = 0;  // of the value in this row
};

class SqlDatabase {
 public:
  virtual ~SqlDatabase() = default;
  virtual std::unique_ptr<SqlStatement> Prepare(const std::string& sql) = 0;
  virtual std::int64_t Now() const = 0;  // seconds since 1970; one clock for all who share the data
};

struct Blob {
  std::string_view bytes;
};

// A statement with its values: SqlRow(database, "… WHERE id = ?", id).
class SqlRow {
 public:
  template <typename... Values>
  SqlRow(SqlDatabase& database, const std::string& sql, const Values&... values)
      : statement_(database.Prepare(sql)) {
    (Bind(values), ...);
  }

  void Bind(std::int64_t value) { statement_->BindInt(value); }
  void Bind(int value) { statement_->BindInt(value); }
  void Bind(std::size_t value) { statement_->BindInt(static_cast<std::int64_t>(value)); }
  void Bind(std::string_view value) { statement_->BindText(StorableText(value)); }
  void Bind(const std::string& value) { Bind(std::string_view(value)); }
  void Bind(const char* value) { Bind(std::string_view(value)); }
  void Bind(Blob value) { statement_->BindBlob(value.bytes); }
  void Bind(std::nullopt_t) { statement_->BindNull(); }

  bool Step() { return statement_->Step(); }
  int Run() {
    while (statement_->Step()) {
    }
    return statement_->Changes();
  }
  std::int64_t Int(int column) const { return statement_->Int(column); }
  std::string Text(int column) const { return statement_->Text(column); }
  bool IsNull(int column) const { return statement_->IsNull(column); }
  int ColumnCount() const { return statement_->ColumnCount(); }
  SqlType Type(int column) const { return statement_->Type(column); }

 private:
  std::unique_ptr<SqlStatement> statement_;
};

// kAlone: refused while anybody else has the store open, and keeps them out. kCopy: so too, of an empty
// place, which becomes a store with FinishCopy.
enum class Use { kShared, kAlone, kCopy };

class SqlConnection {
 public:
  virtual ~SqlConnection() = default;

  // Runs `body` in a durable transaction. A failure at commit says nothing about the row: callers repeat with
  // the same keys.
  template <typename Body>
  auto Write(Body body) {
    std::optional<decltype(body(std::declval<SqlDatabase&>()))> result;
    WriteJob([&](SqlDatabase& database) { result = body(database); });
    return std::move(*result);
  }
  // Sees one state of the data, and changes nothing.
  template <typename Body>
  auto Read(Body body) {
    std::optional<decltype(body(std::declval<SqlDatabase&>()))> result;
    ReadJob([&](SqlDatabase& database) { result = body(database); });
    return std::move(*result);
  }
  virtual std::uint64_t FreeBytes() const = 0;  // where the data lie, as far as we can know
  // Afterwards no byte of what was deleted is left in the files.
  virtual void Scrub() = 0;
  using Job = std::function<void(SqlDatabase&)>;
  // The guards, `last` and the mark of a whole store, in one transaction.
  virtual void FinishCopy(const Job& last) = 0;

 protected:
  virtual void WriteJob(const Job& job) = 0;
  virtual void ReadJob(const Job& job) = 0;
};

}  // namespace listwarden
