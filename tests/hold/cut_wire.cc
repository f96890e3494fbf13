// SPDX-License-Identifier: Apache-2.0
#include "cut_wire.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

namespace listwarden {
namespace {

constexpr int kLookMilliseconds = 50;
constexpr std::size_t kMostBytes = 1 << 16;

sockaddr_un AddressIn(const std::filesystem::path& folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, (folder / ".s.PGSQL.5432").c_str(), sizeof address.sun_path - 1);
  return address;
}

bool Copy(int from, int to, std::vector<char>* bytes) {
  bytes->resize(kMostBytes);
  const ssize_t count = read(from, bytes->data(), bytes->size());
  if (count <= 0) return false;
  bytes->resize(static_cast<std::size_t>(count));
  return to < 0 || send(to, bytes->data(), bytes->size(), MSG_NOSIGNAL) == count;
}

}  // namespace

CutWire::CutWire(std::filesystem::path server_folder) : server_folder_(std::move(server_folder)) {
  char name[] = "/tmp/listwarden-wire-XXXXXX";
  folder_ = mkdtemp(name);
  listening_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = AddressIn(folder_);
  if (bind(listening_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listening_, 16) != 0)
    abort();
  acceptor_ = std::thread([this] { Accept(); });
}

CutWire::~CutWire() {
  is_ending_ = true;
  acceptor_.join();
  for (std::thread& carrier : carriers_) carrier.join();
  close(listening_);
  std::filesystem::remove_all(folder_);
}

void CutWire::CutAt(int message, Cut cut) {
  cut_ = cut;
  left_ = message;
}

void CutWire::Accept() {
  while (!is_ending_) {
    pollfd waiting{listening_, POLLIN, 0};
    if (poll(&waiting, 1, kLookMilliseconds) <= 0) continue;
    const int client = accept(listening_, nullptr, nullptr);
    const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = AddressIn(server_folder_);
    if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      close(client);
      close(server);
      continue;
    }
    carriers_.emplace_back([this, client, server] { Carry(client, server); });
  }
}

void CutWire::Carry(int client, int server) {
  std::vector<char> bytes;
  for (bool is_whole = true; is_whole && !is_ending_;) {
    pollfd waiting[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (poll(waiting, 2, kLookMilliseconds) <= 0) continue;
    if (waiting[1].revents != 0) is_whole = Copy(server, client, &bytes);
    if (is_whole && waiting[0].revents != 0) is_whole = Forward(client, server);
  }
  close(client);
  close(server);
}

bool CutWire::Forward(int client, int server) {
  std::vector<char> bytes;
  if (--left_ != 0) return Copy(client, server, &bytes);
  if (cut_ == Cut::kAfter && Copy(client, server, &bytes)) Copy(server, -1, &bytes);
  return false;
}

}  // namespace listwarden
