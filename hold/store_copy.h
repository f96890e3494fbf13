// A whole store copied into another, of whatever kind: page by page, so that a copy that was interrupted goes
// on where it was; then both are read again and compared by hashes. Sessions and failed log-ins are left
// behind: people log in anew.
// Threads: one; `progress` is called in it.
// Errors: StoreError; what was copied by then stays, and the next attempt goes on from it.
// Limits: a page of rows in memory, at most eight texts.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "hold/sql_database.h"

namespace listwarden {

struct CopiedTable {
  const char* name;
  const char* key;  // its columns, in the order of an index
  int page;         // rows together
};
const std::vector<CopiedTable>& CopiedTables();  // what others refer to comes first
const std::vector<std::string_view>& TablesLeftBehind();

struct CopyReport {
  std::size_t rows = 0;
  std::string hash;  // of all rows, the same in both
};
// `progress`: rows copied or compared so far, and of how many.
using CopyProgress = std::function<void(std::size_t done, std::size_t total)>;

// `to`: opened with Use::kCopy. It is a store only when this has returned. The source's state is that of one
// moment.
CopyReport CopyStore(SqlConnection& from, SqlConnection& to, const CopyProgress& progress);

// The same from place to place (hold/store_place.h), for good: nobody else may use either of them meanwhile,
// and nothing leaves the old one any more.
CopyReport MoveStore(const std::string& from, const std::string& to, const Clock& clock, std::string_view by,
                     const CopyProgress& progress);

// As Records::Backup. Nobody who writes waits for it.
void BackUpInto(const std::filesystem::path& file, SqlConnection& from, const Clock& clock);

}  // namespace listwarden
