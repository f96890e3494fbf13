// SPDX-License-Identifier: Apache-2.0
#include "moderation/notices.h"

#include <array>
#include <kainjow/mustache.hpp>
#include <map>

#include "base/error.h"
#include "hold/identity.h"
#include "moderation/letter_findings.h"
#include "moderation/letter_template.h"
#include "moderation/mail_text.h"

namespace listwarden {
namespace {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

constexpr std::array<std::string_view, 2> kLanguages = {"en", "cy"};
constexpr std::array<std::string_view, 8> kEvents = {"poster-held",     "poster-released", "poster-passed",
                                                     "poster-rejected", "poster-expired",  "poster-limit",
                                                     "moderator-held",  "moderator-asked"};
constexpr std::size_t kSubjectBytes = 200, kExcerptBytes = 600, kWhyBytes = 20000;
constexpr auto kLinkOutlives = std::chrono::days(30);  // the hold: time to read the outcome and to appeal
constexpr std::string_view kLinkMark = "{link}";
constexpr std::string_view kNoSubject = "(…)";

constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 12> kMonthsCy = {"Ionawr", "Chwefror", "Mawrth",     "Ebrill",
                                                        "Mai",    "Mehefin",  "Gorffennaf", "Awst",
                                                        "Medi",   "Hydref",   "Tachwedd",   "Rhagfyr"};

std::string DayInWords(Time time, const std::string& language) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  const std::size_t month = static_cast<unsigned>(day.month()) - 1;
  return std::to_string(static_cast<unsigned>(day.day())) + " " +
         std::string(language == "cy" ? kMonthsCy[month] : kMonths[month]) + " " +
         std::to_string(static_cast<int>(day.year()));
}

std::string ConfidenceIn(Confidence confidence, const std::string& language) {
  if (language != "cy") return std::string(ConfidenceName(confidence));
  switch (confidence) {
    case Confidence::kLow:
      return "isel";
    case Confidence::kMedium:
      return "canolig";
    case Confidence::kHigh:
      return "uchel";
  }
  return "";
}

data FindingData(const Finding& finding, const std::string& language) {
  data one;
  one.set("quote", OneLine(finding.quote, 400));
  one.set("reason", OneLine(finding.reason, 400));
  one.set("confidence", ConfidenceIn(finding.confidence, language));
  one.set("rule", finding.rule);
  return one;
}

data ClausesData(const Verdict& verdict, const Policy& policy, const std::string& language) {
  data clauses(data::type::list);
  for (const LetterClause& group : FindingsForLetter(verdict)) {
    const Clause* clause = policy.FindClause(group.clause);
    const bool is_welsh = language == "cy";
    data one;
    one.set("title", clause == nullptr ? group.clause : is_welsh ? clause->title_cy : clause->title);
    one.set("principle", clause == nullptr ? "" : is_welsh ? clause->text_cy : clause->text);
    data findings(data::type::list), advice(data::type::list);
    for (const Finding& finding : group.findings) findings.push_back(FindingData(finding, language));
    for (const std::string& text : group.advice) {
      data line;
      line.set("text", OneLine(text, 400));
      advice.push_back(line);
    }
    one.set("findings", findings);
    one.set("advice", advice);
    clauses.push_back(one);
  }
  return clauses;
}

data UnreadData(const Verdict& verdict) {
  data unread(data::type::list);
  for (const std::string& what : verdict.unread) {
    data one;
    one.set("what", OneLine(what, 200));
    unread.push_back(one);
  }
  return unread;
}

// The author's first words, indented.
std::string Excerpt(const Message& message) {
  std::string text;
  for (const Segment& segment : message.segments) {
    if (segment.region == Region::kAuthorText && text.size() < kExcerptBytes)
      text += segment.text.original().substr(0, kExcerptBytes);
  }
  std::string out = "  ";
  for (const char c : Lines(text, kExcerptBytes)) out += c == '\n' ? "\n  " : std::string(1, c);
  return out;
}

// A new link to the poster's own page; its token goes to `links`.
std::string OwnLink(const std::string& desk_url, const std::string& to, Time expires,
                    std::vector<LinkToken>* links) {
  const std::string secret = NewLinkSecret();
  LinkToken token;
  token.hash = Sha256Hex(secret);
  token.purpose = "author";
  token.actor = to;
  token.expires = expires;
  links->push_back(std::move(token));
  return desk_url + "/link/" + secret;
}

struct Letter {
  std::string event, language, to, original_id;
  Time now;
  bool is_reply = true;
};

std::string Head(const NoticeSettings& settings, const Letter& letter, const std::string& subject) {
  std::string head =
      MailboxLine("From", settings.from) + MailboxLine("To", letter.to) + HeaderLine("Subject", subject) +
      HeaderLine("Date", MailTime(letter.now)) + "Message-ID: <" + letter.event + ".{id}." +
      std::to_string(letter.now.time_since_epoch().count()) + "@" + settings.host_name + ">\r\n";
  if (letter.is_reply && !letter.original_id.empty()) {
    head += HeaderLine("In-Reply-To", letter.original_id) + HeaderLine("References", letter.original_id);
  }
  return head + "Auto-Submitted: " + (letter.is_reply ? "auto-replied" : "auto-generated") +
         "\r\nX-Auto-Response-Suppress: All\r\n" + HeaderLine("Listwarden-Notice", letter.event) +
         "Content-Language: " + letter.language + "\r\nMIME-Version: 1.0\r\n";
}

std::string Body(const std::string& text) {
  return "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
         QuotedPrintable(text);
}

// RFC 6522: the words, what happened in a machine's (RFC 3464), the header of what was refused.
std::string Report(const HeldSummary& held, const std::string& host_name, const std::string& text) {
  const std::string mark = "=_listwarden_{id}";
  std::string report = "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"" + mark +
                       "\"\r\n\r\n--" + mark + "\r\n" + Body(text) + "\r\n--" + mark +
                       "\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; " + host_name +
                       "\r\nArrival-Date: " + MailTime(held.received) + "\r\n\r\n";
  for (const std::string& path : held.forward_paths) {
    report += HeaderLine("Final-Recipient", "rfc822; " + path) + "Action: failed\r\nStatus: 5.7.1\r\n\r\n";
  }
  report +=
      "--" + mark + "\r\nContent-Type: text/rfc822-headers\r\n\r\n" + HeaderLine("Subject", held.subject);
  if (!held.message_id.empty()) report += HeaderLine("Message-ID", held.message_id);
  return report + "\r\n--" + mark + "--\r\n";
}

}  // namespace

struct Notices::Templates {
  std::map<std::string, std::string> texts;  // "en/poster-held"

  std::string Render(const std::string& language, const std::string& event, data& values,
                     std::string* subject) const {
    mustache parsed(texts.at(language + "/" + event));
    parsed.set_custom_escape([](const std::string& text) { return text; });
    const std::string text = parsed.render(values);
    const auto end = text.find('\n');
    *subject = text.substr(9, end - 9);
    return WrappedLines(text.substr(std::min(text.find_first_not_of('\n', end), text.size())));
  }
};

std::string ShownSubject(const Message& message, const Verdict& verdict) {
  return ShowsSecretInSubject(verdict) || message.subject.empty() ? std::string(kNoSubject) : message.subject;
}

Notices::Notices(NoticeSettings settings)
    : settings_(std::move(settings)), templates_(std::make_unique<Templates>()) {
  std::string mistakes;
  for (const std::string_view language : kLanguages) {
    for (const std::string_view event : kEvents) {
      const std::string name = std::string(language) + "/" + std::string(event);
      try {
        templates_->texts[name] = ReadLetterTemplate(settings_.templates / (name + ".txt"));
      } catch (const SettingsError& e) {
        mistakes += (mistakes.empty() ? "" : "\n") + std::string(e.what());
      }
    }
  }
  if (!mistakes.empty()) throw SettingsError(mistakes);
}

Notices::~Notices() = default;

bool Notices::MayAnswerTo(const Message& message) const {
  return MayAnswer(message, settings_.authserv_id, nullptr);
}

Letters Notices::ForHold(const Message& message, const Verdict& verdict, const ListPolicy& list,
                         const Policy& policy, Time now, Time expires, PosterLetter poster) const {
  Letters letters;
  data values;
  values.set("subject", OneLine(ShownSubject(message, verdict), kSubjectBytes));
  values.set("list", list.name);
  values.set("address", list.address);
  values.set("responsible", list.responsible);
  values.set(
      "from",
      OneLine(message.from.empty() ? message.envelope.reverse_path : message.from.front().address, 200));
  values.set("expires", DayInWords(expires, list.language));
  values.set("on-expiry-return", list.on_expiry == OnExpiry::kReject);
  values.set("on-expiry-release", list.on_expiry == OnExpiry::kRelease);
  values.set("on-expiry-discard", list.on_expiry == OnExpiry::kDiscard);
  values.set("clauses", ClausesData(verdict, policy, list.language));
  values.set("unread", UnreadData(verdict));
  values.set("is-unread", !verdict.unread.empty());
  values.set("excerpt", Excerpt(message));
  values.set("has-excerpt", !ShowsSecret(verdict));
  values.set("desk", settings_.desk_url);
  values.set("has-desk", !settings_.desk_url.empty());
  values.set("poster-told", poster != PosterLetter::kNone);
  const bool has_link = poster == PosterLetter::kFull && !settings_.desk_url.empty();
  values.set("has-link", has_link);
  if (has_link)
    values.set("link", OwnLink(settings_.desk_url, message.envelope.reverse_path, expires + kLinkOutlives,
                               &letters.links));
  const auto add = [&](const std::string& event, const std::string& to, bool is_reply) {
    std::string subject;
    const std::string text = templates_->Render(list.language, event, values, &subject);
    const Letter letter{event, list.language, to, message.message_id, now, is_reply};
    OutboxRow row;
    row.key = event + ":{id}:" + to;
    row.kind = OutboxKind::kLetter;
    row.forward_paths = {AddressOf(to)};
    row.content = Head(settings_, letter, subject) + Body(text);
    letters.rows.push_back(std::move(row));
  };
  if (poster == PosterLetter::kFull) add("poster-held", message.envelope.reverse_path, true);
  if (poster == PosterLetter::kLimit) add("poster-limit", message.envelope.reverse_path, true);
  for (const std::string& moderator : list.moderators) add("moderator-held", moderator, false);
  if (list.moderators.empty()) add("moderator-held", list.responsible, false);
  return letters;
}

struct Notices::Outcome {
  std::string subject, text;
};

std::optional<Notices::Outcome> Notices::RenderOutcome(const HeldSummary& held, std::string_view event,
                                                       std::string_view why) const {
  const std::string name = "poster-" + std::string(event);
  if (templates_->texts.count(held.language + "/" + name) == 0 || !held.may_answer) return std::nullopt;
  data values;
  values.set("subject", OneLine(held.subject, kSubjectBytes));
  values.set("address", held.list);
  values.set("why", Lines(why, kWhyBytes));
  values.set("has-why", !why.empty());
  values.set("has-link", !settings_.desk_url.empty());
  values.set("link", std::string(kLinkMark));
  Outcome outcome;
  outcome.text = templates_->Render(held.language, name, values, &outcome.subject);
  return outcome;
}

std::string Notices::OutcomeText(const HeldSummary& held, std::string_view event,
                                 std::string_view why) const {
  const auto outcome = RenderOutcome(held, event, why);
  return outcome ? WithId(outcome->text, held.id) : "";
}

OutboxRow Notices::ForColleague(const HeldSummary& held, const std::string& from, const std::string& to,
                                const std::string& question, const std::string& link, Time now) const {
  data values;
  values.set("subject", OneLine(held.subject, kSubjectBytes));
  values.set("address", held.list);
  values.set("from", OneLine(from, 200));
  values.set("question", Lines(question, kWhyBytes));
  values.set("has-question", !question.empty());
  values.set("link", link);
  std::string subject;
  const std::string text = templates_->Render(held.language, "moderator-asked", values, &subject);
  const Letter letter{"moderator-asked", held.language, to, held.message_id, now, false};
  OutboxRow row;
  row.key = "moderator-asked:{id}:" + to + ":" + std::to_string(now.time_since_epoch().count());
  row.forward_paths = {AddressOf(to)};
  row.content = Head(settings_, letter, subject) + Body(text);
  return row;
}

Letters Notices::ForOutcome(const HeldSummary& held, std::string_view event, std::string_view why, Time now,
                            std::string_view changed) const {
  Letters letters;
  const auto outcome = RenderOutcome(held, event, why);
  if (!outcome) return letters;
  const std::string name = "poster-" + std::string(event);
  std::string text = changed.empty() ? outcome->text : Lines(changed, kWhyBytes) + "\n";
  if (const auto at = text.find(kLinkMark); at != std::string::npos && !settings_.desk_url.empty())
    text.replace(at, kLinkMark.size(),
                 OwnLink(settings_.desk_url, held.reverse_path, now + kLinkOutlives, &letters.links));
  const Letter letter{name, held.language, held.reverse_path, held.message_id, now, true};
  const bool is_failure = event == "rejected" || event == "expired";
  OutboxRow row;
  row.key = name + ":{id}";
  row.forward_paths = {held.reverse_path};
  row.content = Head(settings_, letter, outcome->subject) +
                (is_failure ? Report(held, settings_.host_name, text) : Body(text));
  letters.rows.push_back(std::move(row));
  return letters;
}

}  // namespace listwarden
