// SPDX-License-Identifier: Apache-2.0
#include "moderation/notices.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <kainjow/mustache.hpp>
#include <map>

#include "base/error.h"
#include "hold/identity.h"
#include "message/authentication.h"
#include "message/header_fields.h"

namespace listwarden {
namespace {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

constexpr std::array<std::string_view, 2> kLanguages = {"en", "cy"};
constexpr std::array<std::string_view, 7> kEvents = {"poster-held",    "poster-released", "poster-rejected",
                                                     "poster-expired", "poster-limit",    "moderator-held",
                                                     "moderator-asked"};
constexpr std::size_t kFindingsInLetter = 8;

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

std::string OneLine(std::string_view text, std::size_t most) {
  std::string out;
  for (const char c : text.substr(0, most))
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80) out.pop_back();
  if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xc0) out.pop_back();
  return out;
}

// As a person wrote it in a form: lines kept, other controls out.
std::string ManyLines(std::string_view text) {
  constexpr std::size_t kLongest = 20000;
  std::string out;
  for (const char c : text.substr(0, kLongest)) {
    if (c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)) out += c;
  }
  return out;
}

std::string Base64(std::string_view bytes) {
  std::string out(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();
  return out;
}

std::string QuotedPrintable(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool is_last = i + 1 == text.size() || text[i + 1] == '\n';
    const bool is_plain = (c > 32 && c < 127 && c != '=') || (c == ' ' && !is_last);
    // A placeholder stays in one piece.
    if (column > 71 || (c == '{' && column > 55)) {
      out += "=\r\n";
      column = 0;
    }
    // A line that is a dot, or begins with "From ", is changed by some on the way.
    if (is_plain && !(column == 0 && (c == '.' || c == 'F'))) {
      out += static_cast<char>(c);
      ++column;
    } else {
      out += {'=', kHex[c >> 4], kHex[c & 15]};
      column += 3;
    }
  }
  return out;
}

data FindingData(const Finding& finding, const Clause* clause, const std::string& language) {
  data one;
  one.set("quote", OneLine(finding.quote, 400));
  one.set("reason", finding.reason);
  one.set("advice", finding.advice);
  one.set("clause", clause == nullptr ? finding.clause : language == "cy" ? clause->title_cy : clause->title);
  one.set("principle", clause == nullptr ? "" : language == "cy" ? clause->text_cy : clause->text);
  one.set("confidence", std::string(ConfidenceName(finding.confidence)));
  one.set("rule", finding.rule);
  return one;
}

// Findings that led to the hold, the gravest first; the same words once.
data FindingsData(const Verdict& verdict, const Policy& policy, const std::string& language) {
  std::vector<const Finding*> chosen;
  for (const FilterVerdict& filter : verdict.filters) {
    if (filter.action != Action::kHold) continue;
    for (const Finding& finding : filter.findings) {
      const bool is_there = std::any_of(chosen.begin(), chosen.end(),
                                        [&](const Finding* one) { return one->quote == finding.quote; });
      if (!is_there && chosen.size() < kFindingsInLetter) chosen.push_back(&finding);
    }
  }
  data list(data::type::list);
  for (const Finding* finding : chosen)
    list.push_back(FindingData(*finding, policy.FindClause(finding->clause), language));
  return list;
}

std::string Excerpt(const Message& message) {
  std::string text;
  for (const Segment& segment : message.segments) {
    if (segment.region == Region::kAuthorText && text.size() < 600)
      text += segment.text.original().substr(0, 600);
  }
  std::string out = "  | ";
  for (const char c : text.substr(0, 600)) {
    if (c == '\n')
      out += "\n  | ";
    else if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)
      out += c;
  }
  while (!out.empty() && static_cast<unsigned char>(out.back()) >= 0x80) out.pop_back();
  return out;
}

bool HasSecret(const Verdict& verdict) {
  for (const FilterVerdict& filter : verdict.filters) {
    for (const Finding& finding : filter.findings) {
      if (finding.is_secret) return true;
    }
  }
  return false;
}

std::string AddressOf(std::string_view mailbox) {
  const auto open = mailbox.rfind('<');
  if (open == std::string_view::npos) return std::string(mailbox);
  return std::string(mailbox.substr(open + 1, mailbox.find('>', open) - open - 1));
}

bool IsVouchedFor(const Message& message, std::string_view authserv_id) {
  for (const std::string_view local : {"[127.", "[::1]", "[IPv6:::1]"}) {
    if (message.envelope.client.find(local) != std::string::npos) return true;
  }
  return !AuthenticatedAuthor(message, authserv_id).empty();
}

}  // namespace

struct Notices::Templates {
  std::map<std::string, std::string> texts;  // "en/poster-held"
};

std::string HeaderLine(std::string_view name, std::string_view value) {
  const std::string clean = OneLine(value, 900);
  const bool is_ascii =
      std::all_of(clean.begin(), clean.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  std::string line = std::string(name) + ":";
  if (is_ascii) {
    std::size_t column = line.size();
    for (std::size_t at = 0; at <= clean.size();) {
      const std::size_t end = std::min(clean.find(' ', at), clean.size());
      if (column > name.size() + 2 && column + (end - at) > 76 && end > at) {
        line += "\r\n";
        column = 0;
      }
      line += " " + clean.substr(at, end - at);
      column += end - at + 1;
      at = end + 1;
    }
    return line + "\r\n";
  }
  for (std::size_t at = 0; at < clean.size();) {
    std::size_t end = std::min(at + 42, clean.size());
    while (end < clean.size() && (static_cast<unsigned char>(clean[end]) & 0xc0) == 0x80) --end;
    line += (at == 0 ? " =?utf-8?B?" : "\r\n =?utf-8?B?") +
            Base64(std::string_view(clean).substr(at, end - at)) + "?=";
    at = end;
  }
  return line + "\r\n";
}

bool MayAnswer(const Message& message, std::string_view authserv_id, std::string* why_not) {
  const auto no = [&](const char* why) {
    if (why_not != nullptr) *why_not = why;
    return false;
  };
  const std::string path = LowerAscii(message.envelope.reverse_path);
  if (path.empty() || path.find('@') == std::string::npos) return no("null reverse-path");
  const std::string local = path.substr(0, path.rfind('@'));
  for (const std::string_view daemon :
       {"mailer-daemon", "postmaster", "listserv", "majordomo", "noreply", "no-reply", "donotreply"}) {
    if (local == daemon) return no("a daemon");
  }
  if (local.rfind("owner-", 0) == 0 || local.find("-bounces") != std::string::npos ||
      local.find("-request") != std::string::npos || local.find("bounce+") != std::string::npos) {
    return no("a list");
  }
  for (const HeaderField& field : message.fields) {
    const std::string name = LowerAscii(field.name), value = LowerAscii(Trim(field.value));
    if (name == "auto-submitted" && value.rfind("no", 0) != 0) return no("automatic mail");
    if (name == "precedence" && (value == "bulk" || value == "list" || value == "junk"))
      return no("bulk mail");
    if (name.rfind("list-", 0) == 0) return no("list mail");
    if (name == "listwarden-notice") return no("our own letter");
  }
  if (message.from.size() != 1 || DomainOf(message.from.front().address) != DomainOf(path))
    return no("author and sender differ");
  if (!IsVouchedFor(message, authserv_id)) return no("not authenticated");
  return true;
}

Notices::Notices(NoticeSettings settings)
    : settings_(std::move(settings)), templates_(std::make_unique<Templates>()) {
  for (const std::string_view language : kLanguages) {
    for (const std::string_view event : kEvents) {
      const std::string name = std::string(language) + "/" + std::string(event);
      const auto file = settings_.templates / (name + ".txt");
      std::ifstream in(file);
      if (!in) throw SettingsError(file.string() + ":0: the letter cannot be read");
      std::string text(std::istreambuf_iterator<char>(in), {});
      if (text.rfind("Subject: ", 0) != 0)
        throw SettingsError(file.string() + ":1: expected \"Subject: …\" on the first line");
      const mustache parsed(text);
      if (!parsed.is_valid()) throw SettingsError(file.string() + ":1: " + parsed.error_message());
      templates_->texts[name] = std::move(text);
    }
  }
}

Notices::~Notices() = default;

namespace {

struct Letter {
  std::string event, language, to, original_id;
  Time now;
  bool is_reply = true;
};

std::string Head(const NoticeSettings& settings, const Letter& letter, const std::string& subject) {
  std::string id = "<" + letter.event + ".{id}." + std::to_string(letter.now.time_since_epoch().count()) +
                   "@" + settings.host_name + ">";
  std::string head = HeaderLine("From", settings.from) + HeaderLine("To", letter.to) +
                     HeaderLine("Subject", subject) + HeaderLine("Date", MailTime(letter.now)) +
                     "Message-ID: " + id + "\r\n";
  if (letter.is_reply && !letter.original_id.empty()) {
    head += HeaderLine("In-Reply-To", letter.original_id) + HeaderLine("References", letter.original_id);
  }
  head += std::string("Auto-Submitted: ") + (letter.is_reply ? "auto-replied" : "auto-generated") + "\r\n";
  head += "X-Auto-Response-Suppress: All\r\n" + HeaderLine("Listwarden-Notice", letter.event) +
          "Content-Language: " + letter.language + "\r\nMIME-Version: 1.0\r\n";
  return head;
}

constexpr const char* kTextPart =
    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";

// "{id}" and "{ref}" must survive for the store to fill in.
std::string Body(const std::string& text) { return kTextPart + QuotedPrintable(text); }

std::string Render(const std::string& source, data& values, std::string* subject) {
  mustache parsed(source);
  parsed.set_custom_escape([](const std::string& text) { return text; });
  const std::string text = parsed.render(values);
  const auto end = text.find('\n');
  *subject = text.substr(9, end - 9);
  return text.substr(std::min(text.find_first_not_of('\n', end), text.size()));
}

}  // namespace

bool Notices::MayAnswerTo(const Message& message) const {
  return MayAnswer(message, settings_.authserv_id, nullptr);
}

std::vector<OutboxRow> Notices::ForHold(const Message& message, const Verdict& verdict,
                                        const ListPolicy& list, const Policy& policy, Time now,
                                        Time expires) const {
  std::vector<OutboxRow> letters;
  data values;
  values.set("subject", OneLine(message.subject, 200));
  values.set("list", list.name);
  values.set("address", list.address);
  values.set("responsible", list.responsible);
  values.set(
      "from",
      OneLine(message.from.empty() ? message.envelope.reverse_path : message.from.front().address, 200));
  values.set("expires", DayInWords(expires, list.language));
  values.set("on-expiry-release", list.on_expiry == OnExpiry::kRelease);
  values.set("on-expiry-return", list.on_expiry != OnExpiry::kRelease);
  values.set("findings", FindingsData(verdict, policy, list.language));
  data unread(data::type::list);
  for (const std::string& what : verdict.unread) {
    data one;
    one.set("what", OneLine(what, 200));
    unread.push_back(one);
  }
  values.set("unread", unread);
  values.set("is-unread", !verdict.unread.empty());
  values.set("excerpt", HasSecret(verdict) ? std::string() : Excerpt(message));
  values.set("has-excerpt", !HasSecret(verdict));
  values.set("desk", settings_.desk_url);
  values.set("has-desk", !settings_.desk_url.empty());
  const auto add = [&](const std::string& event, const std::string& to, bool is_reply) {
    std::string subject;
    const std::string text = Render(templates_->texts.at(list.language + "/" + event), values, &subject);
    const Letter letter{event, list.language, to, message.message_id, now, is_reply};
    OutboxRow row;
    row.key = event + ":{id}:" + to;
    row.kind = OutboxKind::kLetter;
    row.forward_paths = {AddressOf(to)};
    row.content = Head(settings_, letter, subject) + Body(text);
    letters.push_back(std::move(row));
  };
  if (MayAnswerTo(message)) add("poster-held", message.envelope.reverse_path, true);
  for (const std::string& moderator : list.moderators) add("moderator-held", moderator, false);
  return letters;
}

struct Notices::Outcome {
  std::string subject, text;
};

std::optional<Notices::Outcome> Notices::RenderOutcome(const HeldMessage& held, std::string_view event,
                                                       std::string_view why) const {
  const auto found = templates_->texts.find(held.language + "/poster-" + std::string(event));
  if (found == templates_->texts.end() || !held.may_answer) return std::nullopt;
  data values;
  values.set("subject", OneLine(held.subject, 200));
  values.set("address", held.list);
  values.set("why", ManyLines(why));
  values.set("has-why", !why.empty());
  Outcome outcome;
  outcome.text = Render(found->second, values, &outcome.subject);
  return outcome;
}

std::string Notices::OutcomeText(const HeldMessage& held, std::string_view event,
                                 std::string_view why) const {
  const auto outcome = RenderOutcome(held, event, why);
  return outcome ? WithId(outcome->text, held.id) : "";
}

OutboxRow Notices::ForColleague(const HeldSummary& held, const std::string& from, const std::string& to,
                                const std::string& question, const std::string& link, Time now) const {
  data values;
  values.set("subject", OneLine(held.subject, 200));
  values.set("address", held.list);
  values.set("from", OneLine(from, 200));
  values.set("question", ManyLines(question));
  values.set("has-question", !question.empty());
  values.set("link", link);
  std::string subject;
  const std::string text = Render(templates_->texts.at(held.language + "/moderator-asked"), values, &subject);
  const Letter letter{"moderator-asked", held.language, to, held.message_id, now, false};
  OutboxRow row;
  row.key = "moderator-asked:{id}:" + to + ":" + std::to_string(now.time_since_epoch().count());
  row.forward_paths = {AddressOf(to)};
  row.content = Head(settings_, letter, subject) + Body(text);
  return row;
}

std::vector<OutboxRow> Notices::ForOutcome(const HeldMessage& held, std::string_view event,
                                           std::string_view why, Time now, std::string_view changed) const {
  const auto outcome = RenderOutcome(held, event, why);
  if (!outcome) return {};
  const std::string name = "poster-" + std::string(event);
  const std::string& subject = outcome->subject;
  const std::string text = changed.empty() ? outcome->text : ManyLines(changed) + "\n";
  const Letter letter{name, held.language, held.reverse_path, held.message_id, now, true};
  OutboxRow row;
  row.key = name + ":{id}";
  row.forward_paths = {held.reverse_path};
  if (event == "rejected" || event == "expired") {
    const std::string mark = "=_listwarden_{id}";
    row.content = Head(settings_, letter, subject) +
                  "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"" + mark +
                  "\"\r\n\r\n--" + mark + "\r\n" + Body(text) + "\r\n--" + mark +
                  "\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; " +
                  settings_.host_name + "\r\n\r\n";
    for (const std::string& path : held.forward_paths) {
      row.content +=
          HeaderLine("Final-Recipient", "rfc822; " + path) + "Action: failed\r\nStatus: 5.7.1\r\n\r\n";
    }
    row.content += "--" + mark + "\r\nContent-Type: text/rfc822-headers\r\n\r\n" +
                   HeaderLine("Subject", held.subject) + HeaderLine("Message-ID", held.message_id) +
                   "\r\n--" + mark + "--\r\n";
  } else {
    row.content = Head(settings_, letter, subject) + Body(text);
  }
  return {row};
}

}  // namespace listwarden
