// A request and its answer as plain values, so that nothing but http_server.cc knows the web library; and the
// two encodings they use (application/x-www-form-urlencoded, cookies).
// Threads: values.
// Errors: none; what cannot be decoded stays as it is.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace listwarden {

// Names and values in order; a name may stand there more than once.
class FieldList {
 public:
  void Add(std::string name, std::string value) { all_.emplace_back(std::move(name), std::move(value)); }
  // The first of that name, or empty.
  const std::string& operator[](std::string_view name) const;
  bool Has(std::string_view name) const;
  std::vector<std::string> All(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return all_; }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

struct Request {
  std::string method;  // "GET", "HEAD", "POST"; others never get here
  std::string target;  // as sent
  std::string path;    // percent-decoded
  FieldList query;
  FieldList form;     // of a POST
  FieldList fields;   // header fields, names lower case
  FieldList cookies;  // by name
  std::string peer;   // IP address, or "unix" on the Unix socket
};

struct Response {
  int status = 200;
  std::string type = "text/html; charset=utf-8";
  std::string body;
  FieldList fields;
};

// As it came: the target is taken apart, cookies and the form of a POST are decoded.
Request ReadRequest(std::string method, std::string target, FieldList fields, std::string_view body,
                    std::string peer);
// "a=1&b=x%20y+z": pairs decoded, at most 2,000 of them.
FieldList ParseForm(std::string_view text);
FieldList ParseCookies(std::string_view field);
std::string PercentDecoded(std::string_view text);
// Digits only; nothing when there are others, none, or more than fifteen.
std::optional<std::int64_t> ParseNumber(const std::string& text);
// A form's text without blanks around it, line ends as "\n", at most so many bytes of
// whole characters.
std::string Entered(const Request& request, std::string_view name, std::size_t most);
// Unreserved characters stay (RFC 3986 section 2.3), all others become %XX.
std::string PercentEncoded(std::string_view text);

}  // namespace listwarden
