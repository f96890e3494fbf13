// SPDX-License-Identifier: Apache-2.0
#include "moderation/housekeeping.h"

#include "moderation/retention.h"

namespace listwarden {
namespace {

constexpr std::chrono::minutes kEvery{5};
constexpr std::chrono::hours kPurgeEvery{24};
// A clock that is wrong when the machine starts is put right by then, which is seen as a jump.
constexpr std::chrono::hours kPurgeAfterStart{1};

}  // namespace

Housekeeping::Housekeeping(const House& house, AuditKey key, ClockWatch::Count count)
    : house_(house),
      count_(std::move(count)),
      service_(house.store, house.notices, house.clock),
      reminders_(house.store, house.accounts, house.notices, house.clock),
      signer_(house.records, std::move(key)),
      next_purge_(count_() + kPurgeAfterStart) {}

void Housekeeping::Turn(const Policy& policy) {
  const std::chrono::seconds now = count_();
  if (now < next_) return;
  next_ = now + kEvery;
  signer_.SignDue();
  if (!house_.watch.IsBelieved()) return;
  reminders_.SendDue(policy);
  service_.ExpireDue(policy);
  if (now < next_purge_) return;
  PurgeDue(house_.records, policy, house_.clock);
  next_purge_ = now + kPurgeEvery;
}

}  // namespace listwarden
