// SPDX-License-Identifier: Apache-2.0
#include "milter/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>

namespace listwarden {
namespace {

// Length 13, 'O', version 6, all actions, all steps: what Postfix offers.
constexpr unsigned char kOffer[] = {0, 0, 0, 13, 'O', 0, 0, 0, 6, 0, 0, 1, 0xff, 0, 0x1f, 0xff, 0xff};

}  // namespace

Listener Listener::Find() {
  Listener found;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  for (int fd = 3; fd < static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1024)); ++fd) {
    int listens = 0;
    socklen_t size = sizeof listens;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) continue;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    found.size_ = sizeof found.address_;
    getsockname(fd, reinterpret_cast<sockaddr*>(&found.address_), &found.size_);
  }
  return found;
}

int Listener::Connected(std::chrono::seconds patience) const {
  const int fd = socket(address_.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const timeval limit{static_cast<time_t>(patience.count()), 0};
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address_), size_) == 0) return fd;
  close(fd);
  return -1;
}

void Listener::Knock() const {
  const int fd = Connected(std::chrono::seconds(1));
  if (fd >= 0) close(fd);
}

bool Listener::Answers(std::chrono::seconds patience) const {
  const int fd = Connected(patience);
  if (fd < 0) return false;
  unsigned char reply[5];
  const bool is_offer_answered = send(fd, kOffer, sizeof kOffer, MSG_NOSIGNAL) == sizeof kOffer &&
                                 recv(fd, reply, sizeof reply, MSG_WAITALL) == sizeof reply &&
                                 reply[4] == 'O';
  close(fd);
  return is_offer_answered;
}

}  // namespace listwarden
