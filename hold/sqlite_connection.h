// One SQLite database: opened safely, written by one writer at a time in this process and among processes,
// read beside it. Write jobs of callers that wait at the same time share one durable transaction; each runs
// in a savepoint of its own, so that one that fails takes no other with it. Threads: any. Errors: StoreError.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace listwarden {

// A prepared statement with its values.
class SqliteRow {
 public:
  template <typename... Values>
  SqliteRow(SQLite::Database& database, const std::string& sql, const Values&... values)
      : SqliteRow(database, sql) {
    (Bind(values), ...);
  }
  SqliteRow(SQLite::Database& database, const std::string& sql);
  ~SqliteRow();

  void Bind(std::int64_t value);
  void Bind(int value) { Bind(static_cast<std::int64_t>(value)); }
  void Bind(std::size_t value) { Bind(static_cast<std::int64_t>(value)); }
  void Bind(std::string_view value);
  void Bind(const std::string& value) { Bind(std::string_view(value)); }
  void Bind(const char* value) { Bind(std::string_view(value)); }
  void BindBlob(std::string_view bytes);  // not copied
  void BindNull();

  bool Step();  // true while there is a row
  int Run();    // to its end; the number of rows changed
  std::int64_t Int(int column) const;
  std::string Text(int column) const;  // of a blob as well
  bool IsNull(int column) const;

 private:
  std::unique_ptr<SQLite::Statement> statement_;
  int bound_ = 0;
};

class SqliteConnection {
 public:
  explicit SqliteConnection(std::filesystem::path file);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  const std::filesystem::path& file() const { return file_; }

  // Runs `body` in a durable transaction. A failure at commit says nothing about the row: callers repeat with
  // the same keys.
  template <typename Body>
  auto Write(Body body) {
    std::optional<decltype(body(std::declval<SQLite::Database&>()))> result;
    WriteJob([&](SQLite::Database& database) { result = body(database); });
    return std::move(*result);
  }
  template <typename Body>
  auto Read(Body body) {
    std::optional<decltype(body(std::declval<SQLite::Database&>()))> result;
    ReadJob([&](SQLite::Database& database) { result = body(database); });
    return std::move(*result);
  }

 private:
  using Job = std::function<void(SQLite::Database&)>;
  struct Waiting {
    const Job* job;
    std::exception_ptr error;
    bool is_done = false;
  };

  void WriteJob(const Job& job);
  void ReadJob(const Job& job);
  void RunBatch(const std::vector<Waiting*>& batch);
  void RunJobs(const std::vector<Waiting*>& batch);
  std::unique_ptr<SQLite::Database> Open() const;
  void OpenWriter();

  std::filesystem::path file_;
  int lock_file_ = -1;

  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::vector<Waiting*> queue_;
  bool has_leader_ = false;

  std::unique_ptr<SQLite::Database> writer_;  // the leader's
  bool has_failed_ = false;                   // an I/O error: what the kernel kept must be written anew
  std::mutex read_mutex_;
  std::unique_ptr<SQLite::Database> reader_;
};

}  // namespace listwarden
