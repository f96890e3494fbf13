// SPDX-License-Identifier: Apache-2.0
#include "tests/moderation/failing_poll.h"

#include <dlfcn.h>
#include <poll.h>

#include <cerrno>

namespace {

thread_local int calls_left = -1;

}  // namespace

void listwarden::FailPollAfter(int count) { calls_left = count; }

extern "C" int poll(pollfd* files, nfds_t count, int milliseconds) {
  if (calls_left >= 0 && calls_left-- == 0) {
    errno = ENOMEM;
    return -1;
  }
  static auto* const real = reinterpret_cast<decltype(&poll)>(dlsym(RTLD_NEXT, "poll"));
  return real(files, count, milliseconds);
}
