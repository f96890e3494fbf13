// The SQLite schema as a chain of migrations: number n brings a database from version n to n + 1, each in one
// transaction. A released one is never changed. SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>
#include <vector>

namespace listwarden {

inline constexpr int kSqliteApplicationId = 0x4c57484c;  // "LWHL", in the file's header

const std::vector<std::string_view>& SqliteMigrations();

}  // namespace listwarden
