// Preloaded by fault_points.py: of the writes to a store's files, those from the first to the last number in
// $SHORT_WRITES ("3-3", "3-999") write only half of what they are asked to, as a file system may.
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

bool IsOfStore(int file) {
  char place[1000] = {};
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  return readlink(link.c_str(), place, sizeof place - 1) > 0 && strstr(place, ".db") != nullptr;
}

std::size_t Length(int file, std::size_t asked) {
  static std::atomic<int> number{0};
  int first = 0, last = 0;
  const char* which = getenv("SHORT_WRITES");
  if (which == nullptr || sscanf(which, "%d-%d", &first, &last) != 2 || !IsOfStore(file)) return asked;
  const int mine = ++number;
  return mine < first || mine > last ? asked : std::max<std::size_t>(asked / 2, 1);
}

}  // namespace

extern "C" ssize_t pwrite64(int file, const void* data, std::size_t size, off64_t at) {
  static auto* const real = reinterpret_cast<decltype(&pwrite64)>(dlsym(RTLD_NEXT, "pwrite64"));
  return real(file, data, Length(file, size), at);
}

extern "C" ssize_t write(int file, const void* data, std::size_t size) {
  static auto* const real = reinterpret_cast<decltype(&write)>(dlsym(RTLD_NEXT, "write"));
  return real(file, data, Length(file, size));
}
