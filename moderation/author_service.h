// What authors do with their own held posts, and what follows from it. Each is a compare-and-set on the
// revision the author saw.
// Threads: any; a value of references.
// Errors: StoreError passes through; a lost race is a result, not an error.
// Limits: ten corrections of a post.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "hold/hold_store.h"
#include "moderation/correction.h"
#include "moderation/moderation_service.h"
#include "moderation/notices.h"
#include "policy/policy.h"

namespace listwarden {

// Who acts, and on what they saw.
struct AuthorAct {
  std::string actor;  // the address that the link was sent to
  std::int64_t revision = 0;
};

class AuthorService {
 public:
  // Texts of one post, so that nobody fills the store.
  static constexpr int kMostCorrections = 10;

  AuthorService(HoldStore& store, ModerationService& service, const Notices& notices, const Policy& policy,
                const Clock& clock)
      : store_(store), service_(service), notices_(notices), policy_(policy), clock_(clock) {}

  // The letter that confirms it waits until `undo` has passed.
  DecisionResult Withdraw(const HeldMessage& held, const AuthorAct& act, std::chrono::seconds undo);
  DecisionResult UndoWithdrawal(const HeldMessage& held, const AuthorAct& act);
  // The new text becomes the one that counts. It goes to the list at once when nothing is found in it and the
  // list says so, and never while an appeal waits.
  DecisionResult Correct(const HeldMessage& held, const AuthorAct& act, const JudgedText& text);
  // Held again for somebody else than who rejected it; `link` opens the post for those who are asked.
  DecisionResult Appeal(const HeldMessage& held, const AuthorAct& act, const std::string& why,
                        const std::string& link);

 private:
  const ListPolicy& ListOf(const HeldMessage& held) const;

  HoldStore& store_;
  ModerationService& service_;
  const Notices& notices_;
  const Policy& policy_;
  const Clock& clock_;
};

}  // namespace listwarden
