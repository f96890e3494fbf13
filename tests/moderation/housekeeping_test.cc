// Walks two clocks: the wall's, which jumps, and the machine's count, which does not.
// SPDX-License-Identifier: Apache-2.0
#include "moderation/housekeeping.h"

#include <gmock/gmock.h>

#include <map>
#include <random>

#include "tests/support/house.h"

namespace listwarden {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr hours kDay{24};

class HousekeepingTest : public testing::Test {
 protected:
  HousekeepingTest() : records(OpenRecords(house.folder / "store/hold.db", house.clock)) {
    AuditKey::Create(house.folder / "audit.key");
    Restart();
  }
  void Restart() {
    watch.emplace(house.clock, [this] { return count; });
    Reload();
  }
  void Reload() {
    keeper.emplace(
        Housekeeping::House{*house.store, *records, *house.accounts, *house.notices, house.clock, *watch},
        AuditKey(house.folder / "audit.key"), [this] { return count; });
  }
  std::string Hold(const std::string& subject, const char* list = "two@lists.example.org") {
    house.intake->Receive(*house.policy, PostTo(list, subject, "Please holdme."));
    return house.Held().back().id;
  }
  void Reject(const std::string& id) {
    ModerationService(*house.store, *house.notices, house.clock)
        .Decide(id, {.to = HoldState::kRejected, .actor = "mo", .why = "x"});
  }
  std::vector<std::string> Sent() {
    std::vector<std::string> keys;
    while (const auto lease = house.store->LeaseNext(minutes(5))) {
      keys.push_back(lease->row.key);
      house.store->Report(*lease, Outbox::SendResult::kSent, "250 ok", house.clock.now);
    }
    return keys;
  }
  HoldState StateOf(const std::string& id) { return house.store->Find(id)->state; }
  // Both clocks go on, and letters leave.
  void Pass(seconds time) {
    for (seconds left = time; left.count() > 0;) {
      const seconds step = std::min<seconds>(left, minutes(30));
      left -= step;
      count += step;
      house.clock.now += step;
      keeper->Turn(*house.policy);
      for (const std::string& key : Sent()) ++letters[key.substr(0, key.find(':'))];
    }
  }

  House house;
  std::unique_ptr<Records> records;
  std::optional<ClockWatch> watch;
  std::optional<Housekeeping> keeper;
  seconds count{7000};
  std::map<std::string, int> letters;
};

TEST_F(HousekeepingTest, APostExpiresAfterItsTimeAndAReminder) {
  const std::string id = Hold("a");
  Pass(3 * kDay - hours(1));
  EXPECT_EQ(StateOf(id), HoldState::kHeld);
  EXPECT_EQ(letters["moderator-reminder"], 2) << "ann and bob";
  Pass(hours(2));
  EXPECT_EQ(StateOf(id), HoldState::kExpired);
}

TEST_F(HousekeepingTest, NothingHappensByAJumpForthAndBack) {
  const std::string id = Hold("a"), decided = Hold("b");
  Reject(decided);
  Pass(hours(2));
  auto wanted = letters;
  wanted["moderator-digest"] = 2;  // of the one morning that comes in truth
  for (const hours jump : {400 * kDay, 5 * kDay, hours(80)}) {
    house.clock.now += jump;
    Pass(hours(5));
    EXPECT_EQ(StateOf(id), HoldState::kHeld) << jump.count();
    EXPECT_FALSE(house.store->Find(decided)->raw.empty()) << jump.count();
    house.clock.now -= jump;
    Pass(hours(1));
  }
  EXPECT_EQ(letters, wanted);
  Pass(3 * kDay - hours(22));
  EXPECT_EQ(StateOf(id), HoldState::kHeld);
  EXPECT_EQ(letters["moderator-reminder"], 2);
  Pass(hours(4));
  EXPECT_EQ(StateOf(id), HoldState::kExpired) << "and in its own time it does";
}

TEST_F(HousekeepingTest, AReloadBelievesNoJump) {
  const std::string id = Hold("a");
  Pass(hours(1));
  house.clock.now += 400 * kDay;
  Reload();
  Pass(hours(1));
  EXPECT_EQ(StateOf(id), HoldState::kHeld);
  Restart();
  Pass(hours(15));
  EXPECT_EQ(StateOf(id), HoldState::kExpired) << "a new process takes the time that is";
}

TEST_F(HousekeepingTest, AClockPutBackDelaysAndDoublesNothing) {
  const std::string id = Hold("a");
  Pass(2 * kDay + hours(2));
  EXPECT_EQ(letters["moderator-reminder"], 2);
  const int digests = letters["moderator-digest"];
  house.clock.now -= kDay;
  Pass(2 * kDay);
  EXPECT_EQ(StateOf(id), HoldState::kExpired);
  EXPECT_EQ(letters["moderator-reminder"], 2);
  EXPECT_LE(letters["moderator-digest"], digests + 2);
}

TEST_F(HousekeepingTest, AClockThatRunsThirtyTimesTooFastExpiresNothingEarly) {
  const std::string id = Hold("a");
  Pass(3 * kDay - hours(1));
  const auto wanted = letters;
  for (int second = 0; second < 600; ++second) {
    count += seconds(1);
    house.clock.now += seconds(30);
    keeper->Turn(*house.policy);
  }
  EXPECT_EQ(StateOf(id), HoldState::kHeld) << "five hours by the clock, ten minutes in truth";
  house.clock.now -= 600 * seconds(29);
  Pass(minutes(40));
  EXPECT_EQ(StateOf(id), HoldState::kHeld);
  EXPECT_EQ(letters, wanted);
  Pass(minutes(30));
  EXPECT_EQ(StateOf(id), HoldState::kExpired);
}

TEST_F(HousekeepingTest, ATimeThatStaysForADayIsTaken) {
  const std::string id = Hold("a");
  Pass(hours(1));
  house.clock.now += 10 * kDay;
  Pass(hours(23));
  EXPECT_EQ(StateOf(id), HoldState::kHeld);
  EXPECT_EQ(letters["moderator-reminder"], 0);
  Pass(hours(10));
  EXPECT_EQ(letters["moderator-reminder"], 2) << "moderators hear of it before it ends";
  EXPECT_EQ(StateOf(id), HoldState::kHeld);
  Pass(hours(5));
  EXPECT_EQ(StateOf(id), HoldState::kExpired);
}

// 100 random jumps: no post ends before its three days are over, no letter is written twice, none is lost.
TEST_F(HousekeepingTest, RandomJumpsExpireNothingEarlyAndDoubleNoLetter) {
  std::mt19937 random(20261125);
  std::map<std::string, seconds> came;
  std::map<std::string, int> keys;
  seconds off{0};
  int expired = 0;
  for (int turn = 0; turn < 200; ++turn) {
    if (turn % 2 == 0) {  // a jump, or the way back; what comes meanwhile has the wrong time
      if (off.count() != 0) {
        house.clock.now -= off;
        off = seconds(0);
      } else if (turn < 180) {
        constexpr seconds kJumps[] = {400 * kDay, -kDay, 3 * kDay, minutes(10), -hours(1), seconds(30)};
        off = kJumps[random() % std::size(kJumps)];
        house.clock.now += off;
      }
    }
    if (off.count() == 0) came.emplace(Hold("post" + std::to_string(turn)), count);
    for (int step = 0; step < 4; ++step) {
      count += minutes(37);
      house.clock.now += minutes(37);
      keeper->Turn(*house.policy);
      for (const std::string& key : Sent()) ++keys[key];
    }
    for (auto it = came.begin(); it != came.end();) {
      if (StateOf(it->first) == HoldState::kHeld) {
        ++it;
        continue;
      }
      EXPECT_GE(count - it->second, 3 * kDay) << it->first << " in turn " << turn;
      ++expired;
      it = came.erase(it);
    }
  }
  EXPECT_GT(expired, 50) << "they do expire";
  for (const auto& [key, times] : keys) EXPECT_EQ(times, 1) << key;
  EXPECT_TRUE(records->VerifyAudit(AuditKey(house.folder / "audit.key").public_key()).faults.empty());
}

TEST_F(HousekeepingTest, EachListKeepsTextsAndNamesForItsOwnTime) {
  for (const auto& [file, address, rest] :
       {std::tuple{"one.toml", "one@lists.example.org", "keep-texts-days = 10\nkeep-records-days = 20\n"},
        std::tuple{"two.toml", "two@lists.example.org", "keep-texts-days = 0\nkeep-records-days = 0\n"}}) {
    WriteFile(
        house.folder / "lists.d" / file,
        std::string("address = \"") + address +
            "\"\nname = \"n\"\npurpose = \"p\"\naudience = \"a\"\nresponsible = \"office@example.org\"\n"
            "moderators = [\"mo@example.org\"]\nmode = \"enforce\"\n" +
            rest);
  }
  house.Load();
  const std::string one = Hold("a", "one@lists.example.org"), two = Hold("b"),
                    kept = Hold("c", "one@lists.example.org"), gone = Hold("d", "cymru@lists.example.org");
  for (const std::string& id : {one, two, kept, gone}) Reject(id);
  records->SetLegalHold(kept, "court", "office");
  std::filesystem::remove(house.folder / "lists.d/cymru.toml");
  house.Load();
  Pass(11 * kDay);
  EXPECT_EQ(house.store->Find(one)->raw, "");
  EXPECT_EQ(house.store->Find(one)->from, "dee@example.org");
  EXPECT_NE(house.store->Find(gone)->raw, "");
  Pass(11 * kDay);
  EXPECT_EQ(house.store->Find(one)->from, "");
  Pass(71 * kDay);
  EXPECT_EQ(house.store->Find(gone)->raw, "") << "by the default list's 90 days";
  EXPECT_EQ(house.store->Find(gone)->from, "dee@example.org");
  EXPECT_NE(house.store->Find(two)->raw, "") << "for ever";
  EXPECT_NE(house.store->Find(kept)->raw, "") << "a legal hold";
}

}  // namespace
}  // namespace listwarden
