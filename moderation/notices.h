// The letters: wording is data (etc/notices/LANG/EVENT.txt, Mustache), manners are here (RFC 3834, RFC 5321
// section 4.5.5): null reverse-path, Auto-Submitted, never to automatic mail, lists or unauthenticated
// strangers.
// Threads: immutable.
// Errors: the constructor throws SettingsError for a missing or broken template.
// SPDX-License-Identifier: Apache-2.0
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
  // "decide@lists.example.ac.uk": moderators decide by answering decide+TOKEN@…; empty: letters take no
  // answer.
  std::string decide_address{};
};

// Letters and the links they carry, for one transaction.
struct Letters {
  std::vector<OutboxRow> rows;
  std::vector<LinkToken> links;
};

// A moderator's answer to a letter, as the letter about it needs it.
struct Answer {
  std::string to;          // who hears of it
  std::string message_id;  // of the answer
  std::string subject;     // of the answer
  std::string first_line;
  std::string reply_to;  // where to answer once more; empty: nowhere
  Time now;
};

// Why an answer changed nothing.
enum class WhyNot {
  kNotVerified,    // nothing shows that it is from the moderator
  kNotYours,       // it is from somebody else, who is known
  kNotModerator,   // no longer
  kNotFirst,       // decided already
  kNotUnused,      // the letter was answered already
  kNotInTime,      // the letter has expired
  kNotUnchanged,   // the post has changed since the letter
  kNotClear,       // no verb that we know
  kNotReasoned,    // a rejection without a reason
  kNotByLetter,    // releasing needs a log-in here
  kNotYourAppeal,  // an appeal is for somebody else than who decided first
};
std::string_view WhyNotName(WhyNot why_not);  // "not-verified" …, in templates and in the audit

// Purposes of the links that are addresses to answer to.
inline constexpr std::string_view kDecides = "decide", kDecidesButRelease = "decide-but-release";

// Who decides on a list: its moderators, or the responsible person when there is none.
std::vector<std::string> Moderators(const ListPolicy& list);

// Posts of one list that wait.
struct WaitingPosts {
  const ListPolicy* list = nullptr;
  std::vector<HeldSummary> posts;
  std::size_t count = 0;  // with those that are not shown
};
inline constexpr std::size_t kMostInOneLetter = 20;

// What the poster is told of a hold.
enum class PosterLetter { kNone, kFull, kLimit };  // kLimit: the last one today

struct Letter;

class Notices {
 public:
  explicit Notices(NoticeSettings settings);

  // Letters for a new hold: to the poster and to each moderator (to the responsible person when there is
  // none). Keys and content hold "{id}". The poster's letter shows confidential words masked; the
  // moderator's too. The poster's has a link of their own.
  Letters ForHold(const Message& message, const Verdict& verdict, const ListPolicy& list,
                  const Policy& policy, Time now, Time expires, PosterLetter poster) const;
  // To who sent a draft to be checked: what would be said of it.
  OutboxRow ForDraft(const Message& message, const Verdict& verdict, const ListPolicy& list,
                     const Policy& policy, Time now, const std::string& key) const;
  // The token in an address that a moderator's letter was to be answered to; nullopt for any other path.
  std::optional<std::string> TokenIn(std::string_view forward_path) const;
  // To the moderator: what became of their answer.
  OutboxRow ForDone(const HeldSummary& held, const Answer& answer, HoldState to, std::string_view why) const;
  OutboxRow ForNotDone(const HeldSummary& held, const Answer& answer, WhyNot why_not,
                       const ListPolicy* list) const;
  // About posts that wait: event "moderator-digest", "moderator-reminder" or "moderator-escalation".
  OutboxRow ForWaiting(const std::string& event, const std::string& language, const std::string& to,
                       const std::vector<WaitingPosts>& lists, const Policy& policy, Time now,
                       const std::string& key) const;
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
  OutboxRow Written(const Letter& letter, const LetterValues& values, std::string key) const;
  std::optional<LetterText> RenderOutcome(const HeldSummary& held, std::string_view event,
                                          std::string_view why) const;

  NoticeSettings settings_;
  LetterTemplates templates_;
};

// The subject as a letter, a list of held mail or a page may show it: not when it holds confidential words.
std::string ShownSubject(const Message& message, const Verdict& verdict);

// Written by a program (RFC 3834): no person stands behind it.
bool IsAutomatic(const Message& message);

// May an automatic letter go to the author of this message? `why_not` gets a word for the log.
// The poster must be known: SASL log-in, a client on this machine, or a dmarc pass of `authserv_id`.
bool MayAnswer(const Message& message, std::string_view authserv_id, std::string* why_not);

}  // namespace listwarden
