// SPDX-License-Identifier: Apache-2.0
#include "apps/doctor.h"
#include "apps/postfix_milters.h"

namespace listwarden {
namespace {

std::string Override(const PostfixService& service, const std::string& setting) {
  return "postconf -P '" + service.name + "/" + service.type + "/" + setting + "'";
}

// Whoever reaches the listener may use it: it must be this machine alone.
void CheckReach(const PostfixConfig& postfix, const PostfixService& service, Examination* examination) {
  if (!postfix.IsLoopbackOnly(service))
    examination->Unsafe(
        "port " + std::to_string(service.port) + " (" + service.name + ") is open to other machines",
        "call it 127.0.0.1:" + std::to_string(service.port) + " in master.cf");
  if (!HasPostfixWord(postfix.Value(service, "smtpd_client_restrictions"), "reject"))
    examination->Warn(service.name + " takes any client that reaches it",
                      Override(service, "smtpd_client_restrictions = permit_mynetworks,reject"));
}

// What may change, or refuse, a released post on its way.
void CheckUnchanged(const PostfixConfig& postfix, const PostfixService& service, Examination* examination) {
  const std::string overrides = postfix.Value(service, "receive_override_options");
  const auto check = [&](const char* parameter, const char* switched_off_by) {
    const std::string value = postfix.Value(service, parameter);
    if (value.empty() || (*switched_off_by != '\0' && HasPostfixWord(overrides, switched_off_by))) return;
    examination->Warn(std::string("released mail passes ") + parameter + " (" + value +
                          ") once more, which may change or refuse it",
                      *switched_off_by == '\0'
                          ? Override(service, std::string(parameter) + " =")
                          : Override(service, std::string("receive_override_options = ") + switched_off_by));
  };
  check("content_filter", "");
  for (const char* checks : {"header_checks", "body_checks"}) check(checks, "no_header_body_checks");
  for (const char* maps : {"canonical_maps", "sender_canonical_maps", "masquerade_domains"})
    check(maps, "no_address_mappings");
}

std::string Place(const std::string& host, int port) { return host + ":" + std::to_string(port); }

// What we send to: on this machine a listener must be there, another machine cannot be seen from here.
void NothingListens(const std::string& host, int port, const char* what, const char* loss,
                    const char* setting, Examination* examination) {
  const std::string place = Place(host, port);
  if (IsLoopback(host))
    examination->Unsafe("nothing in master.cf listens at " + place + ": " + loss,
                        std::string("add the listener of etc/postfix/master.cf, or set [outbox] ") + setting);
  else
    examination->Warn(std::string(what) + " go to " + place + ", another machine, which was not looked at",
                      "see that it takes mail from here; run `listwarden doctor` there");
}

void OfReinjection(const PostfixConfig& postfix, const Settings& settings, Diagnoses* all) {
  Examination examination("postfix/re-injection");
  const std::string& name = settings.milter.reinject_daemon;
  const std::string place = Place(settings.outbox.reinject_host, settings.outbox.reinject_port);
  const auto* found = ListenerAt(postfix, settings.outbox.reinject_host, settings.outbox.reinject_port);
  for (const PostfixService& service : postfix.smtpd()) {
    if (&service != found && postfix.Value(service, "milter_macro_daemon_name") == name)
      examination.Unsafe(service.name + " calls itself " + name + " too: mail there needs a release token",
                         "keep milter_macro_daemon_name = " + name + " for " + place + " alone");
  }
  if (found == nullptr) {
    NothingListens(settings.outbox.reinject_host, settings.outbox.reinject_port, "released posts",
                   "released mail cannot reach its list", "reinject-port", &examination);
  } else {
    CheckReach(postfix, *found, &examination);
    const auto entries = AskedMilters(postfix, *found);
    if (OurEntry(entries, postfix, *found, settings.milter.socket) == nullptr)
      examination.Unsafe(
          found->name + " does not ask Listwarden: whoever reaches it posts to any list unjudged",
          "take smtpd_milters and no_milters out of its options");
    else if (postfix.Value(*found, "milter_macro_daemon_name") != name)
      examination.Unsafe(found->name + " is not called " + name + ": released mail is judged and held again",
                         Override(*found, "milter_macro_daemon_name = " + name));
    CheckUnchanged(postfix, *found, &examination);
  }
  examination.MoveTo(all, place + " takes released mail back, with our token only, unchanged");
}

void OfLetters(const PostfixConfig& postfix, const Settings& settings, Diagnoses* all) {
  Examination examination("postfix/letters");
  const std::string place = Place(settings.outbox.letter_host, settings.outbox.letter_port);
  const auto* found = ListenerAt(postfix, settings.outbox.letter_host, settings.outbox.letter_port);
  if (found == nullptr) {
    NothingListens(settings.outbox.letter_host, settings.outbox.letter_port, "letters",
                   "authors and moderators hear nothing", "letter-port", &examination);
  } else {
    const auto entries = AskedMilters(postfix, *found);
    if (OurEntry(entries, postfix, *found, settings.milter.socket) == nullptr)
      CheckReach(postfix, *found, &examination);  // unjudged, so for ourselves alone
    else
      examination.Warn(found->name + " judges our own letters: one may be held like a post",
                       "give letters a listener without the milter, as etc/postfix/master.cf has it");
  }
  examination.MoveTo(all, place + " takes our letters, from this machine alone");
}

}  // namespace

const PostfixService* ListenerAt(const PostfixConfig& postfix, const std::string& host, int port) {
  const bool is_local = IsLoopback(host);
  for (const PostfixService& service : postfix.smtpd()) {
    if (service.port != port) continue;
    if (service.host == host || (is_local && (service.host.empty() || IsLoopback(service.host))))
      return &service;
  }
  return nullptr;
}

Diagnoses ExamineListeners(const PostfixConfig& postfix, const Settings& settings) {
  Diagnoses all;
  OfReinjection(postfix, settings, &all);
  OfLetters(postfix, settings, &all);
  return all;
}

}  // namespace listwarden
