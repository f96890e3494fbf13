// SPDX-License-Identifier: Apache-2.0
#include "moderation/draft_checks.h"

#include "message/header_fields.h"
#include "moderation/dedupe_key.h"

namespace listwarden {
namespace {

constexpr int kMostInADay = 20;

}  // namespace

bool DraftChecks::Take(const Policy& policy, const Notices& notices, const Message& draft,
                       const ListPolicy& list, const std::string& path) {
  const std::string sender = LowerAscii(draft.envelope.reverse_path);
  if (!notices.MayAnswerTo(draft)) return false;
  if (store_.CountNotice(sender, "check:" + list.address) > kMostInADay) return false;
  Act act;
  act.actor = "milter";
  act.why = list.address;
  act.outbox = {notices.ForDraft(draft, policy.Judge(draft, list), list, policy, clock_.Now(),
                                 DedupeKey(draft, list.address, {path}))};
  store_.Record(act, "draft-checked");
  return true;
}

}  // namespace listwarden
