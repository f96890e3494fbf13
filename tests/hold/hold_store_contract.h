// The behaviour of a hold store, once for every backend: TEST_P in hold_store_contract*.cc, instantiated by
// each backend's own test file.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "hold/account_store.h"
#include "hold/hold_store.h"
#include "hold/records.h"

namespace listwarden {

class FakeClock : public Clock {
 public:
  Time Now() const override { return Time(std::chrono::seconds(now_.load())); }
  void Set(Time time) { now_ = time.time_since_epoch().count(); }
  void Advance(std::chrono::seconds by) { now_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_{1'795'000'000};  // November 2026
};

// One place where stores of a backend live; every Open() there is a store on the same data.
class Place {
 public:
  virtual ~Place() = default;
  virtual std::string Where() const = 0;  // as hold/store_place.h has it
  virtual std::unique_ptr<HoldStore> OpenHolds(const Clock& clock, const HoldLimits& limits) = 0;
  virtual std::unique_ptr<AccountStore> OpenAccounts(const Clock& clock) = 0;
  virtual std::unique_ptr<Records> OpenRecords(const Clock& clock) = 0;
  // Every byte of the files the data lie in.
  virtual std::string Bytes() = 0;
  // By hand, as an administrator at the database's own prompt; false when the database refuses.
  virtual bool Execute(const std::string& sql) = 0;
  // Changes a stored byte of every text behind the store's back.
  virtual void Damage() = 0;
};

inline void PrintTo(HoldState state, std::ostream* out) { *out << HoldStateName(state); }

struct Backend {
  std::string name;
  std::function<std::unique_ptr<Place>()> make_place;
};

inline void PrintTo(const Backend& backend, std::ostream* out) { *out << backend.name; }

class HoldStoreContract : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    place_ = GetParam().make_place();
    if (place_ == nullptr) GTEST_SKIP() << GetParam().name << " is not installed here";
    Reopen();
  }
  void Reopen() {
    store_.reset();
    store_ = Open();
  }
  std::unique_ptr<HoldStore> Open() { return place_->OpenHolds(clock_, limits_); }

  NewHold Post(const std::string& key) const;
  std::string HoldOne(const std::string& key) { return store_->Hold(Post(key)).id; }
  Decision To(const std::string& id, HoldState to, const std::string& actor = "ann") const;
  DecisionResult DecideNow(const std::string& id, HoldState to, const std::string& actor = "ann");
  void CorrectNow(const std::string& id);  // by its author, with other words
  std::int64_t RevisionOf(const std::string& id) { return store_->Find(id)->revision; }
  // A new message brought to this state by what people and the outbox do.
  std::string Brought(HoldState state, const std::string& key);
  std::optional<Outbox::Lease> LeaseRelease(const std::string& id);
  HoldState StateOf(const std::string& id) { return store_->Find(id)->state; }

  FakeClock clock_;
  HoldLimits limits_;
  std::unique_ptr<Place> place_;
  std::unique_ptr<HoldStore> store_;
};

inline constexpr HoldState kAllStates[] = {HoldState::kHeld,     HoldState::kApproved,  HoldState::kSending,
                                           HoldState::kReleased, HoldState::kRejected,  HoldState::kDiscarded,
                                           HoldState::kExpired,  HoldState::kWithdrawn, HoldState::kFailed,
                                           HoldState::kDamaged};
inline constexpr auto kMinute = std::chrono::seconds(60);

OutboxRow ReleaseTo(const std::string& path);
OutboxRow LetterTo(const std::string& path, const std::string& key);
// To one list, with a letter to its author; for tests of faults.
NewHold PostWith(const std::string& key, std::size_t more_bytes = 0);

}  // namespace listwarden
