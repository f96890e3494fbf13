// SPDX-License-Identifier: Apache-2.0
#include "moderation/letter.h"

#include <array>
#include <string_view>

#include "base/local_time.h"
#include "hold/identity.h"
#include "moderation/mail_text.h"

namespace listwarden {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 12> kMonthsCy = {"Ionawr", "Chwefror", "Mawrth",     "Ebrill",
                                                        "Mai",    "Mehefin",  "Gorffennaf", "Awst",
                                                        "Medi",   "Hydref",   "Tachwedd",   "Rhagfyr"};

// RFC 5322 section 3.6.4: never the same for two letters, also of one moment about one post.
std::string MessageId(const NoticeSettings& settings, const Letter& letter, const std::string& key) {
  return "<" + letter.event + ".{id}." + std::to_string(letter.now.time_since_epoch().count()) + "." +
         Sha256Hex(key).substr(0, 8) + "@" + settings.host_name + ">";
}

std::string LetterHead(const NoticeSettings& settings, const Letter& letter, const std::string& subject,
                       const std::string& key) {
  std::string head = MailboxLine("From", settings.from) + MailboxLine("To", letter.to);
  if (!letter.reply_to.empty()) head += HeaderLine("Reply-To", letter.reply_to);
  head += HeaderLine("Subject", subject) + HeaderLine("Date", MailTime(letter.now)) +
          "Message-ID: " + MessageId(settings, letter, key) + "\r\n";
  if (letter.is_reply && !letter.original_id.empty()) {
    head += HeaderLine("In-Reply-To", letter.original_id) + HeaderLine("References", letter.original_id);
  }
  return head + "Auto-Submitted: " + (letter.is_reply ? "auto-replied" : "auto-generated") +
         "\r\nX-Auto-Response-Suppress: All\r\n" + HeaderLine("Listwarden-Notice", letter.event) +
         "Content-Language: " + letter.language + "\r\nMIME-Version: 1.0\r\n";
}

}  // namespace

std::string DayInWords(Time time, const std::string& language) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  const std::size_t month = static_cast<unsigned>(day.month()) - 1;
  return std::to_string(static_cast<unsigned>(day.day())) + " " +
         std::string(language == "cy" ? kMonthsCy[month] : kMonths[month]) + " " +
         std::to_string(static_cast<int>(day.year()));
}

std::string MinuteInWords(Time time, const std::string& zone, const std::string& language) {
  const Time there = LocalTime(zone, time);
  return DayInWords(there, language) + ", " + IsoTime(there).substr(11, 5);
}

std::string LetterBody(const std::string& text) {
  return "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
         QuotedPrintable(text);
}

OutboxRow LetterRow(const NoticeSettings& settings, const Letter& letter, const std::string& subject,
                    const std::string& body, std::string key) {
  OutboxRow row;
  row.forward_paths = {AddressOf(letter.to)};
  row.content = LetterHead(settings, letter, subject, key) + body;
  row.key = std::move(key);
  return row;
}

}  // namespace listwarden
