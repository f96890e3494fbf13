// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ostream>

#include "message/message_builder.h"
#include "tests/support/bombs.h"

namespace listwarden {

void PrintTo(const Bomb& bomb, std::ostream* out) { *out << bomb.name; }

namespace {

class TortureTest : public testing::TestWithParam<Bomb> {};

#if defined(__SANITIZE_ADDRESS__)
constexpr double kSeconds = 8;
constexpr long kMegabytes = 1024;  // quarantined and shadow memory counts
#else
constexpr double kSeconds = 2;
constexpr long kMegabytes = 256;
#endif

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// In a process of its own, whose time and memory the system counts; the bomb itself is among the memory.
TEST_P(TortureTest, IsReadInTimeAndMemory) {
  const pid_t child = fork();
  if (child == 0) {
    const Message message = ReadMessage(GetParam().make());
    _exit(message.raw.empty() ? 1 : 0);
  }
  int status = 0;
  rusage used{};
  ASSERT_EQ(wait4(child, &status, 0, &used), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "status " << status;
  EXPECT_LT(Seconds(used.ru_utime) + Seconds(used.ru_stime), kSeconds);
  EXPECT_LT(used.ru_maxrss / 1024, kMegabytes);
}

INSTANTIATE_TEST_SUITE_P(Bombs, TortureTest, testing::ValuesIn(Bombs()),
                         [](const testing::TestParamInfo<Bomb>& bomb) { return bomb.param.name; });

}  // namespace
}  // namespace listwarden
