// Many at once, in one process and in several.
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <barrier>
#include <thread>

#include "hold_store_contract.h"

namespace listwarden {
namespace {

// Runs `work` in `count` processes; each exit status is the number it returned.
std::vector<int> InProcesses(int count, const std::function<int(int)>& work) {
  std::vector<pid_t> children;
  for (int i = 0; i < count; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(work(i));
    children.push_back(child);
  }
  std::vector<int> results;
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    results.push_back(WIFEXITED(status) ? WEXITSTATUS(status) : 255);
  }
  return results;
}

}  // namespace

TEST_P(HoldStoreContract, OfManyWhoDecideInThreadsOneWins) {
  constexpr int kRounds = 20, kThreads = 4;
  const auto other = Open();
  for (int round = 0; round < kRounds; ++round) {
    const std::string id = HoldOne("k" + std::to_string(round));
    std::atomic<int> winners{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        Decision decision;
        decision.held_id = id;
        decision.to = i % 2 == 0 ? HoldState::kApproved : HoldState::kRejected;
        decision.actor = "actor " + std::to_string(i);
        if (i % 2 == 0) decision.outbox = {ReleaseTo("physics@lists.example.org")};
        winners += (i < 2 ? *store_ : *other).Decide(decision) == DecisionResult::kDone;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(winners, 1);
    const bool is_approved = StateOf(id) == HoldState::kApproved;
    EXPECT_EQ(LeaseRelease(id).has_value(), is_approved);
  }
}

// Each asks a reader first whether there is anything to do, and so many begin who come too late.
TEST_P(HoldStoreContract, OfManyWhoRecordOrLeaseTheSameAtOnceOneDoes) {
  constexpr int kRounds = 20, kThreads = 4;
  const auto other = Open();
  for (int round = 0; round < kRounds; ++round) {
    Act act;
    act.outbox = {LetterTo("mo@example.org", "digest:" + std::to_string(round))};
    std::atomic<int> recorded{0}, leased{0};
    const auto at_once = [&](const std::function<void(HoldStore&)>& what) {
      std::barrier<> together(kThreads);
      std::vector<std::thread> threads;
      for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&, i] {
          together.arrive_and_wait();
          what(i < 2 ? *store_ : *other);
        });
      }
      for (std::thread& thread : threads) thread.join();
    };
    at_once(
        [&](HoldStore& store) { recorded += store.RecordOnce({act}, "digest") == DecisionResult::kDone; });
    at_once([&](HoldStore& store) { leased += store.LeaseNext(kMinute).has_value(); });
    EXPECT_EQ(recorded, 1);
    EXPECT_EQ(leased, 1);
  }
}

TEST_P(HoldStoreContract, OneRetriedPostIsHeldOnceHoweverManyBringItAtOnce) {
  const auto other = Open();
  std::atomic<int> firsts{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int key = 0; key < 10; ++key) {
        firsts += !(i % 2 == 0 ? *store_ : *other).Hold(Post("k" + std::to_string(key))).is_repeat;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(firsts, 10);
  EXPECT_EQ(store_->Queue({}).count, 10u);
}

TEST_P(HoldStoreContract, CallersThatShareATransactionFailAlone) {
  limits_.per_author_and_list = 5;
  Reopen();
  std::atomic<int> held{0}, refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      NewHold post = Post("k" + std::to_string(i));
      try {
        store_->Hold(post);
        ++held;
      } catch (const StoreFull&) {
        ++refused;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store_->Queue({}).count, static_cast<std::size_t>(held.load()));
  EXPECT_EQ(held, 5);
  EXPECT_EQ(refused, 3);
}

TEST_P(HoldStoreContract, OfManyProcessesWhoDecideOneWins) {
  const std::string id = HoldOne("k1");
  store_.reset();
  const auto results = InProcesses(6, [&](int i) {
    const auto store = Open();
    Decision decision;
    decision.held_id = id;
    decision.to = i % 2 == 0 ? HoldState::kApproved : HoldState::kDiscarded;
    decision.actor = std::to_string(i);
    return store->Decide(decision) == DecisionResult::kDone ? 1 : 0;
  });
  EXPECT_EQ(std::count(results.begin(), results.end(), 1), 1);
  EXPECT_EQ(std::count(results.begin(), results.end(), 0), 5);
}

TEST_P(HoldStoreContract, WorkersInManyProcessesNeverShareALease) {
  constexpr int kMessages = 30;
  for (int i = 0; i < kMessages; ++i) Brought(HoldState::kApproved, "k" + std::to_string(i));
  store_.reset();
  const auto results = InProcesses(3, [&](int) {
    const auto store = Open();
    int leased = 0;
    while (const auto lease = store->LeaseNext(kMinute)) {
      if (!store->Report(*lease, Outbox::SendResult::kSent, "250 ok", clock_.Now())) return 200;
      ++leased;
    }
    return leased;
  });
  EXPECT_EQ(results[0] + results[1] + results[2], kMessages);
  store_ = Open();
  QueueQuery released;
  released.states = {HoldState::kReleased};
  EXPECT_EQ(store_->Queue(released).count, static_cast<std::size_t>(kMessages));
}

TEST_P(HoldStoreContract, WhatAProcessHeldIsThereAfterItDiedWithoutAWord) {
  store_.reset();
  const auto results = InProcesses(1, [&](int) {
    const auto store = Open();
    for (int i = 0; i < 5; ++i) store->Hold(Post("k" + std::to_string(i)));
    kill(getpid(), SIGKILL);
    return 0;
  });
  EXPECT_EQ(results[0], 255);
  store_ = Open();
  EXPECT_EQ(store_->Queue({}).count, 5u);
}

}  // namespace listwarden
