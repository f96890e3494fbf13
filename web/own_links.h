// The links by which authors see their own held posts without a log-in: the secret of a letter, looked up by
// its hash. The right secret always opens: many authors share one address, and 256 bits are not guessed.
// Threads: any.
// Errors: StoreError.
// Limits: thirty wrong secrets from one network address within a quarter of an hour; those after them are
// told to wait, and neither counted nor logged.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "hold/account_store.h"
#include "hold/hold_store.h"

namespace listwarden {

inline constexpr std::string_view kLinkPath = "/link/";  // then the secret, as letters have it

class OwnLinks {
 public:
  OwnLinks(HoldStore& store, AccountStore& accounts, const Clock& clock)
      : store_(store), accounts_(accounts), clock_(clock) {}

  // kUnknown also for a link to something else: who guesses learns nothing.
  enum class Answer { kOpens, kUnknown, kExpired, kUsed, kMustWait };
  struct Opened {
    Answer answer = Answer::kUnknown;
    LinkToken link{};  // when it opens
  };
  // `held_id`: the post that is asked for; empty for whichever the link is bound to.
  Opened Open(std::string_view secret, std::string_view held_id, const std::string& peer);

 private:
  Answer Wrong(const std::string& peer);

  HoldStore& store_;
  AccountStore& accounts_;
  const Clock& clock_;
};

}  // namespace listwarden
