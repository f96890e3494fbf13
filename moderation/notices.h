// The letters: wording is data (etc/notices/LANG/EVENT.txt, Mustache), manners are here (RFC 3834, RFC 5321
// section 4.5.5): null reverse-path, Auto-Submitted, never to automatic mail, lists or unauthenticated strangers.
// Threads: immutable. Errors: the constructor throws SettingsError for a missing or broken template.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hold/hold_store.h"
#include "policy/policy.h"

namespace listwarden {

struct NoticeSettings {
  std::filesystem::path templates;  // folder with en/ and cy/
  std::string from;                 // "Listwarden <listwarden@lists.example.ac.uk>"
  std::string host_name;            // for Message-ID
};

class Notices {
 public:
  explicit Notices(NoticeSettings settings);
  ~Notices();

  // Letters for a new hold: to the poster (when MayAnswer) and to each moderator. Keys and content hold "{id}".
  std::vector<OutboxRow> ForHold(const Message& message, const Verdict& verdict, const ListPolicy& list,
                                 const Policy& policy, Time now, Time expires) const;
  // The outcome for the poster: event is "released", "rejected", "expired", "discarded" (no letter), "withdrawn".
  std::vector<OutboxRow> ForOutcome(const HeldMessage& held, std::string_view event, std::string_view why,
                                    Time now) const;

 private:
  struct Templates;
  NoticeSettings settings_;
  std::unique_ptr<Templates> templates_;
};

// May an automatic letter go to the author of this message? `why_not` gets a word for the log.
bool MayAnswer(const Message& message, std::string* why_not);

}  // namespace listwarden
