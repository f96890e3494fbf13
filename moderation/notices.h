// The letters: wording is data (etc/notices/LANG/EVENT.txt, Mustache), manners are here (RFC 3834, RFC 5321
// section 4.5.5): null reverse-path, Auto-Submitted, never to automatic mail, lists or unauthenticated
// strangers. Threads: immutable. Errors: the constructor throws SettingsError for a missing or broken
// template. SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hold/hold_store.h"
#include "moderation/letter_template.h"
#include "policy/policy.h"

namespace listwarden {

struct NoticeSettings {
  std::filesystem::path templates;  // folder with en/ and cy/
  std::string from;                 // "Listwarden <listwarden@lists.example.ac.uk>"
  std::string host_name;            // for Message-ID
  std::string authserv_id{};        // whose Authentication-Results we trust (RFC 8601); empty trusts none
  std::string desk_url{};           // "https://desk.example": letters link to the post there; empty: no pages
};

// Letters and the links they carry, for one transaction.
struct Letters {
  std::vector<OutboxRow> rows;
  std::vector<LinkToken> links;
};

// What the poster is told of a hold.
enum class PosterLetter { kNone, kFull, kLimit };  // kLimit: the last one today

class Notices {
 public:
  explicit Notices(NoticeSettings settings);

  // Letters for a new hold: to the poster and to each moderator (to the responsible person when there is
  // none). Keys and content hold "{id}". The poster's letter shows confidential words masked; the
  // moderator's too. The poster's has a link of their own.
  Letters ForHold(const Message& message, const Verdict& verdict, const ListPolicy& list,
                  const Policy& policy, Time now, Time expires, PosterLetter poster) const;
  // MayAnswer with our settings; kept with the hold, so that the outcome goes to nobody else.
  bool MayAnswerTo(const Message& message) const;
  // The outcome for the poster: event is "released", "rejected", "expired", "withdrawn", "passed" (released
  // because nobody decided), "corrected" (released because nothing is found any more); no letter for another.
  // `text` stands in for the template's when somebody has changed it;
  // "{link}" in it becomes a link of the poster's own.
  Letters ForOutcome(const HeldSummary& held, std::string_view event, std::string_view why, Time now,
                     std::string_view text = {}) const;
  // The text of that letter, to be shown and changed before it goes.
  std::string OutcomeText(const HeldSummary& held, std::string_view event, std::string_view why) const;
  // Somebody asks a moderator to look: a colleague ("moderator-asked"), or the author by an appeal
  // ("moderator-appeal"). `link` opens the post.
  OutboxRow ForColleague(const HeldSummary& held, const std::string& from, const std::string& to,
                         const std::string& question, const std::string& link, Time now,
                         std::string_view event = "moderator-asked") const;

 private:
  std::optional<LetterText> RenderOutcome(const HeldSummary& held, std::string_view event,
                                          std::string_view why) const;

  NoticeSettings settings_;
  LetterTemplates templates_;
};

// The subject as a letter, a list of held mail or a page may show it: not when it holds confidential words.
std::string ShownSubject(const Message& message, const Verdict& verdict);

// May an automatic letter go to the author of this message? `why_not` gets a word for the log.
// The poster must be known: SASL log-in, a client on this machine, or a dmarc pass of `authserv_id`.
bool MayAnswer(const Message& message, std::string_view authserv_id, std::string* why_not);

}  // namespace listwarden
