// SPDX-License-Identifier: Apache-2.0
#include "hold/store_copy.h"

#include <algorithm>

#include "base/error.h"
#include "hold/sql_audit.h"
#include "hold/sqlite_connection.h"
#include "hold/store_place.h"

namespace listwarden {
namespace {

struct Cell {
  SqlType type;
  std::int64_t number;
  std::string bytes;
};
using Row = std::vector<Cell>;  // the key's cells, then all of them

Cell CellOf(const SqlRow& row, int column) {
  const SqlType type = row.Type(column);
  if (type == SqlType::kInt) return {type, row.Int(column), {}};
  return {type, 0, type == SqlType::kNull ? "" : row.Text(column)};
}

void Bind(SqlRow* row, const Cell& cell) {
  if (cell.type == SqlType::kNull) return row->Bind(std::nullopt);
  if (cell.type == SqlType::kInt) return row->Bind(cell.number);
  if (cell.type == SqlType::kText) return row->Bind(cell.bytes);
  row->Bind(Blob{cell.bytes});
}

std::size_t KeyLength(const CopiedTable& table) {
  return static_cast<std::size_t>(
             std::count(table.key, table.key + std::string_view(table.key).size(), ',')) +
         1;
}

std::string Marks(std::size_t count) {
  std::string marks;
  for (std::size_t i = 0; i < count; ++i) marks += i == 0 ? "?" : ", ?";
  return "(" + marks + ")";
}

std::string Ordered(const CopiedTable& table, const std::string& order) {
  std::string by;
  for (const char* at = table.key; *at != '\0'; ++at) {
    if (*at == ',') by += order;
    by += *at;
  }
  return " ORDER BY " + by + order;
}

// The next page after the row `last`, which may be empty for the first.
std::vector<Row> PageAfter(SqlDatabase& database, const CopiedTable& table, const Row& last) {
  const std::string name = table.name, key = table.key;
  std::string sql = "SELECT " + key + ", " + name + ".* FROM " + name;
  if (!last.empty()) sql += " WHERE (" + key + ") > " + Marks(KeyLength(table));
  SqlRow row(database, sql + Ordered(table, "") + " LIMIT " + std::to_string(table.page));
  for (std::size_t i = 0; i < KeyLength(table) && !last.empty(); ++i) Bind(&row, last[i]);
  std::vector<Row> page;
  while (row.Step()) {
    Row& cells = page.emplace_back();
    for (int column = 0; column < row.ColumnCount(); ++column) cells.push_back(CellOf(row, column));
  }
  return page;
}

Row LastRow(SqlDatabase& database, const CopiedTable& table) {
  SqlRow row(database, std::string("SELECT ") + table.key + " FROM " + table.name + Ordered(table, " DESC") +
                           " LIMIT 1");
  Row last;
  if (!row.Step()) return last;
  for (int column = 0; column < row.ColumnCount(); ++column) last.push_back(CellOf(row, column));
  return last;
}

void Insert(SqlDatabase& database, const CopiedTable& table, const Row& cells) {
  const auto key = static_cast<std::ptrdiff_t>(KeyLength(table));
  SqlRow row(database,
             std::string("INSERT INTO ") + table.name + " VALUES " + Marks(cells.size() - KeyLength(table)));
  std::for_each(cells.begin() + key, cells.end(), [&](const Cell& cell) { Bind(&row, cell); });
  row.Run();
}

std::string HashAfter(const std::string& previous, const Row& row) {
  std::string text = previous;
  for (const Cell& cell : row) {
    const std::string bytes = cell.type == SqlType::kInt ? std::to_string(cell.number) : cell.bytes;
    text += std::to_string(static_cast<int>(cell.type)) + ":" + std::to_string(bytes.size()) + ":" + bytes;
  }
  return Sha256Hex(text);
}

class Copy {
 public:
  Copy(SqlDatabase& from, SqlConnection& to, const CopyProgress& progress)
      : from_(from), to_(to), progress_(progress) {}

  CopyReport Run() {
    for (const CopiedTable& table : CopiedTables()) {
      SqlRow row(from_, std::string("SELECT count(*) FROM ") + table.name);
      row.Step();
      report_.rows += static_cast<std::size_t>(row.Int(0));
    }
    const bool was_begun = to_.Read([](SqlDatabase& database) {
      return std::any_of(CopiedTables().begin(), CopiedTables().end(),
                         [&](const CopiedTable& table) { return !LastRow(database, table).empty(); });
    });
    std::string difference = CopyAndCompare();
    if (!difference.empty() && was_begun) {
      // Begun from what the source is no longer.
      Empty();
      difference = CopyAndCompare();
    }
    if (!difference.empty())
      throw StoreError("table " + difference + " is not the same in the copy; nothing was moved");
    return report_;
  }

 private:
  std::string CopyAndCompare() {
    done_ = 0;
    for (const CopiedTable& table : CopiedTables()) CopyRows(table);
    std::string all;
    for (const CopiedTable& table : CopiedTables()) {
      const std::string hash = HashOf(from_, table, true);
      if (to_.Read([&](SqlDatabase& database) { return HashOf(database, table, false); }) != hash)
        return table.name;
      all += hash;
    }
    report_.hash = Sha256Hex(all);
    return "";
  }

  void CopyRows(const CopiedTable& table) {
    Row last = to_.Read([&](SqlDatabase& database) { return LastRow(database, table); });
    for (;;) {
      const std::vector<Row> page = PageAfter(from_, table, last);
      if (page.empty()) return;
      last = page.back();
      to_.Write([&](SqlDatabase& database) {
        for (const Row& row : page) Insert(database, table, row);
        return true;
      });
      Tell(page.size());
    }
  }

  std::string HashOf(SqlDatabase& database, const CopiedTable& table, bool is_told) {
    std::string hash;
    for (Row last;;) {
      const std::vector<Row> page = PageAfter(database, table, last);
      if (page.empty()) return hash;
      last = page.back();
      for (const Row& row : page) hash = HashAfter(hash, row);
      if (is_told) Tell(page.size());
    }
  }

  void Empty() {
    to_.Write([](SqlDatabase& database) {
      for (auto table = CopiedTables().rbegin(); table != CopiedTables().rend(); ++table)
        SqlRow(database, std::string("DELETE FROM ") + table->name).Run();
      return true;
    });
  }

  void Tell(std::size_t rows) {
    done_ += rows;
    if (progress_) progress_(std::min(done_, 2 * report_.rows), 2 * report_.rows);
  }

  SqlDatabase& from_;
  SqlConnection& to_;
  const CopyProgress& progress_;
  CopyReport report_;
  std::size_t done_ = 0;
};

// One that is paused already stays so, for the first reason.
void Pause(SqlDatabase& database, std::string_view why) {
  SqlRow(database, "INSERT INTO setting (name, value) VALUES ('paused', ?) ON CONFLICT (name) DO NOTHING",
         why)
      .Run();
}

bool IsPausedAs(SqlDatabase& database, std::string_view why) {
  return SqlRow(database, "SELECT 1 FROM setting WHERE name = 'paused' AND value = ?", why).Step();
}

}  // namespace

const std::vector<CopiedTable>& CopiedTables() {
  static const std::vector<CopiedTable> tables = {{"setting", "name", 500},
                                                  {"held", "seq", 500},
                                                  {"content", "held_id,number", 8},
                                                  {"finding", "seq", 500},
                                                  {"outbox", "id", 100},
                                                  {"audit", "seq", 500},
                                                  {"audit_salt", "id", 500},
                                                  {"audit_head", "seq", 500},
                                                  {"trust", "list,address", 500},
                                                  {"link", "hash", 500},
                                                  {"token", "id", 500},
                                                  {"notice_count", "address,list,day", 500},
                                                  {"account", "name", 500},
                                                  {"account_right", "account,list,role", 500}};
  return tables;
}

const std::vector<std::string_view>& TablesLeftBehind() {
  static const std::vector<std::string_view> tables = {"session", "failure", "transition"};
  return tables;
}

CopyReport CopyStore(SqlConnection& from, SqlConnection& to, const CopyProgress& progress) {
  return from.Read([&](SqlDatabase& source) { return Copy(source, to, progress).Run(); });
}

CopyReport MoveStore(const std::string& from, const std::string& to, const Clock& clock, std::string_view by,
                     const CopyProgress& progress) {
  const std::string moved = "moved to " + to;
  const auto source = ConnectTo(from, clock, 0, Use::kAlone);
  const auto copy = [&] {
    try {
      return ConnectTo(to, clock, 0, Use::kCopy);
    } catch (const StoreError& e) {
      const bool was_moved = source->Read([&](SqlDatabase& database) { return IsPausedAs(database, moved); });
      throw StoreError(e.what() + (was_moved ? "; all of " + from + " was moved there before" : ""));
    }
  }();
  const CopyReport report = CopyStore(*source, *copy, progress);
  // Before the copy counts: whenever this ends, never do both send.
  source->Write([&](SqlDatabase& database) {
    Pause(database, moved);
    return true;
  });
  copy->FinishCopy([&](SqlDatabase& database) {
    // Of an attempt that ended after the pause.
    SqlRow(database, "DELETE FROM setting WHERE name = 'paused' AND value = ?", moved).Run();
    const std::string words = std::to_string(report.rows) + " rows, SHA-256 " + report.hash;
    AppendAudit(database, {by, "store-moved", "", words, "store"});
  });
  return report;
}

void BackUpInto(const std::filesystem::path& file, SqlConnection& from, const Clock& clock) {
  if (std::filesystem::exists(file)) throw StoreError(file.string() + ": is there already; give a new name");
  const auto remove = [&](std::initializer_list<const char*> ends) {
    std::error_code ignored;
    for (const char* end : ends) std::filesystem::remove(file.string() + end, ignored);
  };
  try {
    SqliteConnection copy(file, clock, 0, Use::kCopy);
    CopyStore(from, copy, {});
    copy.FinishCopy([](SqlDatabase& database) { Pause(database, "restored"); });
  } catch (...) {
    remove({"", ".lock", "-wal", "-shm"});
    throw;
  }
  remove({".lock", "-wal", "-shm"});  // its log is empty: one file to carry away
}

}  // namespace listwarden
