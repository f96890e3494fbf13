// The only place where a verdict takes effect. Holding commits raw bytes, reasons, letters and audit first;
// only then does the caller get an outcome to answer with. Threads: any. Errors: never throws for store
// trouble: the outcome is kDefer. SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "hold/hold_store.h"
#include "moderation/notices.h"
#include "policy/policy.h"

namespace listwarden {

struct Outcome {
  enum class Kind { kPass, kTag, kHeldAll, kHeldSome, kDefer } kind = Kind::kPass;
  std::vector<std::string> held_paths;  // forward-paths to take off the message (kHeldSome)
  std::string tag;                      // value of the Listwarden field (kTag, kHeldSome with tags)
  std::string defer_text;               // SMTP reply text
};

class Intake {
 public:
  Intake(HoldStore& store, std::shared_ptr<const Notices> notices, const Clock& clock);

  void SetNotices(std::shared_ptr<const Notices> notices);  // from the next hold on

  // Judges for each list among the forward-paths and carries it out.
  Outcome Receive(const Policy& policy, const Message& message);

 private:
  bool IsTrusted(const Policy& policy, const Message& message, const Verdict& verdict);
  std::shared_ptr<const Notices> CurrentNotices();
  // Counts one more hold of this sender for this list today; past the cap one last letter, then none.
  PosterLetter LetterDue(const std::string& reverse_path, const std::string& list);
  std::string HoldFor(const Policy& policy, const Message& message, const Verdict& verdict,
                      const ListPolicy& list, const std::vector<std::string>& paths);

  HoldStore& store_;
  std::mutex notices_mutex_;
  std::shared_ptr<const Notices> notices_;
  const Clock& clock_;
};

// The list that mail to this forward-path reaches, or nullptr: also where the MTA would rewrite the path
// before delivery (source route, quoted local part, "list%domain", "domain!list", "list+extension", final
// dot), so that no spelling goes round the policy.
const ListPolicy* ListFor(const Policy& policy, std::string_view forward_path);

// The verdict's findings in columns; what could not be read is one of them.
std::vector<FindingRow> FindingRows(const Verdict& verdict);

// {list, reverse-path, held recipients, Message-ID, fields that a retry keeps, body}: equal for a client's
// retry.
std::string DedupeKey(const Message& message, std::string_view list,
                      const std::vector<std::string>& held_paths);

}  // namespace listwarden
