// Any order of an MTA's events, on two connections: a message is answered as if it had come alone, whatever came
// before; what the policy holds is held, and is in the store once for each list; a release is taken once. An
// input is one event a line: its letter (see Play and Take), then words with a tab between them; "1" and "2" say
// on which connection.
// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "base/log.h"
#include "message/header_fields.h"
#include "milter/session.h"
#include "moderation/list_path.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/house.h"

using namespace listwarden;

namespace {

using Final = MilterReply::Final;

struct Event {
  char kind;
  std::string first, second;
};

MilterReply Play(MilterSession& session, const Event& event) {
  const auto& [kind, first, second] = event;
  if (kind == 'C') session.Connect(first, second);
  if (kind == 'M') session.MailFrom(first, second);
  if (kind == 'R') session.Recipient(first);
  if (kind == 'D') return session.Data();
  if (kind == 'F') session.Field(first, second, true);
  if (kind == 'f') session.Field(first, second, false);  // of an MTA that takes the blank off
  if (kind == 'B') session.Body(first);
  if (kind == 'S') session.Spoil();
  if (kind == 'A') session.Abort();
  if (kind == 'E') return session.EndOfMessage(first);
  return {};
}

// "B" is a line of the body, "b" a piece without its end.
Event EventOf(std::string_view line) {
  const char kind = line[0];
  const std::string words(line.substr(1));
  if (kind == 'B') return {kind, words + "\r\n", ""};
  if (kind == 'b') return {'B', words, ""};
  const auto tab = std::min(words.find('\t'), words.size());
  return {kind, words.substr(0, tab), words.substr(std::min(tab + 1, words.size()))};
}

std::string Words(const MilterReply& reply) {
  std::string words =
      std::to_string(static_cast<int>(reply.final)) + reply.code + reply.enhanced + reply.text;
  for (const std::string& path : reply.delete_paths) words += "\n" + path;
  for (const auto& [name, index] : reply.delete_fields) words += "\n" + name + std::to_string(index);
  return words + "\n" + reply.insert_tag;
}

// The session takes these off.
bool IsOwn(std::string_view name) {
  const auto is_it = [&](const char* own) { return EqualsIgnoringCase(own, name); };
  return is_it("Listwarden") || is_it("Listwarden-Release") || is_it("Approved") || is_it("X-Approved");
}

std::string Bare(const std::string& path) {
  const bool is_bracketed = path.size() > 1 && path.front() == '<' && path.back() == '>';
  return is_bracketed ? path.substr(1, path.size() - 2) : path;
}

struct Desk {
  Desk() { SetLogLevel(LogLevel::kError); }

  ReleaseKey Key() const {
    ReleaseKey::Create(house.folder / "key");
    return ReleaseKey(house.folder / "key");
  }
  std::size_t Held() {
    QueueQuery all;
    all.states = {};
    all.limit = 0;
    return store->Queue(all).count;
  }

  House house;
  const ListPolicy* one = house.policy->FindList("one@lists.example.org");
  std::unique_ptr<HoldStore> store =
      OpenHoldStore(house.folder / "store/hold.db", house.clock, {0, 0, 10000, 10000});
  Intake intake{*store, *house.accounts, house.notices, house.clock};
  ReleaseKey key = Key();
  SessionHost host{{}, intake, *store, &key, house.clock, {}, {}, {}, {}, {}, {}, {}, house.policy};
  int number = 0;  // of the last message: no two are alike
};

class Connection {
 public:
  explicit Connection(Desk& desk) : desk_(desk) { session_.emplace(desk_.host); }

  void Take(Event event) {
    if (event.kind == 'Q') session_.emplace(desk_.host);  // hung up, and called again
    if (event.kind == 'C' || event.kind == 'Q') connected_.clear();
    if (event.kind == 'C') connected_ = {event};
    if (event.kind == 'M' || event.kind == 'Q') message_ = connected_;
    if (event.kind == 'T')  // ours, of what was said so far
      event = {'F', std::string(kReleaseField), " " + Token()};
    const std::size_t before = desk_.Held();
    const MilterReply reply = Add(event);
    if (event.kind == 'M') Add({'F', kNumber, " " + std::to_string(++desk_.number)});
    if (event.kind == 'E') Check(reply, before);
    if (event.kind == 'E' || event.kind == 'A' || reply.final != Final::kContinue) message_ = connected_;
  }

 private:
  static constexpr const char* kNumber = "Number";

  MilterReply Add(const Event& event) {
    message_.push_back(event);
    return Play(*session_, event);
  }

  std::vector<std::string> Paths() const {
    std::vector<std::string> paths;
    for (const Event& event : message_) {
      if (event.kind == 'R') paths.push_back(Bare(event.first));
    }
    return paths;
  }

  std::string Token() const {
    std::string body;
    for (const Event& event : message_) body += event.kind == 'B' ? event.first : "";
    return desk_.key.Sign(std::to_string(desk_.number), Paths(), body,
                          desk_.house.clock.now + std::chrono::minutes(10));
  }

  // A second session is told this message alone.
  void Check(const MilterReply& reply, std::size_t before) const {
    const std::size_t after = desk_.Held();
    MilterSession alone(desk_.host);
    MilterReply again;
    for (const Event& event : message_) again = Play(alone, event);
    Require(desk_.Held() == after, "what comes again is not held again");
    if (!connected_.empty() && connected_.front().second == "REINJECT")
      return Require(after == before && again.final != Final::kContinue, "a release is taken once");
    Require(Words(again) == Words(reply), "nothing is left of what came before");
    std::set<const ListPolicy*> lists;
    for (const std::string& path : reply.final == Final::kDiscard ? Paths() : reply.delete_paths)
      lists.insert(ListFor(*desk_.house.policy, Bare(path)));
    lists.erase(nullptr);
    Require(after == before + lists.size(), "what is held is in the store, once for each list");
    Require(lists.contains(desk_.one) || !MustBeHeld(), "what the policy holds is held");
  }

  // Whether the list's policy holds it when it is read as one text: if it came in order and nothing is odd in it.
  bool MustBeHeld() const {
    constexpr std::string_view kOrder = "CMRDFBE",
                               kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";
    if (message_.size() < 2 || message_[0].kind != 'C' || message_[1].kind != 'M') return false;
    std::string header, body;
    std::size_t last = 0;
    for (const Event& event : message_) {
      const std::size_t place = event.first == kNumber ? last : kOrder.find(event.kind);
      if (place == std::string_view::npos || place < last) return false;
      last = place;
      if (event.kind == 'B') body += event.first;
      if (event.kind != 'F') continue;
      const bool is_plain = !event.first.empty() &&
                            event.first.find_first_not_of(kPlain) == std::string::npos &&
                            event.second.find_first_of(std::string_view("\r\0", 2)) == std::string::npos;
      if (!is_plain) return false;
      if (!IsOwn(event.first)) header += event.first + ":" + event.second + "\r\n";
    }
    const auto paths = Paths();
    return std::count(paths.begin(), paths.end(), desk_.one->address) > 0 &&
           desk_.house.policy->Judge(ReadMessage(header + "\r\n" + body), *desk_.one).disposition ==
               Disposition::kHold;
  }

  Desk& desk_;
  std::optional<MilterSession> session_;
  std::vector<Event> connected_, message_;  // what a new session must be told to be where this one is
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::optional<Desk> desk;
  if (!desk || desk->Held() > 500) desk.emplace();
  {
    Connection one(*desk), two(*desk);
    Connection* talking = &one;
    for (std::string_view text = Text(data, size); !text.empty();) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      if (line == "1" || line == "2")
        talking = line == "1" ? &one : &two;
      else if (!line.empty())
        talking->Take(EventOf(line));
    }
  }
  Require(desk->host.connections == 0 && desk->host.messages == 0 && desk->host.bytes == 0,
          "nothing is in flight when all connections are closed");
  return 0;
}
