// The schema as a chain of steps: number n brings a database from version n to n + 1, in one transaction. A
// released one is never changed. Tables are written once, in SQLite's words; triggers, which hold what no
// code of ours and no hand at a prompt may do, once for each database.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

inline constexpr int kSqliteApplicationId = 0x4c57484c;  // "LWHL", in the file's header
inline constexpr int kSqliteCopyId = 0x4c574350;         // "LWCP": not yet whole

struct SchemaStep {
  std::string_view tables, sqlite_guards, postgres_guards;
};
const std::vector<SchemaStep>& SchemaSteps();

// What is said of a place that cannot be opened as asked.
inline constexpr const char* kUnfinished =
    ": a copy into it was not finished; run the same `listwarden store migrate` again";
inline constexpr const char* kInUse =
    ": is in use; stop listwarden-milter and listwarden-desk, on every machine, and try again";
inline constexpr const char* kBeingMoved =
    ": is being moved; wait until `listwarden store migrate` has ended";
inline constexpr const char* kNotEmpty = ": is not empty; give a new file, or an empty database";

// The tables of a step in PostgreSQL's words: texts in byte order, as SQLite has them.
std::string InPostgres(std::string_view tables);

}  // namespace listwarden
