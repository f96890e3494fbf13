// A file that is never on a disk, for readers that take a path.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace listwarden {

class InMemoryFile {
 public:
  explicit InMemoryFile(std::string_view bytes) : file_(memfd_create("input", 0)) {
    if (write(file_, bytes.data(), bytes.size()) < 0) std::abort();
  }
  ~InMemoryFile() { close(file_); }
  InMemoryFile(const InMemoryFile&) = delete;
  InMemoryFile& operator=(const InMemoryFile&) = delete;
  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_;
};

}  // namespace listwarden
