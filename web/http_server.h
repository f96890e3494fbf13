// Listens on loopback, on a Unix socket, or on a socket that systemd opened, and asks one function for every
// answer. HTTP/1.1 only; TLS is the reverse proxy's.
// Limits: header 16 KiB, body as `body_bytes` says, 15 s for a request to arrive, 256 connections; past them 431,
// 413, or the connection ends.
// Threads: one for sockets, `kWorkers` for answers. The destructor waits for answers that are being made, not until
// they are sent; port() may be asked by any thread.
// Errors: the constructor throws SettingsError for an address that cannot be listened on. An answer that throws is a page
// with 500; where there is no memory for that, or for a connection, it ends, and the others are served.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "web/http.h"

namespace listwarden {

struct HttpSettings {
  std::string listen = "127.0.0.1:8025";  // "ADDRESS:PORT", "unix:/path", "fd:3"
  int socket_mode = 0660;                 // of a Unix socket
  std::size_t body_bytes = 1u << 20;
};

class HttpServer {
 public:
  static constexpr int kWorkers = 4;
  using Answer = std::function<Response(const Request&)>;

  HttpServer(const HttpSettings& settings, Answer answer);
  ~HttpServer();
  int port() const;  // 0 on a Unix socket

 private:
  struct Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace listwarden
