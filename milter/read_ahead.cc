// Reads ahead of libmilter, which asks the kernel five times for a packet: two reads and three polls, some 300 calls
// a message, more than our judging of it takes. listwarden-milter is linked with libmilter.a and with
// --wrap=accept,close,poll,read, so that these calls of libmilter come here: a read takes what the connection
// has, and libmilter is served from that (docs/adr/0009). Programs without that option are not concerned.
// Owns: a buffer for each connection, from accept to close.
// Errors: those of the calls themselves; without memory for a buffer a connection is read as libmilter asks.
// Limits: 16 KiB ahead on each of 65,536 connections.
// Threads: libmilter lets one thread at a time have a connection. It watches many at once only after a poll of
// each has said that nothing is there, so none of those has bytes here.
// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <new>

namespace {

constexpr std::size_t kAhead = 16 << 10;  // bytes; the header and text of most posts
constexpr int kMostSockets = 1 << 16;     // file descriptors; those beyond are read as libmilter asks

struct Ahead {
  std::size_t begin = 0, end = 0;
  char bytes[kAhead];
};

// By file descriptor, for accepted connections. Atomic, since a number comes again in another thread.
std::array<std::atomic<Ahead*>, kMostSockets> g_ahead;

std::atomic<Ahead*>* SlotOf(int fd) {
  return fd >= 0 && fd < kMostSockets ? &g_ahead[static_cast<std::size_t>(fd)] : nullptr;
}

Ahead* Of(int fd) {
  const std::atomic<Ahead*>* slot = SlotOf(fd);
  return slot == nullptr ? nullptr : slot->load(std::memory_order_acquire);
}

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names
extern "C" {

int __real_accept(int fd, sockaddr* address, socklen_t* size);
int __real_close(int fd);
int __real_poll(pollfd* fds, nfds_t count, int milliseconds);
ssize_t __real_read(int fd, void* to, std::size_t size);

int __wrap_accept(int fd, sockaddr* address, socklen_t* size) {
  const int accepted = __real_accept(fd, address, size);
  if (std::atomic<Ahead*>* slot = SlotOf(accepted))
    slot->store(new (std::nothrow) Ahead, std::memory_order_release);
  return accepted;
}

int __wrap_close(int fd) {
  if (std::atomic<Ahead*>* slot = SlotOf(fd)) delete slot->exchange(nullptr, std::memory_order_acq_rel);
  return __real_close(fd);
}

int __wrap_poll(pollfd* fds, nfds_t count, int milliseconds) {
  const Ahead* ahead = count == 1 && (fds->events & POLLIN) != 0 ? Of(fds->fd) : nullptr;
  if (ahead == nullptr || ahead->begin == ahead->end) return __real_poll(fds, count, milliseconds);
  fds->revents = POLLIN;
  return 1;
}

ssize_t __wrap_read(int fd, void* to, std::size_t size) {
  Ahead* ahead = Of(fd);
  if (ahead == nullptr) return __real_read(fd, to, size);
  if (ahead->begin == ahead->end) {
    if (size >= kAhead) return __real_read(fd, to, size);
    const ssize_t got = __real_read(fd, ahead->bytes, kAhead);
    if (got <= 0) return got;
    ahead->begin = 0;
    ahead->end = static_cast<std::size_t>(got);
  }
  const std::size_t taken = std::min(size, ahead->end - ahead->begin);
  std::memcpy(to, ahead->bytes + ahead->begin, taken);
  ahead->begin += taken;
  return static_cast<ssize_t>(taken);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
