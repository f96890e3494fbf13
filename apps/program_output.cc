// SPDX-License-Identifier: Apache-2.0
#include "apps/program_output.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace listwarden {
namespace {

constexpr std::size_t kMostBytes = 4u << 20;

std::string PathOf(const std::string& program) {
  for (const char* folder : {"/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"}) {
    if (access((folder + program).c_str(), X_OK) == 0) return folder + program;
  }
  return "";
}

pid_t Start(const std::string& path, const std::vector<std::string>& words, int output) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<std::string> copies = words, environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
  std::vector<char*> arguments, variables;
  for (std::string& word : copies) arguments.push_back(word.data());
  for (std::string& one : environment) variables.push_back(one.data());
  arguments.push_back(nullptr);
  variables.push_back(nullptr);
  pid_t child = -1;
  const int error = posix_spawn(&child, path.c_str(), &files, nullptr, arguments.data(), variables.data());
  posix_spawn_file_actions_destroy(&files);
  return error == 0 ? child : -1;
}

std::string ReadAll(int file) {
  std::string text;
  char block[16384];
  for (;;) {
    const ssize_t size = read(file, block, sizeof block);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return text;
    if (text.size() < kMostBytes) text.append(block, static_cast<std::size_t>(size));
  }
}

}  // namespace

std::optional<ProgramOutput> OutputOf(const std::vector<std::string>& words) {
  const std::string path = PathOf(words.front());
  int ends[2];
  if (path.empty() || pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  const pid_t child = Start(path, words, ends[1]);
  close(ends[1]);
  ProgramOutput output;
  output.text = ReadAll(ends[0]);
  close(ends[0]);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) return std::nullopt;
  output.status = WEXITSTATUS(status);
  return output;
}

}  // namespace listwarden
