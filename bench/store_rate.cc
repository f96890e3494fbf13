// How fast the hold store is, against what its disk can do: holds a second with 1, 8 and 32 callers beside
// append + fdatasync of the same bytes, and the queue of 10,000 held posts. Ratios are of one run.
//   store_rate FOLDER [STORE]   a folder on the disk to measure, where files are removed again; an empty
//                               database postgresql://… instead of a file there
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <thread>

#include "base/clock.h"
#include "hold/hold_store.h"

namespace listwarden {
namespace {

using Steady = std::chrono::steady_clock;
constexpr auto kRun = std::chrono::seconds(4);
constexpr std::size_t kMessageBytes = 20000;
constexpr int kHeld = 10000, kLists = 4;

double Milliseconds(Steady::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

struct Rate {
  double per_second = 0, median = 0, p99 = 0, worst = 0;  // milliseconds
};

// `act` again and again from `callers` threads.
Rate Measure(int callers, const std::function<void(int)>& act) {
  std::vector<std::vector<double>> took(static_cast<std::size_t>(callers));
  std::atomic<int> number{0};
  std::vector<std::thread> threads;
  const auto begun = Steady::now();
  for (auto& mine : took) {
    threads.emplace_back([&] {
      while (Steady::now() - begun < kRun) {
        const auto start = Steady::now();
        act(number++);
        mine.push_back(Milliseconds(Steady::now() - start));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = Milliseconds(Steady::now() - begun) / 1000;
  std::vector<double> all;
  for (const auto& mine : took) all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end());
  const auto at = [&](double share) {
    return all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))];
  };
  return {static_cast<double>(all.size()) / seconds, at(0.5), at(0.99), all.back()};
}

NewHold Post(const std::string& key, int number) {
  NewHold hold;
  hold.dedupe_key = key + std::to_string(number);
  hold.list = "list" + std::to_string(number % kLists) + "@lists.example.org";
  hold.reverse_path = hold.from = "person" + std::to_string(number % 500) + "@example.org";
  hold.forward_paths = {hold.list};
  hold.subject = "Question " + std::to_string(number) + " about the linear accelerator";
  hold.message_id = "<" + hold.dedupe_key + "@example.org>";
  hold.raw = std::string(kMessageBytes, static_cast<char>('a' + number % 26));
  hold.verdict_json = std::string(2000, ' ') + "{}";
  hold.findings = {{number % 3 == 0 ? "harassment" : "endorsement", "rule/" + std::to_string(number % 40),
                    "clause", number % 2 == 0 ? "high" : "medium", "hold", "the very words"}};
  hold.expires = SystemClock().Now() + std::chrono::hours(24);
  OutboxRow letter;
  letter.key = "poster-held:{id}";
  letter.forward_paths = {hold.reverse_path};
  letter.content = std::string(3000, 'l');
  hold.letters = {letter};
  return hold;
}

void Print(const char* what, const Rate& rate, double disk) {
  std::printf("%-34s %8.0f/s  median %6.1f ms  p99 %6.1f ms  worst %6.1f ms  %5.2f x the disk\n", what,
              rate.per_second, rate.median, rate.p99, rate.worst, rate.per_second / disk);
}

void Holds(HoldStore& store, const std::filesystem::path& folder) {
  const int file = open((folder / "append").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const std::string bytes(kMessageBytes, 'x');
  const Rate disk = Measure(1, [&](int) {
    if (write(file, bytes.data(), bytes.size()) < 0 || fdatasync(file) != 0) std::abort();
  });
  close(file);
  Print("append + fdatasync, 1 caller", disk, disk.per_second);
  for (const int callers : {1, 8, 32}) {
    const std::string key = "c" + std::to_string(callers) + "-";
    Print(("hold, " + std::to_string(callers) + " callers").c_str(),
          Measure(callers, [&](int number) { store.Hold(Post(key, number)); }), disk.per_second);
  }
}

void Time(const char* what, const std::function<std::size_t()>& act) {
  std::vector<double> took;
  std::size_t count = 0;
  for (int i = 0; i < 15; ++i) {
    const auto start = Steady::now();
    count = act();
    took.push_back(Milliseconds(Steady::now() - start));
  }
  std::sort(took.begin(), took.end());
  std::printf("%-34s median %6.1f ms  worst %6.1f ms  (%zu)\n", what, took[took.size() / 2], took.back(),
              count);
}

void Queues(HoldStore& store) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      for (int number = i; number < kHeld; number += 16) store.Hold(Post("queue", number));
    });
  }
  for (std::thread& thread : threads) thread.join();
  QueueQuery query;
  Time("first page, all lists", [&] { return store.Queue(query).count; });
  query.lists = {{"list1@lists.example.org", "list2@lists.example.org"}};
  query.order = QueueOrder::kExpiry;
  Time("two lists, by expiry", [&] { return store.Queue(query).count; });
  query.order = QueueOrder::kSubject;
  Time("two lists, by subject", [&] { return store.Queue(query).count; });
  query.filter = "harassment";
  Time("… of one filter", [&] { return store.Queue(query).count; });
  query.text = "linear";
  Time("… with a word in the subject", [&] { return store.Queue(query).count; });
  QueueQuery last;
  last.offset = static_cast<std::size_t>(kHeld) - 50;
  Time("last page, all lists", [&] { return store.Queue(last).count; });
  last.is_grouped = true;
  Time("last page, grouped", [&] { return store.Queue(last).count; });
  const std::vector<QueueRow> rows = store.Queue({}).rows;
  std::size_t next = 0;
  Time("a decision", [&] {
    Decision decision;
    decision.held_id = rows[next++].held.id;
    decision.actor = "ann";
    decision.to = HoldState::kRejected;
    return static_cast<std::size_t>(store.Decide(decision));
  });
}

}  // namespace
}  // namespace listwarden

int main(int argc, char** argv) {
  using namespace listwarden;
  if (argc != 2 && argc != 3) return 64;
  const std::filesystem::path folder = std::filesystem::path(argv[1]) / "store-rate";
  const SystemClock clock;
  HoldLimits limits;
  limits.per_list = limits.per_author_and_list = 100000000;
  for (const auto& measure :
       {std::function<void(HoldStore&)>([&](HoldStore& store) { Holds(store, folder); }),
        std::function<void(HoldStore&)>(Queues)}) {
    std::filesystem::create_directories(folder);
    measure(*OpenHoldStore(argc == 3 ? argv[2] : (folder / "hold.db").string(), clock, limits));
    std::filesystem::remove_all(folder);
  }
}
