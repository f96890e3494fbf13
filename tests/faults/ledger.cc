// A mail system in miniature for the fault campaigns: clients that retry, a moderator and an outbox worker on
// one store, and a ledger of what each of them was told. Killed and started again at will; `check` then holds
// the store against the ledger.
//   ledger run STORE LEDGER [early-ack|no-dedupe|sync-normal|sync-off]   until killed
//   ledger drain STORE LEDGER                       decides and sends what waits, then checks
//   ledger once STORE LEDGER hold|decide|release|expire|edit|purge [early-ack]
//                                   one act; a store that fails is tried five times, and then: exit status 75
//   ledger obey STORE LEDGER                        such acts from standard input, with 1 MiB to be kept free
//   ledger check STORE LEDGER                       prints the figures; exit status 1 when something is wrong
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "base/clock.h"
#include "hold/hold_store.h"
#include "hold/records.h"

namespace listwarden {
namespace {

constexpr int kClients = 3;
constexpr auto kLease = std::chrono::seconds(1);
constexpr auto kPause = std::chrono::milliseconds(2);
constexpr const char* kList = "physics@lists.example.org";

// Lines survive the process: they are in the kernel's hands when Write returns.
class Ledger {
 public:
  explicit Ledger(const std::string& file) : file_(open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600)) {}
  ~Ledger() { close(file_); }
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  void Write(const std::string& verb, const std::string& what, const std::string& more = "-") const {
    const std::string line = verb + " " + what + " " + more + "\n";
    if (write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) _exit(3);
  }

 private:
  int file_;
};

struct Told {
  std::set<std::string> tried;
  std::map<std::string, std::string> acked;          // key -> id
  std::map<std::string, std::string> decided;        // id -> state
  std::map<std::string, int> delivered;              // id -> times
  std::set<std::string> corrected, purging, purged;  // ids
};

Told Read(const std::string& file) {
  Told told;
  std::ifstream in(file);
  std::string verb, what, more;
  while (in >> verb >> what >> more) {
    if (verb == "try") told.tried.insert(what);
    if (verb == "ack") told.acked[what] = more;
    if (verb == "decided") told.decided[what] = more;
    if (verb == "deliver") ++told.delivered[what];
    if (verb == "corrected") told.corrected.insert(what);
    if (verb == "purging") told.purging.insert(what);
    if (verb == "purged") told.purged.insert(what);
  }
  return told;
}

NewHold Post(const std::string& key, bool has_dedupe) {
  static std::atomic<int> number{0};
  NewHold hold;
  hold.dedupe_key = has_dedupe ? key : key + "-" + std::to_string(getpid()) + "-" + std::to_string(++number);
  hold.list = kList;
  hold.reverse_path = hold.from = "bo@example.org";
  hold.forward_paths = {kList};
  hold.subject = key;
  hold.message_id = "<" + key + "@example.org>";
  hold.raw = "Subject: " + key + "\r\n\r\n" + std::string(1000 + std::hash<std::string>()(key) % 20000, 'x');
  hold.verdict_json = "{}";
  hold.findings = {{"harassment", "harassment/threat", "respect", "high", "hold", "or else"}};
  hold.expires = SystemClock().Now() + std::chrono::hours(24);
  OutboxRow letter;
  letter.key = "poster-held:{id}";
  letter.forward_paths = {"bo@example.org"};
  letter.content = "Subject: {ref}\r\n\r\nheld\r\n";
  hold.letters = {letter};
  return hold;
}

std::string Corrected(const std::string& key) { return Post(key, true).raw + "corrected\r\n"; }

struct House {
  const std::string place;
  HoldStore& store;
  const Ledger& ledger;
  std::string fault;
};

void HoldOne(const House& house, const std::string& key) {
  house.ledger.Write("try", key);
  if (house.fault == "early-ack") house.ledger.Write("ack", key, "?");
  const std::string id = house.store.Hold(Post(key, house.fault != "no-dedupe")).id;
  if (house.fault != "early-ack") house.ledger.Write("ack", key, id);
}

void Decide(const House& house, std::size_t limit) {
  QueueQuery query;
  query.limit = limit;
  for (const QueueRow& row : house.store.Queue(query).rows) {
    Decision decision;
    decision.held_id = row.held.id;
    decision.revision = row.held.revision;
    decision.actor = "ann";
    decision.to = row.held.id.back() < '4' ? HoldState::kRejected : HoldState::kApproved;
    OutboxRow out;
    out.key = "outcome:{id}";
    out.forward_paths = {kList};
    out.kind = decision.to == HoldState::kApproved ? OutboxKind::kRelease : OutboxKind::kLetter;
    decision.outbox = {out};
    if (house.store.Decide(decision) == DecisionResult::kDone)
      house.ledger.Write("decided", row.held.id, std::string(HoldStateName(decision.to)));
  }
}

bool Send(const House& house) {
  const auto lease = house.store.LeaseNext(kLease);
  if (!lease) return false;
  if (lease->row.kind == OutboxKind::kRelease) {
    const auto held = house.store.Find(lease->row.held_id);
    if (held && !held->raw.empty()) house.ledger.Write("deliver", held->id, std::to_string(lease->fence));
  }
  house.store.Report(*lease, Outbox::SendResult::kSent, "250 ok", SystemClock().Now());
  return true;
}

// A store that cannot answer is a 451, or an error page: they come again.
template <typename Act>
void UntilDone(Act act) {
  for (;;) {
    try {
      return act();
    } catch (const StoreError&) {
      std::this_thread::sleep_for(10 * kPause);
    }
  }
}

int Run(const House& house, const std::string& ledger_file) {
  const Told told = Read(ledger_file);
  std::vector<std::string> again;
  for (const std::string& key : told.tried) {
    if (told.acked.count(key) == 0) again.push_back(key);
  }
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kClients; ++i) {
    threads.emplace_back([&] {
      for (;;) {
        const std::size_t n = next++;
        const std::string key =
            n < again.size() ? again[n] : "k" + std::to_string(told.tried.size() + n - again.size());
        UntilDone([&] { HoldOne(house, key); });
        std::this_thread::sleep_for(kPause);
      }
    });
  }
  threads.emplace_back([&] {
    for (;;) {
      UntilDone([&] { Decide(house, 8); });
      std::this_thread::sleep_for(3 * kPause);
    }
  });
  for (;;) {
    bool is_sent = false;
    UntilDone([&] { is_sent = Send(house); });
    if (!is_sent) std::this_thread::sleep_for(kPause);
  }
}

void Expire(const House& house) {
  for (const HeldSummary& held : house.store.Expired(1)) {
    Decision decision;
    decision.held_id = held.id;
    decision.revision = held.revision;
    decision.actor = "expiry";
    decision.to = HoldState::kExpired;
    OutboxRow letter;
    letter.key = "expired:{id}";
    letter.forward_paths = {held.reverse_path};
    decision.outbox = {letter};
    if (house.store.Decide(decision) == DecisionResult::kDone)
      house.ledger.Write("decided", held.id, "expired");
  }
}

void Edit(const House& house) {
  QueueQuery query;
  query.limit = 1;
  for (const QueueRow& row : house.store.Queue(query).rows) {
    if (row.held.content > 0) return;
    Correction correction;
    correction.held_id = row.held.id;
    correction.revision = row.held.revision;
    correction.actor = "bo";
    correction.raw = Corrected(row.held.subject);
    correction.subject = row.held.subject;
    correction.verdict_json = "{}";
    correction.findings = row.held.findings;
    OutboxRow letter;
    letter.key = "corrected:{id}";
    letter.forward_paths = {kList};
    correction.outbox = {letter};
    if (house.store.Correct(correction) == DecisionResult::kDone)
      house.ledger.Write("corrected", row.held.id);
  }
}

// First the texts of what is decided, then the names.
void Purge(const House& house) {
  QueueQuery query;
  query.states = {HoldState::kReleased, HoldState::kRejected};
  const std::vector<QueueRow> rows = house.store.Queue(query).rows;
  for (const QueueRow& row : rows) house.ledger.Write("purging", row.held.id);
  const SystemClock clock;
  const auto records = OpenRecords(house.place, clock);
  const Time later = clock.Now() + std::chrono::hours(1);
  records->Purge("", later, Time{});
  records->Purge("", later, later);
  for (const QueueRow& row : rows) house.ledger.Write("purged", row.held.id);
}

void Act(const House& house, const std::string& act, const std::string& key) {
  if (act == "hold") HoldOne(house, key);
  if (act == "decide") Decide(house, 1);
  if (act == "release") Send(house);
  if (act == "expire") Expire(house);
  if (act == "edit") Edit(house);
  if (act == "purge") Purge(house);
}

int Once(const House& house, const std::string& act, const std::string& ledger_file) {
  const std::string key = "once" + std::to_string(Read(ledger_file).tried.size());
  for (int attempt = 0; attempt < 5; ++attempt) {
    try {
      if (attempt > 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
      Act(house, act, key);
      return 0;
    } catch (const StoreError& e) {
      std::printf("refused: %s\n", e.what());
    }
  }
  return 75;
}

// One act a line from standard input; what became of it on standard output.
int Obey(const House& house, const std::string& ledger_file) {
  std::string act;
  for (std::size_t number = Read(ledger_file).tried.size(); std::cin >> act; ++number) {
    try {
      Act(house, act, "obey" + std::to_string(number));
      std::cout << "done" << std::endl;
    } catch (const StoreFull& e) {
      std::cout << "full: " << e.what() << std::endl;
    } catch (const StoreError& e) {
      std::cout << "refused: " << e.what() << std::endl;
    }
  }
  return 0;
}

bool IsWhole(HoldStore& store, const HeldSummary& held, const Told& told) {
  const auto whole = store.Find(held.id);
  if (!whole) return false;
  if (told.purged.count(held.id) > 0) return whole->raw.empty() && held.subject.empty();
  if (whole->raw.empty()) return told.purging.count(held.id) > 0;
  const bool is_corrected = whole->raw == Corrected(held.subject);
  const std::string came = Post(held.subject, true).raw;
  if (told.corrected.count(held.id) > 0 && !is_corrected) return false;
  return (is_corrected || whole->raw == came) && store.Raw(held.id, 0) == came;
}

int Check(const House& house, const std::string& ledger_file) {
  HoldStore& store = house.store;
  const Told told = Read(ledger_file);
  std::map<std::string, int> rows;  // key -> held rows
  std::size_t lost = 0, doubled = 0, leaked = 0, again = 0, flagged = 0, unflagged = 0;
  std::size_t held = 0, torn = 0;
  std::set<std::string> released, ids;
  QueueQuery query;
  query.states = {};
  query.limit = 500;
  for (QueuePage page = store.Queue(query); !page.rows.empty(); page = store.Queue(query)) {
    for (const QueueRow& row : page.rows) {
      ++held;
      ids.insert(row.held.id);
      if (!row.held.subject.empty()) ++rows[row.held.subject];
      lost += !IsWhole(store, row.held, told);
      const auto audit = store.Audit(row.held.id);
      torn += audit.empty() || audit.front().action != "held" || row.held.findings.size() != 1;
      const auto times = [&](std::string_view action) {
        return static_cast<std::size_t>(std::count_if(
            audit.begin(), audit.end(), [&](const AuditRow& one) { return one.action == action; }));
      };
      const std::size_t flags = times("possible-duplicate");
      torn += times("corrected") != static_cast<std::size_t>(row.held.content);
      const auto delivered = told.delivered.find(row.held.id);
      flagged += flags;
      if (delivered != told.delivered.end()) unflagged += delivered->second - 1u > flags;
      if (row.held.state == HoldState::kReleased) released.insert(row.held.id);
    }
    query.offset += query.limit;
  }
  const SystemClock clock;
  torn += OpenRecords(house.place, clock)->VerifyAudit("").faults.size();
  for (const auto& [key, id] : told.acked) lost += rows.count(key) == 0 && ids.count(id) == 0;
  for (const auto& [key, count] : rows) doubled += count > 1;
  for (const auto& [id, state] : told.decided) {
    const bool is_there = (state == "approved") == (released.count(id) > 0);
    lost += !is_there;
  }
  for (const std::string& id : released) lost += told.delivered.count(id) == 0;
  for (const auto& [id, times] : told.delivered) {
    leaked += released.count(id) == 0;
    again += static_cast<std::size_t>(times - 1);
  }
  std::printf(
      "acked %zu, held %zu, delivered %zu, lost %zu, doubled %zu, leaked %zu, torn %zu, "
      "sent again in doubt %zu, flagged %zu, unflagged %zu\n",
      told.acked.size(), held, told.delivered.size(), lost, doubled, leaked, torn, again, flagged, unflagged);
  return lost + doubled + leaked + torn + unflagged == 0 ? 0 : 1;
}

int Drain(const House& house, const std::string& ledger_file) {
  const Told told = Read(ledger_file);
  for (const std::string& key : told.tried) {
    if (told.acked.count(key) == 0) HoldOne(house, key);
  }
  Decide(house, 100000);
  QueueQuery waiting;
  waiting.states = {HoldState::kHeld, HoldState::kApproved, HoldState::kSending};
  waiting.limit = 0;
  while (house.store.Queue(waiting).count > 0) {
    if (!Send(house)) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  while (Send(house)) {
  }
  return Check(house, ledger_file);
}

// Takes over the "PRAGMA synchronous" of every connection of this process.
const char* kept_sync = nullptr;

int Authorize(void*, int action, const char* name, const char*, const char*, const char*) {
  return action == SQLITE_PRAGMA && std::string_view(name) == "synchronous" ? SQLITE_IGNORE : SQLITE_OK;
}

int KeepSync(sqlite3* database, const char**, const sqlite3_api_routines*) {
  const int done = sqlite3_exec(database, kept_sync, nullptr, nullptr, nullptr);
  sqlite3_set_authorizer(database, Authorize, nullptr);
  return done;
}

void SyncLess(const std::string& fault) {
  if (fault == "sync-normal") kept_sync = "PRAGMA synchronous = NORMAL";
  if (fault == "sync-off") kept_sync = "PRAGMA synchronous = OFF";
  if (kept_sync != nullptr) sqlite3_auto_extension(reinterpret_cast<void (*)()>(KeepSync));
}

}  // namespace
}  // namespace listwarden

int main(int argc, char** argv) {
  using namespace listwarden;
  if (argc < 4) return 64;
  const std::string verb = argv[1], ledger_file = argv[3];
  SyncLess(argv[argc - 1]);
  const SystemClock clock;
  HoldLimits limits;
  limits.per_author_and_list = limits.per_list = 1000000;
  limits.ballast_bytes = limits.min_free_bytes = 0;
  if (verb == "obey") limits.min_free_bytes = limits.ballast_bytes = 1u << 20;
  std::unique_ptr<HoldStore> store;
  try {
    store = OpenHoldStore(argv[2], clock, limits);
  } catch (const StoreError& e) {
    std::printf("cannot start: %s\n", e.what());
    return 69;
  }
  const Ledger ledger(ledger_file);
  const House house{argv[2], *store, ledger, argc > 4 ? argv[argc - 1] : ""};
  if (verb == "check") return Check(house, ledger_file);
  if (verb == "obey") return Obey(house, ledger_file);
  if (verb == "once") return Once(house, argv[4], ledger_file);
  return verb == "drain" ? Drain(house, ledger_file) : Run(house, ledger_file);
}
