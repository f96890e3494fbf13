// The socket that libmilter listens on, which it does not give away: found among the process's descriptors.
// Threads: immutable.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/socket.h>

#include <chrono>

namespace listwarden {

class Listener {
 public:
  // After smfi_opensocket. Answers are sent at once (TCP_NODELAY, which accepted sockets inherit).
  static Listener Find();

  // Connects and leaves: libmilter looks only every few seconds whether it shall stop; this wakes it.
  void Knock() const;
  // Negotiates as an MTA would: true when a worker of the daemon answered in time.
  bool Answers(std::chrono::seconds patience) const;

 private:
  int Connected(std::chrono::seconds patience) const;

  sockaddr_storage address_{};
  socklen_t size_ = 0;
};

}  // namespace listwarden
