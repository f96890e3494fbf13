// SPDX-License-Identifier: Apache-2.0
#include "postgres_server.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace listwarden {
namespace {

std::filesystem::path NewestPrograms() {
  std::filesystem::path newest;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
    const auto programs = entry.path() / "bin";
    if (std::filesystem::exists(programs / "initdb") && programs > newest) newest = programs;
  }
  return newest;
}

}  // namespace

PostgresServer* PostgresServer::Shared() {
  static const std::unique_ptr<PostgresServer> server = [] {
    const auto programs = NewestPrograms();
    return std::unique_ptr<PostgresServer>(programs.empty() ? nullptr : new PostgresServer(programs));
  }();
  return server.get();
}

PostgresServer::PostgresServer(std::filesystem::path programs) : programs_(std::move(programs)) {
  // In memory where that is possible: what is killed here is the server, not the machine.
  std::string name = access("/dev/shm", W_OK) == 0 ? "/dev/shm/listwarden-postgres-XXXXXX"
                                                   : "/tmp/listwarden-postgres-XXXXXX";
  folder_ = mkdtemp(name.data());
  if (const passwd* other = getpwnam("postgres"); getuid() == 0 && other != nullptr) {
    user_ = other->pw_uid;
    group_ = other->pw_gid;
    if (chown(folder_.c_str(), user_, group_) != 0) throw std::runtime_error("chown");
  }
  const pid_t maker = Spawn({"initdb", "-D", folder_ / "data", "-A", "trust", "-U", "listwarden", "-E",
                             "UTF8", "--locale=C", "--no-sync"});
  int status = 0;
  waitpid(maker, &status, 0);
  if (status != 0) throw std::runtime_error("initdb failed; see " + (folder_ / "log").string());
  Start();
}

PostgresServer::~PostgresServer() {
  Kill();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

pid_t PostgresServer::Spawn(const std::vector<std::string>& command) const {
  const std::string program = programs_ / command[0];
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const std::string log = folder_ / "log";
  const pid_t child = fork();
  if (child != 0) return child;
  setsid();
  if (user_ != 0 && (setgid(group_) != 0 || setuid(user_) != 0)) _exit(126);
  prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (chdir("/") != 0) _exit(126);
  const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2(file, 1);
  dup2(file, 2);
  execv(program.c_str(), arguments.data());
  _exit(127);
}

void PostgresServer::Start() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < deadline) {
    if (process_ == 0) {
      process_ = Spawn({"postgres", "-D", folder_ / "data", "-c", "listen_addresses=", "-c",
                        "unix_socket_directories=" + folder_.string(), "-c", "shared_buffers=16MB", "-c",
                        "max_connections=60", "-c", "autovacuum=off"});
    }
    if (Execute("postgres", "SELECT 1")) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    // Right after a kill the old shared memory may still be in use.
    if (waitpid(process_, nullptr, WNOHANG) == process_) process_ = 0;
  }
  throw std::runtime_error("the server does not start; see " + (folder_ / "log").string());
}

void PostgresServer::Kill() {
  if (process_ == 0) return;
  // Its children are in groups of their own, and go on for a moment when it is gone.
  const std::string number = std::to_string(process_);
  std::ifstream in("/proc/" + number + "/task/" + number + "/children");
  const std::vector<pid_t> children{std::istream_iterator<pid_t>(in), {}};
  kill(process_, SIGKILL);
  for (const pid_t child : children) kill(child, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = 0;
}

std::string PostgresServer::MakeDatabase() {
  const std::string name = "t" + std::to_string(++databases_);
  if (!Execute("postgres", "CREATE DATABASE " + name)) throw std::runtime_error("CREATE DATABASE");
  return name;
}

void PostgresServer::DropDatabase(const std::string& name) {
  Execute("postgres", "DROP DATABASE " + name + " WITH (FORCE)");
}

std::string PostgresServer::Uri(const std::string& database, const std::string& host) const {
  return "postgresql:///" + database + "?user=listwarden&host=" + (host.empty() ? folder_.string() : host);
}

bool PostgresServer::Execute(const std::string& database, const std::string& sql, std::string* value) {
  PGconn* connection = PQconnectdb(Uri(database).c_str());
  PGresult* result = PQexec(connection, sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  if (value != nullptr && PQntuples(result) > 0) *value = PQgetvalue(result, 0, 0);
  PQclear(result);
  PQfinish(connection);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

}  // namespace listwarden
