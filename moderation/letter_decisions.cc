// SPDX-License-Identifier: Apache-2.0
#include "moderation/letter_decisions.h"

#include <algorithm>

#include "base/log.h"
#include "hold/identity.h"
#include "message/authentication.h"
#include "message/header_fields.h"
#include "moderation/mail_text.h"
#include "moderation/moderation_service.h"

namespace listwarden {
namespace {

using Verb = LetterCommand::Verb;

constexpr int kLettersPerDay = 5;  // about answers to one letter

HoldState StateFor(Verb verb) {
  return verb == Verb::kApprove  ? HoldState::kApproved
         : verb == Verb::kReject ? HoldState::kRejected
                                 : HoldState::kDiscarded;
}

// The state that this verb leads to, however far on its way.
bool HasCome(HoldState state, Verb verb) {
  if (verb == Verb::kApprove)
    return state == HoldState::kApproved || state == HoldState::kSending || state == HoldState::kReleased;
  return verb != Verb::kUnknown && state == StateFor(verb);
}

void LogAnswer(const std::string& held_id, const std::string& moderator, std::string_view what) {
  Log(LogLevel::kInfo, "answer", {{"id", held_id}, {"moderator", moderator}, {"what", std::string(what)}});
}

}  // namespace

LetterDecisions::LetterDecisions(HoldStore& store, AccountStore& accounts, const Clock& clock)
    : store_(store), accounts_(accounts), clock_(clock) {}

bool LetterDecisions::Take(const Policy& policy, const Notices& notices, const Message& message,
                           const std::string& path) {
  const std::string token = notices.TokenIn(path).value_or("");
  const auto link = store_.FindLink(Sha256Hex(token));
  if (!link || (link->purpose != kDecides && link->purpose != kDecidesButRelease)) {
    LogAnswer("", message.envelope.reverse_path, "unknown-token");
    return false;
  }
  if (IsAutomatic(message)) {
    LogAnswer(link->held_id, link->actor, "automatic");
    return true;
  }
  auto held = store_.Find(link->held_id);
  if (!held) return false;
  Case one{notices, *link, std::move(*held)};
  one.list = policy.FindList(one.held.list);
  one.sender = AuthenticatedAuthor(message, policy.authserv_id());
  one.command = ReadCommand(message);
  // Nothing shows who wrote an answer that is not verified: the moderator hears of it, and nobody else.
  const bool is_known = one.sender.find('@') != std::string::npos;
  one.answer = {is_known ? one.sender : link->actor,
                message.message_id,
                message.subject,
                one.command.first_line,
                "",
                clock_.Now()};
  if (const auto why_not = Refusal(one)) {
    if (*why_not == WhyNot::kNotClear || *why_not == WhyNot::kNotReasoned) one.answer.reply_to = path;
    Refuse(one, *why_not);
  } else {
    Decide(one);
  }
  return true;
}

bool LetterDecisions::IsModerator(const Case& one) {
  if (one.list == nullptr) return false;
  const std::vector<std::string> all = Moderators(*one.list);
  const bool is_named = std::any_of(all.begin(), all.end(), [&](const std::string& moderator) {
    return EqualsIgnoringCase(AddressOf(moderator), one.link.actor);
  });
  const auto user = accounts_.FindUserByAddress(one.link.actor);
  return is_named && !(user && user->is_disabled);
}

// The name that the pages know this moderator by, so that one person is one actor.
std::string LetterDecisions::ActorOf(const std::string& address) {
  const auto user = accounts_.FindUserByAddress(address);
  return user ? user->name : address;
}

std::optional<WhyNot> LetterDecisions::Refusal(const Case& one) {
  if (one.sender.empty()) return WhyNot::kNotVerified;
  if (one.sender != one.link.actor)
    return one.sender.find('@') == std::string::npos ? WhyNot::kNotVerified : WhyNot::kNotYours;
  if (!IsModerator(one)) return WhyNot::kNotModerator;
  if (one.held.state != HoldState::kHeld) return WhyNot::kNotFirst;
  if (one.link.is_used) return WhyNot::kNotUnused;
  if (one.link.expires <= clock_.Now()) return WhyNot::kNotInTime;
  if (one.link.revision != one.held.revision) return WhyNot::kNotUnchanged;
  if (one.command.verb == Verb::kUnknown) return WhyNot::kNotClear;
  if (one.command.verb == Verb::kReject && one.command.why.empty()) return WhyNot::kNotReasoned;
  const bool may_release = one.link.purpose == kDecides && one.list->release_by_letter;
  if (one.command.verb == Verb::kApprove && !may_release) return WhyNot::kNotByLetter;
  return std::nullopt;
}

void LetterDecisions::Decide(const Case& one) {
  Choice choice;
  choice.to = StateFor(one.command.verb);
  choice.actor = ActorOf(one.link.actor);
  choice.why = one.command.why;
  choice.revision = one.link.revision;
  choice.spent_link = one.link.hash;
  choice.also = {one.notices.ForDone(one.held, one.answer, choice.to, choice.why)};
  switch (ModerationService(store_, one.notices, clock_).Decide(one.held.id, choice).result) {
    case DecisionResult::kDone:
      return LogAnswer(one.held.id, one.link.actor, HoldStateName(choice.to));
    case DecisionResult::kNotAllowed:
      return Refuse(one, WhyNot::kNotYourAppeal);
    case DecisionResult::kLinkUsed:
      return Refuse(one, WhyNot::kNotUnused);
    case DecisionResult::kNotFound:
    case DecisionResult::kConflict:
      break;
  }
  // Somebody was faster since we looked.
  Case now = one;
  if (auto held = store_.Find(one.held.id)) now.held = std::move(*held);
  Refuse(now, now.held.state == HoldState::kHeld ? WhyNot::kNotUnchanged : WhyNot::kNotFirst);
}

void LetterDecisions::Refuse(const Case& one, WhyNot why_not) {
  // Asked once more for what they did already: a client that saw no reply, or a second press of the button.
  const bool is_repeat = why_not == WhyNot::kNotFirst && one.held.decided_by == ActorOf(one.link.actor) &&
                         HasCome(one.held.state, one.command.verb);
  LogAnswer(one.held.id, one.link.actor, is_repeat ? "repeated" : WhyNotName(why_not));
  if (is_repeat) return;
  if (store_.CountNotice(one.answer.to, "answers:" + one.link.hash) > kLettersPerDay) return;
  Act act;
  act.held_id = one.held.id;
  act.actor = one.answer.to;
  act.why = std::string(WhyNotName(why_not));
  act.outbox = {one.notices.ForNotDone(one.held, one.answer, why_not, one.list)};
  store_.Record(act, "answer-refused");
}

}  // namespace listwarden
