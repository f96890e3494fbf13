// SPDX-License-Identifier: Apache-2.0
#include "message/authentication.h"

#include <algorithm>
#include <vector>

#include "message/header_fields.h"

namespace listwarden {
namespace {

// Comments and quoted strings out: they may hold anything (RFC 8601 section 2.2).
std::string WithoutQuotedText(std::string_view value) {
  std::string out;
  int depth = 0;
  bool is_quoted = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\\' && (is_quoted || depth > 0)) {
      ++i;
    } else if (c == '"' && depth == 0) {
      is_quoted = !is_quoted;
    } else if (!is_quoted && c == '(') {
      ++depth;
    } else if (!is_quoted && c == ')' && depth > 0) {
      --depth;
    } else if (!is_quoted && depth == 0) {
      out += c;
    }
  }
  return out;
}

// "dmarc=pass header.from=example.org" and its like, of a field that this service wrote; lower case.
std::vector<std::string> ResultsOf(std::string_view field, std::string_view authserv_id) {
  std::vector<std::string> results;
  const std::string value = LowerAscii(WithoutQuotedText(Unfold(field)));
  std::size_t at = std::min(value.find(';'), value.size());
  const std::string_view service = Trim(std::string_view(value).substr(0, at));
  if (service.substr(0, service.find(' ')) != LowerAscii(authserv_id)) return results;
  while (at < value.size()) {
    const std::size_t end = std::min(value.find(';', at + 1), value.size());
    results.emplace_back(Trim(std::string_view(value).substr(at + 1, end - at - 1)));
    at = end;
  }
  return results;
}

bool Says(const std::string& result, std::string_view method) {
  return std::string_view(result).substr(0, result.find_first_of(" \t")) == method;
}

// RFC 8601 section 2.7.4: "auth=pass smtp.auth=ann@example.org".
std::string LogInOf(const std::string& result) {
  constexpr std::string_view kLogIn = "smtp.auth=";
  const auto login = result.find(kLogIn);
  if (!Says(result, "auth=pass") || login == std::string::npos) return "";
  const std::string rest = result.substr(login + kLogIn.size());
  return rest.substr(0, rest.find_first_of(" \t"));
}

// A signature of the author's own domain: what DMARC calls aligned, without its policy (RFC 7489
// section 3.1.1).
bool IsSignedBy(const std::string& result, const std::string& domain) {
  constexpr std::string_view kDomain = " header.d=";
  const auto at = result.find(kDomain);
  if (!Says(result, "dkim=pass") || at == std::string::npos || domain.empty()) return false;
  const std::string rest = result.substr(at + kDomain.size());
  return rest.substr(0, rest.find_first_of(" \t")) == domain;
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
    const std::vector<std::string> results = ResultsOf(field.value, authserv_id);
    for (const std::string& result : results) {
      const std::string& author = message.from.front().address;
      if (Says(result, "dmarc=pass") || IsSignedBy(result, DomainOf(author))) return LowerAscii(author);
    }
    for (const std::string& result : results) {
      if (const std::string login = LogInOf(result); !login.empty()) return login;
    }
  }
  return "";
}

}  // namespace listwarden
