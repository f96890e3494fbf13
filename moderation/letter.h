// A letter of ours on its way into the outbox: header fields with the manners of RFC 3834, body, and the
// words that every letter needs.
// Threads: pure functions.
// Errors: none.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "base/clock.h"
#include "hold/outbox.h"
#include "moderation/notices.h"

namespace listwarden {

struct Letter {
  std::string event, language, to;
  std::string original_id{};  // Message-ID of what it answers or speaks of
  Time now;
  bool is_reply = false;   // to a message, not of our own accord
  std::string reply_to{};  // an address; empty for none
};

std::string LetterBody(const std::string& text);
// `body` begins with its Content-Type.
OutboxRow LetterRow(const NoticeSettings& settings, const Letter& letter, const std::string& subject,
                    const std::string& body, std::string key);

// "28 September 2026", "28 Medi 2026".
std::string DayInWords(Time time, const std::string& language);
// "28 September 2026, 15:13", as the wall clock of the zone has it.
std::string MinuteInWords(Time time, const std::string& zone, const std::string& language);

}  // namespace listwarden
