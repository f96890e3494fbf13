// Moderators decide by answering their letter: the address holds a token bound to moderator, post and its
// revision; the answer must be verified as theirs (SASL log-in, or our own Authentication-Results), and its
// first line says what to do. Decision, spent token and the letter about it are one transaction; whatever is
// refused changes nothing and leaves the token unused. Automatic answers are ignored (RFC 3834).
// Threads: any.
// Errors: StoreError passes through: the caller puts the mail off.
// Limits: five letters a day about answers to one letter.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "hold/account_store.h"
#include "hold/hold_store.h"
#include "moderation/letter_command.h"
#include "moderation/notices.h"
#include "policy/policy.h"

namespace listwarden {

class LetterDecisions {
 public:
  static constexpr std::string_view kRefusal = "No letter of ours waits for an answer at this address";

  LetterDecisions(HoldStore& store, AccountStore& accounts, const Clock& clock);

  // False when no letter of ours has this token (see kRefusal); true when the answer is dealt with, one way or the other.
  bool Take(const Policy& policy, const Notices& notices, const Message& answer, const std::string& path);

 private:
  // What stands together for one answer.
  struct Case {
    const Notices& notices;
    LinkToken link;
    HeldMessage held;
    const ListPolicy* list = nullptr;
    std::string sender{};  // verified; empty when nobody is
    LetterCommand command{};
    Answer answer{};
  };
  std::optional<WhyNot> Refusal(const Case& one);
  bool IsModerator(const Case& one);
  std::string ActorOf(const std::string& address);
  void Decide(const Case& one);
  void Refuse(const Case& one, WhyNot why_not);

  HoldStore& store_;
  AccountStore& accounts_;
  const Clock& clock_;
};

}  // namespace listwarden
