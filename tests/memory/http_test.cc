// What a server of pages that gets no memory may not do: end, stop to listen, or keep a client waiting.
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <iostream>
#include <thread>

#include "failing_memory.h"
#include "web/http_server.h"

namespace listwarden {
namespace {

class HttpMemory : public testing::Test {
 protected:
  static HttpSettings Settings() {
    HttpSettings settings;
    settings.listen = "127.0.0.1:0";
    return settings;
  }
  static Response Echo(const Request& request) {
    Response response;
    response.body = "path " + request.path + " and enough to be no short string";
    return response;
  }
  enum class Outcome { kAnswered, kEnded, kLeftWaiting };
  Outcome Ask(int seconds = 20) const {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const timeval patience{seconds, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    constexpr char kRequest[] = "GET /a?b=c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    send(fd, kRequest, sizeof kRequest - 1, MSG_NOSIGNAL);
    char reply[4096];
    std::size_t size = 0;
    ssize_t got;
    while ((got = recv(fd, reply + size, sizeof reply - size, 0)) > 0) size += static_cast<std::size_t>(got);
    const bool is_late = got < 0 && errno == EAGAIN;
    close(fd);
    if (is_late) return Outcome::kLeftWaiting;
    return size > 12 && std::memcmp(reply, "HTTP/1.1 200", 12) == 0 ? Outcome::kAnswered : Outcome::kEnded;
  }
  HttpServer server_{Settings(), Echo};
  const int port_ = server_.port();
  FailingMemory memory_;
};

TEST_F(HttpMemory, EachAllocationThatFailsCostsOneRequestAtMost) {
  ASSERT_EQ(Ask(), Outcome::kAnswered);
  long calls = 0, failed = 0;
  do {
    failed = FailingMemory::others_failed();
    memory_.FailOtherThreadsAt(++calls);
    EXPECT_NE(Ask(), Outcome::kLeftWaiting) << "allocation " << calls;
    memory_.Mend();
    ASSERT_EQ(Ask(), Outcome::kAnswered) << "after allocation " << calls;
  } while (FailingMemory::others_failed() > failed);
  std::cout << calls - 1 << " allocations of a request failed\n";
  EXPECT_GT(calls, 10);
}

TEST_F(HttpMemory, IsServedAgainOnceThereIsMemory) {
  // It waits for its first connection by now, for which the library needs memory before our handler is called.
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const long before = FailingMemory::others_failed();
  memory_.FailOtherThreads();
  EXPECT_NE(Ask(1), Outcome::kAnswered);
  memory_.Mend();
  EXPECT_GT(FailingMemory::others_failed(), before);
  EXPECT_EQ(Ask(), Outcome::kAnswered);
}

}  // namespace
}  // namespace listwarden
