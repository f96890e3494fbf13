// Whom an automatic letter may go to (RFC 3834 section 2, RFC 5321 section 4.5.5).
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "message/authentication.h"
#include "message/header_fields.h"
#include "moderation/notices.h"

namespace listwarden {
namespace {

// The client's address in "name[address]".
std::string_view AddressIn(std::string_view client) {
  const auto open = client.rfind('[');
  if (open == std::string_view::npos || client.back() != ']') return "";
  return client.substr(open + 1, client.size() - open - 2);
}

bool IsVouchedFor(const Message& message, std::string_view authserv_id) {
  const std::string_view client = AddressIn(message.envelope.client);
  return client.substr(0, 4) == "127." || client == "::1" || client == "IPv6:::1" ||
         !AuthenticatedAuthor(message, authserv_id).empty();
}

bool IsDaemon(std::string_view local) {
  constexpr std::string_view kDaemons[] = {"mailer-daemon", "postmaster",  "listserv", "majordomo",
                                           "sympa",         "mailman",     "noreply",  "no-reply",
                                           "donotreply",    "do-not-reply"};
  return std::find(std::begin(kDaemons), std::end(kDaemons), local) != std::end(kDaemons);
}

bool IsListAddress(std::string_view local) {
  const auto has = [&](std::string_view piece) { return local.find(piece) != std::string_view::npos; };
  return local.rfind("owner-", 0) == 0 || has("-owner") || has("-bounces") || has("-request") ||
         has("bounce+");
}

// Fields that vacation programs set which do not know RFC 3834.
bool IsVacationField(const std::string& name) {
  return name == "x-autoreply" || name == "x-autorespond" || name == "x-autoresponse" ||
         name == "x-auto-reply-from" || name == "x-mail-autoreply";
}

const char* AutomaticBecauseOf(const HeaderField& field) {
  const std::string name = LowerAscii(field.name), value = LowerAscii(Trim(field.value));
  if (name == "auto-submitted" && value.substr(0, value.find_first_of("; (")) != "no")
    return "automatic mail";
  if (IsVacationField(name) || (name == "precedence" && value == "auto_reply")) return "automatic mail";
  if (name == "content-type" && value.rfind("multipart/report", 0) == 0) return "a report";
  if (name == "precedence" && (value == "bulk" || value == "list" || value == "junk")) return "bulk mail";
  if (name.rfind("list-", 0) == 0) return "list mail";
  if (name == "listwarden-notice") return "our own letter";
  return nullptr;
}

}  // namespace

bool IsAutomatic(const Message& message) {
  const std::string path = LowerAscii(message.envelope.reverse_path);
  if (path.empty() || IsDaemon(path.substr(0, path.rfind('@')))) return true;
  return std::any_of(message.fields.begin(), message.fields.end(),
                     [](const HeaderField& field) { return AutomaticBecauseOf(field) != nullptr; });
}

bool MayAnswer(const Message& message, std::string_view authserv_id, std::string* why_not) {
  const auto no = [&](const char* why) {
    if (why_not != nullptr) *why_not = why;
    return false;
  };
  const std::string path = LowerAscii(message.envelope.reverse_path);
  if (path.empty() || path.find('@') == std::string::npos) return no("null reverse-path");
  if (std::any_of(path.begin(), path.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
    return no("an address beyond ASCII");
  const std::string local = path.substr(0, path.rfind('@'));
  if (IsDaemon(local)) return no("a daemon");
  if (IsListAddress(local)) return no("a list");
  for (const std::string& list : message.envelope.forward_paths) {
    if (EqualsIgnoringCase(list, path)) return no("a list");
  }
  for (const HeaderField& field : message.fields) {
    if (const char* why = AutomaticBecauseOf(field)) return no(why);
  }
  if (message.from.size() != 1 || DomainOf(message.from.front().address) != DomainOf(path))
    return no("author and sender differ");
  if (!IsVouchedFor(message, authserv_id)) return no("not authenticated");
  return true;
}

}  // namespace listwarden
