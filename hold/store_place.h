// Where a store lies: a file (SQLite), or postgresql://… (a server that many machines may share).
// Errors: StoreError when it cannot be opened as asked.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "hold/sql_database.h"

namespace listwarden {

bool IsOnServer(const std::string& place);
// What is wrong with it, and what to do; empty when it can be tried. Nothing is connected.
std::string PlaceComplaint(const std::string& place);
std::unique_ptr<SqlConnection> ConnectTo(const std::string& place, const Clock& clock,
                                         std::uint64_t ballast_bytes = 0, Use use = Use::kShared);

}  // namespace listwarden
