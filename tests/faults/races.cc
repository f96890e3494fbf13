// Two moderators, each with a store of their own on the same data, decide the same post at the same moment;
// two outbox workers then take what is to leave. Every post must have exactly one winner, the other must be
// told who that was, and what was released must leave exactly once.
//   races FOLDER TEMPLATES COUNT SEED    prints the figures; exit status 1 when something is wrong
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <atomic>
#include <barrier>
#include <filesystem>
#include <future>
#include <iostream>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "hold/hold_store.h"
#include "moderation/moderation_service.h"

namespace listwarden {
namespace {

constexpr const char* kList = "physics@lists.example.org";
constexpr std::array<const char*, 2> kNames = {"ann", "bob"};
constexpr std::array<HoldState, 3> kChoices = {HoldState::kApproved, HoldState::kRejected,
                                               HoldState::kDiscarded};

struct Desk {
  Desk(const std::filesystem::path& file, const std::string& templates)
      : store(OpenHoldStore(file.string(), clock)),
        notices(NoticeSettings{templates, "Listwarden <listwarden@lists.example.org>", "mx.example.org"}),
        service(*store, notices, clock) {}
  SystemClock clock;
  std::unique_ptr<HoldStore> store;
  Notices notices;
  ModerationService service;
};

struct Reply {
  DecisionResult result = DecisionResult::kNotFound;
  std::string text;
  HoldState wanted = HoldState::kHeld;
};
using Replies = std::array<std::vector<Reply>, 2>;

std::atomic<std::size_t> asked_again{0};

// A store that fails is asked again, as its callers must.
template <typename Act>
auto Patiently(Act act) {
  for (int left = 5;; --left) {
    try {
      return act();
    } catch (const StoreError& e) {
      if (left == 0) throw;
      std::cerr << "asked again: " << e.what() << "\n";
      ++asked_again;
    }
  }
}

std::vector<std::string> HoldPosts(HoldStore& store, std::size_t count) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i) {
    NewHold hold;
    hold.dedupe_key = "race-" + std::to_string(i);
    hold.list = kList;
    // Of many authors: one alone may not have so many posts waiting.
    hold.reverse_path = hold.from = "author" + std::to_string(i) + "@example.org";
    hold.forward_paths = {kList};
    hold.subject = "Race " + std::to_string(i);
    hold.message_id = "<" + hold.dedupe_key + "@example.org>";
    hold.raw = "Subject: " + hold.subject + "\r\n\r\ntext\r\n";
    hold.verdict_json = "{}";
    hold.may_answer = true;
    hold.language = "en";
    hold.expires = SystemClock().Now() + std::chrono::hours(24);
    ids.push_back(Patiently([&] { return store.Hold(hold).id; }));
  }
  return ids;
}

// Whoever goes, also by an exception, keeps nobody waiting.
struct Runner {
  ~Runner() { together.arrive_and_drop(); }
  std::barrier<>& together;
};

void Decide(Desk& desk, std::size_t who, const std::vector<std::string>& ids, unsigned seed,
            std::barrier<>& together, std::vector<Reply>* replies) {
  const Runner runner{together};
  std::mt19937 chance(seed + static_cast<unsigned>(who));
  for (const std::string& id : ids) {
    Choice choice{.to = kChoices[chance() % kChoices.size()], .actor = kNames[who]};
    if (choice.to == HoldState::kRejected) choice.why = "No.";
    choice.revision = 0;
    const auto pause = std::chrono::microseconds(chance() % 200);
    together.arrive_and_wait();
    std::this_thread::sleep_for(pause);
    DecisionReply reply = Patiently([&] { return desk.service.Decide(id, choice); });
    // The first answer was lost, and the second tells of one's own decision.
    if (reply.result == DecisionResult::kConflict &&
        reply.text.find(std::string("by ") + kNames[who]) != std::string::npos)
      reply.result = DecisionResult::kDone;
    replies->push_back({reply.result, reply.text, choice.to});
  }
}

// Takes all that waits; how often each held message left.
void Send(HoldStore& store, std::mutex& lock, std::map<std::string, int>* left) {
  while (const auto lease = Patiently([&] { return store.LeaseNext(std::chrono::seconds(60)); })) {
    if (lease->row.kind == OutboxKind::kRelease) {
      const std::lock_guard guard(lock);
      ++(*left)[lease->row.held_id];
    }
    Patiently([&] { return store.Report(*lease, Outbox::SendResult::kSent, "250 taken", {}); });
  }
}

struct Figures {
  std::size_t races = 0, won_by_ann = 0, released = 0, no_winner = 0, two_winners = 0, not_told = 0,
              other_state = 0, lost = 0, doubled = 0, leaked = 0;
  bool IsClean() const {
    return no_winner + two_winners + not_told + other_state + lost + doubled + leaked == 0;
  }
};

void Judge(HoldStore& store, const std::string& id, const std::array<Reply, 2>& replies, int left,
           Figures* figures) {
  ++figures->races;
  const bool has_first = replies[0].result == DecisionResult::kDone;
  const bool has_second = replies[1].result == DecisionResult::kDone;
  if (has_first && has_second) ++figures->two_winners;
  if (!has_first && !has_second) ++figures->no_winner;
  if (has_first == has_second) return;
  figures->won_by_ann += has_first;
  const std::size_t winner = has_first ? 0 : 1;
  const Reply &won = replies[winner], &lost = replies[1 - winner];
  const bool is_told = lost.result == DecisionResult::kConflict &&
                       lost.text.find(std::string("by ") + kNames[winner]) != std::string::npos;
  figures->not_told += !is_told;
  const bool is_release = won.wanted == HoldState::kApproved;
  const auto held = store.Find(id);
  const HoldState expected = is_release ? HoldState::kReleased : won.wanted;
  figures->other_state += !held || held->state != expected || held->decided_by != kNames[winner];
  figures->released += is_release;
  figures->lost += is_release && left == 0;
  figures->doubled += is_release && left > 1;
  figures->leaked += !is_release && left > 0;
}

int Run(const std::filesystem::path& folder, const std::string& templates, std::size_t count, unsigned seed) {
  Desk first(folder / "hold.db", templates), second(folder / "hold.db", templates);
  const std::vector<std::string> ids = HoldPosts(*first.store, count);
  std::barrier<> together(2);
  Replies replies;
  // What a thread throws is thrown again here, and ends the program with its words.
  std::future<void> other =
      std::async(std::launch::async, [&] { Decide(second, 1, ids, seed, together, &replies[1]); });
  Decide(first, 0, ids, seed, together, &replies[0]);
  other.get();
  std::mutex lock;
  std::map<std::string, int> left;
  std::future<void> sender = std::async(std::launch::async, [&] { Send(*second.store, lock, &left); });
  Send(*first.store, lock, &left);
  sender.get();
  Figures figures;
  for (std::size_t i = 0; i < ids.size(); ++i)
    Judge(*first.store, ids[i], {replies[0][i], replies[1][i]}, left[ids[i]], &figures);
  std::cout << figures.races << " races, won by ann " << figures.won_by_ann << ", released "
            << figures.released << ", no winner " << figures.no_winner << ", two winners "
            << figures.two_winners << ", not told who " << figures.not_told << ", other state "
            << figures.other_state << ", released and lost " << figures.lost << ", released twice "
            << figures.doubled << ", left unreleased " << figures.leaked << ", store asked again "
            << asked_again << "\n";
  return figures.IsClean() ? 0 : 1;
}

}  // namespace
}  // namespace listwarden

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: races FOLDER TEMPLATES COUNT SEED\n";
    return 64;
  }
  try {
    return listwarden::Run(argv[1], argv[2], std::stoul(argv[3]), static_cast<unsigned>(std::stoul(argv[4])));
  } catch (const std::exception& e) {
    std::cerr << "races: " << e.what() << "\n";
    return 70;
  }
}
