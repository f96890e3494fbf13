// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>

#include <algorithm>

#include "apps/doctor.h"
#include "apps/postfix_milters.h"

namespace listwarden {
namespace {

// How to write a parameter: where it is overridden, or for all of Postfix.
std::string Set(const PostfixService& service, const std::string& parameter, const std::string& value) {
  const bool is_overridden = service.overrides.count(parameter) > 0;
  return is_overridden
             ? "postconf -P '" + service.name + "/" + service.type + "/" + parameter + " = " + value + "'"
             : "postconf -e '" + parameter + " = " + value + "'";
}

class Public {  // the listeners that strangers and members use: all but our two
 public:
  Public(const PostfixConfig& postfix, const Settings& settings)
      : postfix_(postfix),
        settings_(settings),
        reinject_(ListenerAt(postfix, settings.outbox.reinject_host, settings.outbox.reinject_port)) {
    const auto* letters = ListenerAt(postfix, settings.outbox.letter_host, settings.outbox.letter_port);
    for (const PostfixService& service : postfix.smtpd()) {
      if (&service != reinject_ && &service != letters) services_.push_back(&service);
    }
  }

  bool AskUs() const;
  void Milter(Diagnoses* all) const;
  void Failure(Diagnoses* all) const;
  void Timeouts(Diagnoses* all) const;
  void Smuggling(Diagnoses* all) const;
  void Bypass(Diagnoses* all) const;
  void Networks(Diagnoses* all) const;
  void Authentication(Diagnoses* all) const;
  void Messages(Diagnoses* all) const;

 private:
  template <typename Take>
  void IfAsking(const PostfixService& service, Take take) const {
    const auto entries = AskedMilters(postfix_, service);
    const auto* ours = OurEntry(entries, postfix_, service, settings_.milter.socket);
    if (ours != nullptr) take(service, *ours, entries);
  }
  template <typename Take>
  void ForEachAsking(Take take) const {
    for (const PostfixService* service : services_) IfAsking(*service, take);
  }

  const PostfixConfig& postfix_;
  const Settings& settings_;
  const PostfixService* const reinject_;
  std::vector<const PostfixService*> services_;
};

// Our milter as Postfix writes it, its path below the queue directory when it is chrooted.
std::string Entry(const Settings& settings, const PostfixConfig& postfix) {
  std::string place = settings.milter.socket;
  const std::string queue = "unix:" + postfix.Value("queue_directory") + "/";
  if (place.rfind(queue, 0) == 0) place = "unix:" + place.substr(queue.size());
  if (const auto at = place.find('@'); place.rfind("inet:", 0) == 0 && at != std::string::npos)
    place = "inet:" + place.substr(at + 1) + ":" + place.substr(5, at - 5);
  return "{ " + place + ", default_action=tempfail }";
}

// The other milters stay where they are; one that looks for us where we are not goes.
std::string WithOurs(const std::string& value, const Settings& settings, const PostfixConfig& postfix) {
  std::string all;
  for (const MilterEntry& entry : MilterEntries(value)) {
    if (entry.address == settings.milter.socket) continue;
    std::string own;
    for (const auto& [name, setting] : entry.settings)
      own.append(", ").append(name).append("=").append(setting);
    all += own.empty() ? entry.address + ", " : "{ " + entry.address + own + " }, ";
  }
  return all + Entry(settings, postfix);
}

void Public::Milter(Diagnoses* all) const {
  Examination examination("postfix/milter");
  if (services_.empty())
    examination.Warn("no smtpd listens for mail from elsewhere", "add one to master.cf, with our milter");
  for (const PostfixService* service : services_) {
    const auto entries = AskedMilters(postfix_, *service);
    if (OurEntry(entries, postfix_, *service, settings_.milter.socket) != nullptr) continue;
    const bool is_switched_off =
        HasPostfixWord(postfix_.Value(*service, "receive_override_options"), "no_milters");
    const std::string value = postfix_.Value(*service, "smtpd_milters");
    const std::string why = is_switched_off ? " runs no milter (receive_override_options = no_milters)"
                            : value.empty()
                                ? " asks no milter"
                                : " asks other milters only, as it sees the file system (" +
                                      std::string(service->is_chrooted ? "chroot " : "no chroot, ") +
                                      postfix_.Value("queue_directory") + ")";
    const std::string remedy = is_switched_off
                                   ? Set(*service, "receive_override_options", "")
                                   : Set(*service, "smtpd_milters", WithOurs(value, settings_, postfix_));
    const std::string reason = service->name + why + ": mail to lists that comes in there is not judged";
    if (postfix_.IsLoopbackOnly(*service))
      examination.Warn(reason + "; programs on this machine can go past the moderators", remedy);
    else
      examination.Unsafe(reason, remedy);
  }
  examination.MoveTo(all, "every listener asks Listwarden (Postfix " + postfix_.Value("mail_version") + ")");
}

bool Public::AskUs() const {
  bool is_asked = false;
  ForEachAsking([&](auto&&...) { is_asked = true; });
  return is_asked;
}

void Public::Failure(Diagnoses* all) const {
  Examination examination("postfix/default-action");
  const auto look = [&](const PostfixService& service, const MilterEntry& ours, const auto&) {
    const auto own = ours.settings.find("default_action");
    const std::string action =
        own == ours.settings.end() ? postfix_.Value(service, "milter_default_action") : own->second;
    const std::string where = "default_action = " + action + " at " + service.name + ": ";
    const std::string remedy = "in smtpd_milters write " + Entry(settings_, postfix_);
    if (action == "accept")
      examination.Unsafe(where + "while the daemon is away or slow, mail to lists passes unjudged", remedy);
    else if (action == "quarantine")
      examination.Warn(
          where + "mail waits in Postfix's hold queue meanwhile, and `postsuper -H` lets it go unjudged",
          remedy);
    else if (action != "tempfail" && action != "shutdown")
      examination.Warn(where + "mail is sent back while the daemon is away", remedy);
  };
  ForEachAsking(look);
  if (reinject_ != nullptr) IfAsking(*reinject_, look);
  examination.MoveTo(all, "mail is put off, never passed, while the daemon is away");
}

void Public::Timeouts(Diagnoses* all) const {
  struct Limit {
    const char *own, *general;
    int least, most;
    const char* why;
  };
  constexpr Limit kLimits[] = {
      {"connect_timeout", "milter_connect_timeout", 5, 60, "a busy moment counts as an absent daemon"},
      {"command_timeout", "milter_command_timeout", 10, 120, "a busy moment counts as an absent daemon"},
      {"content_timeout", "milter_content_timeout", 60, 540,
       "the verdict on a long post may take 20 s, and its writing longer on a slow disk: clients try again, "
       "or give up"}};
  Examination examination("postfix/milter-timeouts");
  ForEachAsking([&](const PostfixService& service, const MilterEntry& ours, const auto&) {
    for (const Limit& limit : kLimits) {
      const auto own = ours.settings.find(limit.own);
      const std::string time =
          own == ours.settings.end() ? postfix_.Value(service, limit.general) : own->second;
      const int seconds = PostfixSeconds(time);
      if (seconds >= limit.least && seconds <= limit.most) continue;
      examination.Warn(std::string(limit.own) + " = " + time + " at " + service.name + ": " + limit.why,
                       std::string("write ") + limit.own + " from " + std::to_string(limit.least) + " to " +
                           std::to_string(limit.most) + " s into our milter's braces in smtpd_milters");
    }
    const auto own = ours.settings.find("protocol");
    const std::string protocol =
        own == ours.settings.end() ? postfix_.Value(service, "milter_protocol") : own->second;
    if (protocol != "6")
      examination.Warn("milter_protocol = " + protocol + " at " + service.name + ": fewer facts, slower",
                       "postconf -e 'milter_protocol = 6'");
  });
  examination.MoveTo(all, "long enough for a verdict, shorter than a client's patience");
}

void Public::Smuggling(Diagnoses* all) const {
  Examination examination("postfix/smuggling");
  const std::string parameter = "smtpd_forbid_bare_newline";
  for (const PostfixService* service : services_) {
    if (!postfix_.Knows(parameter)) {
      examination.Unsafe("this Postfix (" + postfix_.Value("mail_version") +
                             ") cannot refuse smuggled mail: a forged post can hide in another message",
                         "upgrade to 3.7.9, 3.8.4 or newer");
      break;
    }
    const std::string value = postfix_.Value(*service, parameter);
    if (value != "yes" && value != "normalize" && value != "reject") {
      examination.Unsafe(parameter + " = " + value + " at " + service->name +
                             ": a forged post can be smuggled inside another message",
                         Set(*service, parameter, "normalize"));
    } else if (!postfix_.Value(*service, parameter + "_exclusions").empty()) {
      examination.Warn("from " + postfix_.Value(*service, parameter + "_exclusions") + " (" + parameter +
                           "_exclusions at " + service->name + ") mail can still be smuggled",
                       Set(*service, parameter + "_exclusions", ""));
    }
    if (postfix_.Value(*service, "smtpd_forbid_unauth_pipelining") != "yes" &&
        !HasPostfixWord(postfix_.Value(*service, "smtpd_data_restrictions"), "reject_unauth_pipelining"))
      examination.Warn("clients of " + service->name + " may send commands before they are asked for",
                       Set(*service, "smtpd_forbid_unauth_pipelining", "yes"));
  }
  if (postfix_.Value("cleanup_replace_stray_cr_lf") == "no")
    examination.Warn("stray CR and LF are passed on, and the next server may read two messages",
                     "postconf -e 'cleanup_replace_stray_cr_lf = yes'");
  examination.MoveTo(all, "a message ends at one place only");
}

void Public::Bypass(Diagnoses* all) const {
  Examination examination("postfix/ways-past");
  for (const PostfixService* service : services_) {
    if (const auto map = postfix_.Value(*service, "smtpd_milter_maps"); !map.empty())
      examination.Warn(
          "smtpd_milter_maps (" + map + ") at " + service->name + " can switch us off for some clients",
          "see that it names no client that posts to lists, or " + Set(*service, "smtpd_milter_maps", ""));
    if (const auto proxy = postfix_.Value(*service, "smtpd_proxy_filter"); !proxy.empty())
      examination.Unsafe(
          "smtpd_proxy_filter (" + proxy + ") at " + service->name +
              " takes the text away before we see it: only senders and recipients are judged",
          "filter after the queue (content_filter), or put our milter on the listener behind it");
  }
  const auto local = MilterEntries(postfix_.Value("non_smtpd_milters"));
  PostfixService cleanup;
  cleanup.is_chrooted =
      std::any_of(services_.begin(), services_.end(), [](auto* one) { return one->is_chrooted; });
  if (OurEntry(local, postfix_, cleanup, settings_.milter.socket) == nullptr)
    examination.Warn("what programs on this machine post with sendmail(1) is not judged",
                     "when they post to lists: postconf -e 'non_smtpd_milters = $smtpd_milters'");
  examination.MoveTo(all, "none found");
}

// Bits of the address that are fixed; -1 when it is no network.
int PrefixOf(const std::string& network, int* family) {
  std::string address = network.substr(0, network.find('/'));
  address.erase(std::remove_if(address.begin(), address.end(), [](char c) { return c == '[' || c == ']'; }),
                address.end());
  unsigned char bytes[sizeof(in6_addr)];
  *family = inet_pton(AF_INET, address.c_str(), bytes) == 1    ? AF_INET
            : inet_pton(AF_INET6, address.c_str(), bytes) == 1 ? AF_INET6
                                                               : AF_UNSPEC;
  if (*family == AF_UNSPEC) return -1;
  const auto slash = network.rfind('/');
  if (slash == std::string::npos) return *family == AF_INET ? 32 : 128;
  return std::atoi(network.c_str() + slash + 1);
}

void Public::Networks(Diagnoses* all) const {
  Examination examination("postfix/mynetworks");
  for (const std::string& network : PostfixWords(postfix_.Value("mynetworks"))) {
    int family = AF_UNSPEC;
    const int prefix = PrefixOf(network, &family);
    if (prefix < 0 || IsLoopback(network.front() == '[' ? network.substr(0, network.find('/')) : network))
      continue;
    const std::string remedy =
        "list only machines that you run: postconf -e 'mynetworks = 127.0.0.0/8 [::1]/128'";
    if (prefix < (family == AF_INET ? 8 : 16))
      examination.Unsafe(
          "mynetworks has " + network + ": strangers may relay, and pass what is meant for own machines",
          remedy);
    else if (prefix < (family == AF_INET ? 16 : 48))
      examination.Warn("mynetworks has " + network + ": very many machines are taken for our own", remedy);
  }
  examination.MoveTo(all, postfix_.Value("mynetworks"));
}

void Public::Authentication(Diagnoses* all) const {
  Examination examination("postfix/authentication-results");
  const std::string& id = settings_.notices.authserv_id;
  if (id.empty()) {
    examination.Warn(
        "[notices] authserv-id is empty: authors from elsewhere are never verified, so they get no letter",
        "run a verifying milter before ours (rspamd, opendmarc) and name its authserv-id");
  } else {
    ForEachAsking([&](const PostfixService& service, const MilterEntry& ours, const auto& entries) {
      const bool is_for_few = postfix_.IsLoopbackOnly(service) ||
                              HasPostfixWord(postfix_.Value(service, "smtpd_client_restrictions"), "reject");
      if (is_for_few || &ours != &entries.front()) return;
      examination.Unsafe(
          "no milter before ours at " + service.name + " takes forged Authentication-Results of " + id +
              " out: whoever connects may write them",
          "put the milter that verifies first in smtpd_milters, and let it remove fields of " + id);
    });
  }
  examination.MoveTo(all, "a milter before ours writes those of " + id + "; it must remove forged ones");
}

void Public::Messages(Diagnoses* all) const {
  Examination examination("postfix/messages");
  const auto limit = std::strtoull(postfix_.Value("message_size_limit").c_str(), nullptr, 10);
  const auto ours = settings_.milter.limits.message_bytes;
  if (limit == 0 || limit > ours)
    examination.Warn("message_size_limit = " + std::to_string(limit) + ", but we read " +
                         std::to_string(ours) +
                         " bytes ([limits] message-bytes): what is longer cannot be judged",
                     "postconf -e 'message_size_limit = " + std::to_string(ours) + "'");
  if (postfix_.Value("message_strip_characters").find("\\0") == std::string::npos &&
      postfix_.Value("message_reject_characters").find("\\0") == std::string::npos)
    examination.Warn("NUL bytes pass: they end a field for some readers and not for others",
                     "postconf -e 'message_strip_characters = \\0'");
  if (postfix_.Value("enable_long_queue_ids") != "yes")
    examination.Warn("queue IDs are short and used again: log lines of two posts can be mixed up",
                     "postconf -e 'enable_long_queue_ids = yes'");
  if (!settings_.notices.decide_address.empty() &&
      postfix_.Value("recipient_delimiter").find('+') == std::string::npos)
    examination.Warn("answers to decide+TOKEN@ are refused: recipient_delimiter has no +",
                     "postconf -e 'recipient_delimiter = +', or empty [notices] decide-address");
  examination.MoveTo(all, "size, NUL bytes and queue IDs are as they should be");
}

}  // namespace

Diagnoses ExaminePostfix(const PostfixConfig& postfix, const Settings& settings) {
  Diagnoses all;
  const Public open(postfix, settings);
  open.Milter(&all);
  if (open.AskUs()) {
    open.Failure(&all);
    open.Timeouts(&all);
    open.Authentication(&all);
  }
  open.Bypass(&all);
  open.Smuggling(&all);
  open.Networks(&all);
  open.Messages(&all);
  return all;
}

}  // namespace listwarden
