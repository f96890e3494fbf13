// SPDX-License-Identifier: Apache-2.0
#include "web/http.h"

#include <algorithm>

#include "message/header_fields.h"

namespace listwarden {
namespace {

constexpr std::size_t kMostPairs = 2000;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string Decoded(std::string_view text, bool plus_is_blank) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = high >= 0 ? HexDigit(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

const std::string& FieldList::operator[](std::string_view name) const {
  static const std::string none;
  const auto found =
      std::find_if(all_.begin(), all_.end(), [&](const auto& one) { return one.first == name; });
  return found == all_.end() ? none : found->second;
}

bool FieldList::Has(std::string_view name) const {
  return std::any_of(all_.begin(), all_.end(), [&](const auto& one) { return one.first == name; });
}

std::vector<std::string> FieldList::All(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : all_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

std::string PercentDecoded(std::string_view text) { return Decoded(text, false); }

std::string PercentEncoded(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
        c == '_' || c == '~') {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

Request ReadRequest(std::string method, std::string target, FieldList fields, std::string_view body,
                    std::string peer) {
  Request request;
  const auto mark = target.find('?');
  request.path = PercentDecoded(std::string_view(target).substr(0, mark));
  if (mark != std::string::npos) request.query = ParseForm(std::string_view(target).substr(mark + 1));
  request.cookies = ParseCookies(fields["cookie"]);
  // A form that another type of body pretends to be is none (no "simple request" with JSON inside).
  if (method == "POST" && fields["content-type"].rfind("application/x-www-form-urlencoded", 0) == 0)
    request.form = ParseForm(body);
  request.method = std::move(method);
  request.target = std::move(target);
  request.fields = std::move(fields);
  request.peer = std::move(peer);
  return request;
}

FieldList ParseForm(std::string_view text) {
  FieldList pairs;
  while (!text.empty() && pairs.all().size() < kMostPairs) {
    const std::string_view pair = text.substr(0, text.find('&'));
    const auto equals = pair.find('=');
    if (!pair.empty()) {
      pairs.Add(Decoded(pair.substr(0, equals), true),
                equals == std::string_view::npos ? "" : Decoded(pair.substr(equals + 1), true));
    }
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
  }
  return pairs;
}

FieldList ParseCookies(std::string_view field) {
  FieldList cookies;
  while (!field.empty() && cookies.all().size() < kMostPairs) {
    std::string_view pair = field.substr(0, field.find(';'));
    field.remove_prefix(std::min(pair.size() + 1, field.size()));
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos)
      cookies.Add(std::string(pair.substr(0, equals)), std::string(pair.substr(equals + 1)));
  }
  return cookies;
}

std::optional<std::int64_t> ParseNumber(const std::string& text) {
  if (text.empty() || text.size() > 15 || text.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return std::stoll(text);
}

std::string Entered(const Request& request, std::string_view name, std::size_t most) {
  std::string text = request.form[name];
  std::erase(text, '\r');
  return std::string(Shortened(Trim(text), most));
}

}  // namespace listwarden
