// SPDX-License-Identifier: Apache-2.0
#include "message/authentication.h"

#include "message/header_fields.h"

namespace listwarden {

namespace {

// RFC 8601 section 2.7.4: "auth=pass smtp.auth=ann@example.org".
std::string LogInOf(std::string_view results) {
  constexpr std::string_view kPassed = "auth=pass", kLogIn = "smtp.auth=";
  const auto passed = results.find(kPassed);
  const auto login = passed == std::string_view::npos ? passed : results.find(kLogIn, passed);
  if (login == std::string_view::npos || login > results.find(';', passed)) return "";
  const std::string_view rest = results.substr(login + kLogIn.size());
  return std::string(Trim(rest.substr(0, rest.find_first_of("; \t\n"))));
}

}  // namespace

std::string DomainOf(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? "" : LowerAscii(address.substr(at + 1));
}

std::string AuthenticatedAuthor(const Message& message, std::string_view authserv_id) {
  if (!message.envelope.authenticated.empty()) return LowerAscii(message.envelope.authenticated);
  if (authserv_id.empty() || message.from.size() != 1) return "";
  for (const HeaderField& field : message.fields) {
    // RFC 8601 section 5: only what our own border wrote, above the first foreign trace field.
    if (EqualsIgnoringCase(field.name, "Received")) return "";
    if (!EqualsIgnoringCase(field.name, "Authentication-Results")) continue;
    const std::string value = LowerAscii(Unfold(field.value));
    if (Trim(std::string_view(value).substr(0, value.find(';'))) != LowerAscii(authserv_id)) continue;
    if (value.find("dmarc=pass") != std::string::npos) return LowerAscii(message.from.front().address);
    const std::string login = LogInOf(value);
    if (!login.empty()) return login;
  }
  return "";
}

}  // namespace listwarden
