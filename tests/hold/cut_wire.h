// Stands between a client and a PostgreSQL server, and cuts the wire at a chosen message of the client.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

namespace listwarden {

class CutWire {
 public:
  enum class Cut { kBefore, kAfter };  // the message never arrives; it does its work, and the answer is lost

  explicit CutWire(std::filesystem::path server_folder);
  ~CutWire();
  CutWire(const CutWire&) = delete;
  CutWire& operator=(const CutWire&) = delete;

  const std::filesystem::path& folder() const { return folder_; }  // the `host` to connect to
  void CutAt(int message, Cut cut);                                // counted from now
  bool was_cut() const { return left_ <= 0; }

 private:
  void Accept();
  void Carry(int client, int server);
  bool Forward(int client, int server);

  std::filesystem::path server_folder_, folder_;
  int listening_ = -1;
  std::atomic<bool> is_ending_{false};
  std::atomic<int> left_{1 << 30};
  std::atomic<Cut> cut_{Cut::kBefore};
  std::vector<std::thread> carriers_;
  std::thread acceptor_;
};

}  // namespace listwarden
