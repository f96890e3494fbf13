// The only place where a verdict takes effect. Holding commits raw bytes, reasons, letters and audit first;
// only then does the caller get an outcome to answer with.
// Threads: any.
// Errors: never throws for store trouble: the outcome is kDefer.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "hold/hold_store.h"
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

  void SetNotices(std::shared_ptr<const Notices> notices);  // from the next hold on

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

  // Drafts that were sent to be checked, and nothing else done with them.
  void CheckDrafts(const Policy& policy, const Message& message, Outcome* outcome);
  void TakeAnswers(const Policy& policy, const Message& message, Outcome* outcome);
  void JudgeForLists(const Policy& policy, const Message& message, Outcome* outcome);

  HoldStore& store_;
  LetterDecisions letter_decisions_;
  std::mutex notices_mutex_;
  std::shared_ptr<const Notices> notices_;
  const Clock& clock_;
};

// The list that mail to this forward-path reaches, or nullptr: also where the MTA would rewrite the path
// before delivery (source route, quoted local part, "list%domain", "domain!list", "list+extension", final
// dot), so that no spelling goes round the policy.
const ListPolicy* ListFor(const Policy& policy, std::string_view forward_path);

// The list whose drafts are checked at this forward-path ("LIST-check@domain"), or nullptr: there is none, or
// it does not check anybody's, or a list has that very name.
const ListPolicy* DraftListFor(const Policy& policy, std::string_view forward_path);

// The verdict's findings in columns; what could not be read is one of them.
std::vector<FindingRow> FindingRows(const Verdict& verdict);

// {list, reverse-path, held recipients, Message-ID, fields that a retry keeps, body}: equal for a client's
// retry.
std::string DedupeKey(const Message& message, std::string_view list,
                      const std::vector<std::string>& held_paths);

}  // namespace listwarden
