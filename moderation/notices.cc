// SPDX-License-Identifier: Apache-2.0
#include "moderation/notices.h"

#include "hold/identity.h"
#include "message/header_fields.h"
#include "moderation/letter.h"
#include "moderation/letter_findings.h"
#include "moderation/letter_template.h"
#include "moderation/mail_text.h"

namespace listwarden {
namespace {

constexpr std::size_t kSubjectBytes = 200, kExcerptBytes = 600, kWhyBytes = 20000;
constexpr auto kLinkOutlives = std::chrono::days(30);  // the hold: time to read the outcome and to appeal
constexpr std::string_view kLinkMark = "{link}";
constexpr std::string_view kNoSubject = "(…)";

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

LetterValues FindingValues(const Finding& finding, const Policy& policy, const std::string& language) {
  LetterValues one;
  one.texts["quote"] = OneLine(finding.quote, 400);
  one.texts["reason"] = OneLine(policy.Say(finding.reason, language).text, 400);
  one.texts["confidence"] = ConfidenceIn(finding.confidence, language);
  one.texts["rule"] = finding.rule;
  return one;
}

LetterValues OneText(const char* name, const std::string& text, std::size_t most) {
  LetterValues one;
  one.texts[name] = OneLine(text, most);
  return one;
}

std::vector<LetterValues> ClausesValues(const Verdict& verdict, const Policy& policy,
                                        const std::string& language) {
  std::vector<LetterValues> clauses;
  for (const LetterClause& group : FindingsForLetter(verdict)) {
    const Clause* clause = policy.FindClause(group.clause);
    LetterValues& one = clauses.emplace_back();
    one.texts["title"] = clause == nullptr ? group.clause : policy.Say(clause->title, language).text;
    one.texts["principle"] = clause == nullptr ? "" : policy.Say(clause->text, language).text;
    for (const Finding& finding : group.findings)
      one.lists["findings"].push_back(FindingValues(finding, policy, language));
    for (const std::string& text : group.advice)
      one.lists["advice"].push_back(OneText("text", policy.Say(text, language).text, 400));
  }
  return clauses;
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

// A new secret of this person's; what is kept of it goes to `links`.
std::string NewSecret(std::size_t length, std::string_view purpose, std::string actor, Time expires,
                      std::vector<LinkToken>* links) {
  const std::string secret = NewLinkSecret().substr(0, length);
  LinkToken& token = links->emplace_back();
  token.hash = Sha256Hex(secret);
  token.purpose = std::string(purpose);
  token.actor = std::move(actor);
  token.expires = expires;
  return secret;
}

// A new link to the poster's own page.
std::string OwnLink(const std::string& desk_url, const std::string& to, Time expires,
                    std::vector<LinkToken>* links) {
  return desk_url + "/link/" + NewSecret(std::string::npos, "author", to, expires, links);
}

// An address that this moderator decides by: "decide+TOKEN@…".
std::string NewReplyAddress(const std::string& decide_address, std::string_view purpose,
                            const std::string& to, Time expires, std::vector<LinkToken>* links) {
  constexpr std::size_t kLength = 40;  // 160 bits: a local part has 64 octets (RFC 5321 section 4.5.3.1)
  const std::string secret = NewSecret(kLength, purpose, LowerAscii(AddressOf(to)), expires, links);
  links->back().revision = 0;
  const auto at = decide_address.rfind('@');
  return decide_address.substr(0, at) + "+" + secret + decide_address.substr(at);
}

// RFC 6522: the words, what happened in a machine's (RFC 3464), the header of what was refused.
std::string Report(const HeldSummary& held, const std::string& host_name, const std::string& text) {
  const std::string mark = "=_listwarden_{id}";
  std::string report = "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"" + mark +
                       "\"\r\n\r\n--" + mark + "\r\n" + LetterBody(text) + "\r\n--" + mark +
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

// What every letter about a judged message says.
LetterValues JudgedValues(const Message& message, const Verdict& verdict, const ListPolicy& list,
                          const Policy& policy) {
  LetterValues values;
  values.texts["subject"] = OneLine(ShownSubject(message, verdict), kSubjectBytes);
  values.texts["list"] = list.name;
  values.texts["address"] = list.address;
  values.texts["responsible"] = list.responsible;
  values.lists["clauses"] = ClausesValues(verdict, policy, list.language);
  for (const std::string& what : verdict.unread)
    values.lists["unread"].push_back(OneText("what", policy.Say(what, list.language).text, 200));
  values.flags["is-unread"] = !verdict.unread.empty();
  return values;
}

}  // namespace

OutboxRow Notices::Written(const Letter& letter, const LetterValues& values, std::string key) const {
  const LetterText text = templates_.Render(letter.language, letter.event, values);
  return LetterRow(settings_, letter, text.subject, LetterBody(text.text), std::move(key));
}

std::string ShownSubject(const Message& message, const Verdict& verdict) {
  return ShowsSecretInSubject(verdict) || message.subject.empty() ? std::string(kNoSubject) : message.subject;
}

Notices::Notices(NoticeSettings settings) : settings_(std::move(settings)), templates_(settings_.templates) {}

bool Notices::MayAnswerTo(const Message& message) const {
  return MayAnswer(message, settings_.authserv_id, nullptr);
}

Letters Notices::ForHold(const Message& message, const Verdict& verdict, const ListPolicy& list,
                         const Policy& policy, Time now, Time expires, PosterLetter poster) const {
  LetterValues values = JudgedValues(message, verdict, list, policy);
  values.texts["from"] =
      OneLine(message.from.empty() ? message.envelope.reverse_path : message.from.front().address, 200);
  values.texts["expires"] = DayInWords(expires, list.language);
  values.flags["on-expiry-return"] = list.on_expiry == OnExpiry::kReject;
  values.flags["on-expiry-release"] = list.on_expiry == OnExpiry::kRelease;
  values.flags["on-expiry-discard"] = list.on_expiry == OnExpiry::kDiscard;
  values.texts["excerpt"] = Excerpt(message);
  values.flags["has-excerpt"] = !ShowsSecret(verdict);
  values.texts["desk"] = settings_.desk_url;
  values.flags["has-desk"] = !settings_.desk_url.empty();
  values.flags["poster-told"] = poster != PosterLetter::kNone;
  Letters letters;
  const bool has_link = poster == PosterLetter::kFull && !settings_.desk_url.empty();
  values.flags["has-link"] = has_link;
  if (has_link)
    values.texts["link"] =
        OwnLink(settings_.desk_url, message.envelope.reverse_path, expires + kLinkOutlives, &letters.links);
  const auto add = [&](const std::string& event, const std::string& to, bool is_reply,
                       const std::string& reply_to) {
    letters.rows.push_back(Written({event, list.language, to, message.message_id, now, is_reply, reply_to},
                                   values, event + ":{id}:" + to));
  };
  if (poster == PosterLetter::kFull) add("poster-held", message.envelope.reverse_path, true, "");
  if (poster == PosterLetter::kLimit) add("poster-limit", message.envelope.reverse_path, true, "");
  values.flags["has-reply"] = !settings_.decide_address.empty();
  values.flags["release-by-letter"] = list.release_by_letter;
  for (const std::string& moderator : Moderators(list)) {
    std::string reply_to;
    if (!settings_.decide_address.empty())
      reply_to =
          NewReplyAddress(settings_.decide_address, list.release_by_letter ? kDecides : kDecidesButRelease,
                          moderator, expires, &letters.links);
    add("moderator-held", moderator, false, reply_to);
  }
  return letters;
}

OutboxRow Notices::ForDraft(const Message& message, const Verdict& verdict, const ListPolicy& list,
                            const Policy& policy, Time now, const std::string& key) const {
  LetterValues values = JudgedValues(message, verdict, list, policy);
  values.flags["is-held"] = verdict.disposition == Disposition::kHold;
  const Letter letter{"poster-check",     list.language, message.envelope.reverse_path,
                      message.message_id, now,           true};
  OutboxRow row = Written(letter, values, letter.event + ":" + key);
  row.content = WithId(std::move(row.content), key);  // no held message gives it an id
  return row;
}

std::optional<LetterText> Notices::RenderOutcome(const HeldSummary& held, std::string_view event,
                                                 std::string_view why) const {
  const std::string name = "poster-" + std::string(event);
  if (!templates_.Has(held.language, name) || !held.may_answer) return std::nullopt;
  LetterValues values;
  values.texts["subject"] = OneLine(held.subject, kSubjectBytes);
  values.texts["address"] = held.list;
  values.texts["why"] = Lines(why, kWhyBytes);
  values.flags["has-why"] = !why.empty();
  values.flags["has-link"] = !settings_.desk_url.empty();
  values.texts["link"] = std::string(kLinkMark);
  return templates_.Render(held.language, name, values);
}

std::string Notices::OutcomeText(const HeldSummary& held, std::string_view event,
                                 std::string_view why) const {
  const auto outcome = RenderOutcome(held, event, why);
  return outcome ? WithId(outcome->text, held.id) : "";
}

OutboxRow Notices::ForColleague(const HeldSummary& held, const std::string& from, const std::string& to,
                                const std::string& question, const std::string& link, Time now,
                                std::string_view event) const {
  LetterValues values;
  values.texts["subject"] = OneLine(held.subject, kSubjectBytes);
  values.texts["address"] = held.list;
  values.texts["from"] = OneLine(from, 200);
  values.texts["question"] = Lines(question, kWhyBytes);
  values.flags["has-question"] = !question.empty();
  values.texts["link"] = link;
  const Letter letter{std::string(event), held.language, to, held.message_id, now};
  return Written(letter, values,
                 letter.event + ":{id}:" + to + ":" + std::to_string(now.time_since_epoch().count()));
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
  letters.rows.push_back(LetterRow(settings_, letter, outcome->subject,
                                   is_failure ? Report(held, settings_.host_name, text) : LetterBody(text),
                                   name + ":{id}"));
  return letters;
}

}  // namespace listwarden
