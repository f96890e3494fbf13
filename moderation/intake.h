// The only place where a verdict takes effect. Holding commits raw bytes, reasons, letters and audit first;
// only then does the caller get an outcome to answer with.
// Threads: any.
// Errors: never throws for store trouble: the outcome is kDefer.
// Limits: five letters a day to a poster about holds of one list; a sixth says that there will be no more.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "hold/hold_store.h"
#include "moderation/draft_checks.h"
#include "moderation/letter_decisions.h"
#include "moderation/notices.h"
#include "policy/policy.h"

namespace listwarden {

struct Outcome {
  enum class Kind { kPass, kTag, kHeldAll, kHeldSome, kDefer, kRefuse } kind = Kind::kPass;
  // Forward-paths to take off the message (kHeldSome): held, or drafts and answers to our letters that are
  // dealt with.
  std::vector<std::string> held_paths;
  std::string tag;   // value of the Listwarden field (kTag, kHeldSome with tags)
  std::string text;  // of the SMTP reply (kDefer, kRefuse)
};

class Intake {
 public:
  Intake(HoldStore& store, AccountStore& accounts, std::shared_ptr<const Notices> notices,
         const Clock& clock);

  void SetNotices(std::shared_ptr<const Notices> notices);  // from the next message on

  // Is this forward-path a list's, one for drafts, or one that our letters are answered to? Other mail is not
  // looked at.
  bool IsOurs(const Policy& policy, std::string_view forward_path);
  // Judges for each list among the forward-paths and carries it out.
  Outcome Receive(const Policy& policy, const Message& message);

 private:
  bool IsTrusted(const Policy& policy, const Message& message, const Verdict& verdict);
  std::shared_ptr<const Notices> CurrentNotices();
  // Counts one more hold of this sender for this list today; past the cap one last letter, then none.
  PosterLetter LetterDue(const std::string& reverse_path, const std::string& list);
  std::string HoldFor(const Policy& policy, const Message& message, const Verdict& verdict,
                      const ListPolicy& list, const std::vector<std::string>& paths);

  // Mail to us, not to a list: answers to our letters, drafts to be checked.
  void TakeOwnMail(const Policy& policy, const Message& message, Outcome* outcome);
  void JudgeForLists(const Policy& policy, const Message& message, Outcome* outcome);

  HoldStore& store_;
  LetterDecisions letter_decisions_;
  DraftChecks draft_checks_;
  std::mutex notices_mutex_;
  std::shared_ptr<const Notices> notices_;
  const Clock& clock_;
};

}  // namespace listwarden
