// SPDX-License-Identifier: Apache-2.0
#include "moderation/retention.h"

#include "base/log.h"

namespace listwarden {

std::size_t PurgeDue(Records& records, const Policy& policy, const Clock& clock) {
  const auto before = [&](std::chrono::hours kept) {
    return kept.count() == 0 ? Time{} : clock.Now() - kept;
  };
  std::size_t all = 0;
  for (const std::string& address : records.Lists()) {
    const ListPolicy* list = policy.FindList(address);
    if (list == nullptr) list = &policy.default_list();
    const std::size_t purged = records.Purge(address, before(list->keep_texts), before(list->keep_records));
    if (purged > 0) Log(LogLevel::kInfo, "purged", {{"list", address}, {"posts", std::to_string(purged)}});
    all += purged;
  }
  return all;
}

}  // namespace listwarden
