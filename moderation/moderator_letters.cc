// What moderators are told of their own answers.
// SPDX-License-Identifier: Apache-2.0
#include "hold/identity.h"
#include "message/header_fields.h"
#include "moderation/letter.h"
#include "moderation/mail_text.h"
#include "moderation/notices.h"

namespace listwarden {
namespace {

constexpr std::size_t kLineBytes = 200, kWhyBytes = 4000;

void SetOutcome(LetterValues* values, HoldState state) {
  values->flags["is-released"] = state == HoldState::kApproved || state == HoldState::kSending ||
                                 state == HoldState::kReleased || state == HoldState::kFailed;
  values->flags["is-rejected"] = state == HoldState::kRejected;
  values->flags["is-discarded"] = state == HoldState::kDiscarded;
  values->flags["is-expired"] = state == HoldState::kExpired;
  values->flags["is-withdrawn"] = state == HoldState::kWithdrawn;
}

LetterValues AboutPost(const NoticeSettings& settings, const HeldSummary& held) {
  LetterValues values;
  values.texts["subject"] = OneLine(held.subject, kLineBytes);
  values.texts["address"] = held.list;
  values.texts["from"] = OneLine(held.from, kLineBytes);
  values.texts["desk"] = settings.desk_url;
  values.flags["has-desk"] = !settings.desk_url.empty();
  return values;
}

// The same answer, sent again by a client that saw no reply, brings about the same letter.
std::string AnswerKey(const std::string& event, const Answer& answer) {
  return event + ":{id}:" + answer.to + ":" + Sha256Hex(answer.message_id).substr(0, 16);
}

}  // namespace

std::string_view WhyNotName(WhyNot why_not) {
  switch (why_not) {
    case WhyNot::kNotVerified:
      return "not-verified";
    case WhyNot::kNotYours:
      return "not-yours";
    case WhyNot::kNotModerator:
      return "not-moderator";
    case WhyNot::kNotFirst:
      return "not-first";
    case WhyNot::kNotUnused:
      return "not-unused";
    case WhyNot::kNotInTime:
      return "not-in-time";
    case WhyNot::kNotUnchanged:
      return "not-unchanged";
    case WhyNot::kNotClear:
      return "not-clear";
    case WhyNot::kNotReasoned:
      return "not-reasoned";
    case WhyNot::kNotByLetter:
      return "not-by-letter";
    case WhyNot::kNotYourAppeal:
      return "not-your-appeal";
  }
  return "";
}

std::vector<std::string> Moderators(const ListPolicy& list) {
  return list.moderators.empty() ? std::vector<std::string>{list.responsible} : list.moderators;
}

std::optional<std::string> Notices::TokenIn(std::string_view forward_path) const {
  const std::string ours = LowerAscii(settings_.decide_address), path = LowerAscii(forward_path);
  const auto at = ours.rfind('@');
  if (at == std::string::npos || path == ours)
    return ours.empty() ? std::nullopt : std::optional<std::string>("");
  const std::string before = ours.substr(0, at) + "+", after = ours.substr(at);
  const bool is_ours = path.size() > before.size() + after.size() && path.rfind(before, 0) == 0 &&
                       path.compare(path.size() - after.size(), after.size(), after) == 0;
  if (!is_ours) return std::nullopt;
  return path.substr(before.size(), path.size() - before.size() - after.size());
}

OutboxRow Notices::ForDone(const HeldSummary& held, const Answer& answer, HoldState to,
                           std::string_view why) const {
  LetterValues values = AboutPost(settings_, held);
  SetOutcome(&values, to);
  values.texts["why"] = Lines(why, kWhyBytes);
  values.flags["poster-not-told"] = to == HoldState::kDiscarded || !held.may_answer;
  const Letter letter{"moderator-done", held.language, answer.to, answer.message_id, answer.now, true};
  return Written(letter, values, AnswerKey(letter.event, answer));
}

OutboxRow Notices::ForNotDone(const HeldSummary& held, const Answer& answer, WhyNot why_not,
                              const ListPolicy* list) const {
  LetterValues values = AboutPost(settings_, held);
  values.flags[std::string(WhyNotName(why_not))] = true;
  values.texts["answer"] = OneLine(answer.subject, kLineBytes);
  values.texts["verb"] = OneLine(answer.first_line, kLineBytes);
  values.flags["has-reply"] = !answer.reply_to.empty();
  values.flags["release-by-letter"] = list != nullptr && list->release_by_letter;
  values.texts["responsible"] = list == nullptr ? "" : list->responsible;
  if (why_not == WhyNot::kNotFirst) {
    SetOutcome(&values, held.state);
    values.texts["by"] = OneLine(held.decided_by, kLineBytes);
    values.texts["when"] = MinuteInWords(held.decided.value_or(answer.now),
                                         list == nullptr ? "UTC" : list->time_zone, held.language);
  }
  // Whoever is not to read the post is not told of it either.
  if (why_not == WhyNot::kNotYours || why_not == WhyNot::kNotModerator) values.flags["has-desk"] = false;
  const Letter letter{"moderator-not-done", held.language, answer.to,      answer.message_id,
                      answer.now,           true,          answer.reply_to};
  return Written(letter, values, AnswerKey(letter.event, answer));
}

}  // namespace listwarden
