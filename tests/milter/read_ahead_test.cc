// This program is linked as listwarden-milter is: accept, close, poll and read are those of milter/read_ahead.cc.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <string>

namespace listwarden {
namespace {

class ReadAheadTest : public testing::Test {
 protected:
  ReadAheadTest() : listening(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un any{};  // the kernel finds a name
    any.sun_family = AF_UNIX;
    EXPECT_EQ(bind(listening, reinterpret_cast<sockaddr*>(&any), sizeof(sa_family_t)), 0);
    EXPECT_EQ(listen(listening, 8), 0);
    Dial();
    ours = accept(listening, nullptr, nullptr);
  }
  ~ReadAheadTest() override {
    close(ours);
    close(mta);
    close(listening);
  }

  void Dial() {
    sockaddr_un address{};
    socklen_t size = sizeof address;
    getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size);
    mta = socket(AF_UNIX, SOCK_STREAM, 0);
    EXPECT_EQ(connect(mta, reinterpret_cast<sockaddr*>(&address), size), 0);
  }
  void Send(const std::string& bytes) {
    EXPECT_EQ(send(mta, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  std::string Read(std::size_t size) {
    std::string bytes(size, '\0');
    const ssize_t got = read(ours, bytes.data(), size);
    bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return bytes;
  }
  bool IsReady() {
    pollfd one{ours, POLLIN, 0};
    return poll(&one, 1, 0) == 1 && (one.revents & POLLIN) != 0;
  }
  int InKernel() {
    int bytes = 0;
    ioctl(ours, FIONREAD, &bytes);
    return bytes;
  }

  const int listening;
  int mta = -1, ours = -1;
};

TEST_F(ReadAheadTest, PacketsThatCameTogetherAreReadAtOnceAndServedInOrder) {
  Send("first");
  Send("second");
  EXPECT_EQ(Read(3), "fir");
  EXPECT_EQ(InKernel(), 0);
  EXPECT_TRUE(IsReady());
  EXPECT_EQ(Read(4), "stse");
  EXPECT_EQ(Read(100), "cond");
  EXPECT_FALSE(IsReady());
}

TEST_F(ReadAheadTest, WhatComesLaterFollowsWhatWasReadAhead) {
  Send("ab");
  EXPECT_EQ(Read(1), "a");
  Send("cd");
  EXPECT_EQ(Read(9), "b");
  EXPECT_TRUE(IsReady());
  EXPECT_EQ(Read(9), "cd");
}

TEST_F(ReadAheadTest, TheEndComesAfterTheLastByte) {
  Send("bye");
  shutdown(mta, SHUT_WR);
  EXPECT_EQ(Read(1), "b");
  EXPECT_EQ(Read(9), "ye");
  EXPECT_TRUE(IsReady());
  char byte = 0;
  EXPECT_EQ(read(ours, &byte, 1), 0);
}

TEST_F(ReadAheadTest, ABlockLongerThanTheBufferComesWhole) {
  std::string block;
  for (int number = 0; block.size() < 60'000; ++number) block += std::to_string(number) + ' ';
  Send("5" + block);
  std::string got;
  EXPECT_EQ(Read(1), "5");
  while (got.size() < block.size() && IsReady()) got += Read(block.size() - got.size());
  EXPECT_EQ(got, block);
}

TEST_F(ReadAheadTest, AConnectionThatGetsAnOldNumberHasNothingOfTheOldOne) {
  const int old = ours, old_mta = mta;
  Send("old and unread");
  EXPECT_EQ(Read(1), "o");
  Dial();
  close(old);
  ours = accept(listening, nullptr, nullptr);
  ASSERT_EQ(ours, old);
  EXPECT_FALSE(IsReady());
  Send("new");
  EXPECT_EQ(Read(9), "new");
  close(old_mta);
}

TEST_F(ReadAheadTest, AFileThatGetsAnOldNumberHasNothingOfTheConnection) {
  Send("old and unread");
  EXPECT_EQ(Read(1), "o");
  close(ours);
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  ASSERT_EQ(pair[0], ours);
  EXPECT_FALSE(IsReady());
  ASSERT_EQ(write(pair[1], "its own", 7), 7);
  EXPECT_EQ(Read(9), "its own");
  close(pair[1]);
}

TEST_F(ReadAheadTest, WhatWasNotAcceptedIsReadAsAsked) {
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  ASSERT_EQ(write(pair[0], "whole", 5), 5);
  char byte = 0;
  EXPECT_EQ(read(pair[1], &byte, 1), 1);
  int left = 0;
  ioctl(pair[1], FIONREAD, &left);
  EXPECT_EQ(left, 4);
  close(pair[0]);
  close(pair[1]);
}

}  // namespace
}  // namespace listwarden
