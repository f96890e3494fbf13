// SPDX-License-Identifier: Apache-2.0
#include "refused_calls.h"

#include <atomic>
#include <cerrno>
#include <string_view>

namespace {

std::atomic<const char*> refused{""};
std::atomic<int> why{0};

bool IsRefused(std::string_view name) {
  if (name != refused.load()) return false;
  errno = why;
  return true;
}

}  // namespace

extern "C" {

int __real_fsync(int file);
int __real_link(const char* from, const char* to);
int __real_sodium_init();

int __wrap_fsync(int file) { return IsRefused("fsync") ? -1 : __real_fsync(file); }
int __wrap_link(const char* from, const char* to) { return IsRefused("link") ? -1 : __real_link(from, to); }
int __wrap_sodium_init() { return IsRefused("sodium_init") ? -1 : __real_sodium_init(); }
}

namespace listwarden {

RefusedCall::RefusedCall(const char* name, int error) {
  why = error;
  refused = name;
}

RefusedCall::~RefusedCall() { refused = ""; }

}  // namespace listwarden
