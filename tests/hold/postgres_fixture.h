// A test with a database of its own on this program's server; skipped where PostgreSQL is not installed.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <string>

#include "postgres_server.h"

namespace listwarden {

class PostgresTest : public testing::Test {
 protected:
  void SetUp() override {
    server_ = PostgresServer::Shared();
    if (server_ == nullptr) GTEST_SKIP() << "PostgreSQL is not installed here";
    database_ = server_->MakeDatabase();
  }
  void TearDown() override {
    if (server_ != nullptr) server_->DropDatabase(database_);
  }
  std::string Uri(const std::string& host = "") const { return server_->Uri(database_, host); }
  bool Execute(const std::string& sql) { return server_->Execute(database_, sql); }
  std::string Value(const std::string& sql) {
    std::string value;
    server_->Execute(database_, sql, &value);
    return value;
  }

  PostgresServer* server_ = nullptr;
  std::string database_;
};

}  // namespace listwarden
