// SPDX-License-Identifier: Apache-2.0
#include "hold/store_place.h"

#include <libpq-fe.h>
#include <sys/stat.h>

#include "hold/account_store.h"
#include "hold/hold_store.h"
#include "hold/postgres_connection.h"
#include "hold/records.h"
#include "hold/sql_hold_store.h"
#include "hold/sqlite_connection.h"

namespace listwarden {
namespace {

std::string FileComplaint(const std::string& file) {
  struct stat found {};
  if (stat(file.c_str(), &found) != 0) return "passfile " + file + " is not there, or may not be read";
  if ((found.st_mode & 077) != 0)
    return "passfile " + file + " is open to others, so PostgreSQL ignores it; chmod 0600 " + file;
  return "";
}

std::string TextOf(const char* text) { return text == nullptr ? "" : text; }

std::string OptionsComplaint(const PQconninfoOption* options) {
  for (const PQconninfoOption* option = options; option->keyword != nullptr; ++option) {
    const std::string key = option->keyword, value = TextOf(option->val);
    if (value.empty()) continue;
    if (key == "password" || key == "sslpassword")
      return "holds a password that whoever reads this file can read; put it into a file of mode 0600 and add"
             " ?passfile=/etc/listwarden/pgpass";
    if (key == "passfile") return FileComplaint(value);
  }
  return "";
}

}  // namespace

bool IsOnServer(const std::string& place) {
  return place.rfind("postgresql://", 0) == 0 || place.rfind("postgres://", 0) == 0;
}

std::string PlaceComplaint(const std::string& place) {
  if (!IsOnServer(place)) {
    const bool is_file = place.find("://") == std::string::npos;
    return is_file ? "" : "is neither a file nor postgresql://HOST/DATABASE";
  }
  char* error = nullptr;
  PQconninfoOption* const options = PQconninfoParse(place.c_str(), &error);
  if (options == nullptr) {
    const std::string what = TextOf(error);
    PQfreemem(error);
    return what.substr(0, what.find('\n')) + "; expected postgresql://USER@HOST/DATABASE";
  }
  std::string complaint = OptionsComplaint(options);
  PQconninfoFree(options);
  return complaint;
}

std::unique_ptr<SqlConnection> ConnectTo(const std::string& place, const Clock& clock,
                                         std::uint64_t ballast_bytes, Use use) {
  if (IsOnServer(place)) return std::make_unique<PostgresConnection>(place, nullptr, use);
  return std::make_unique<SqliteConnection>(place, clock, ballast_bytes, use);
}

std::unique_ptr<HoldStore> OpenHoldStore(const std::string& place, const Clock& clock,
                                         const HoldLimits& limits) {
  return std::make_unique<SqlHoldStore>(ConnectTo(place, clock, limits.ballast_bytes), limits);
}

std::unique_ptr<AccountStore> OpenAccountStore(const std::string& place, const Clock& clock) {
  return MakeSqlAccountStore(ConnectTo(place, clock));
}

std::unique_ptr<Records> OpenRecords(const std::string& place, const Clock& clock) {
  return MakeSqlRecords(ConnectTo(place, clock), clock);
}

}  // namespace listwarden
