// A PostgreSQL server of our own, in a folder of its own, for tests; as root it runs as another user, since
// PostgreSQL refuses root.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace listwarden {

class PostgresServer {
 public:
  // The one of this test program; null where PostgreSQL is not installed.
  static PostgresServer* Shared();

  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  std::string MakeDatabase();  // a new name
  void DropDatabase(const std::string& name);
  std::string Uri(const std::string& database, const std::string& host = "") const;
  // The first value of the answer; false when the server refuses.
  bool Execute(const std::string& database, const std::string& sql, std::string* value = nullptr);

  void Start();
  void Kill();  // -9, with all its processes
  const std::filesystem::path& folder() const { return folder_; }

 private:
  explicit PostgresServer(std::filesystem::path programs);
  pid_t Spawn(const std::vector<std::string>& command) const;

  std::filesystem::path programs_, folder_;
  uid_t user_ = 0;
  gid_t group_ = 0;
  pid_t process_ = 0;
  int databases_ = 0;
};

}  // namespace listwarden
