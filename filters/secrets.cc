// SPDX-License-Identifier: Apache-2.0
#include "filters/secrets.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace listwarden {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLetter(char c) { return IsLower(c) || IsUpper(c); }

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(IsUpper(c) ? c + 32 : c);
  return lower;
}

template <std::size_t N>
bool IsOneOf(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

template <std::size_t N>
bool HoldsAny(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view one) { return text.find(one) != std::string_view::npos; });
}

bool Has(std::string_view text, bool (*is)(char)) { return std::any_of(text.begin(), text.end(), is); }

double BitsPerCharacter(std::string_view text) {
  std::array<int, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const int count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(text.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

constexpr std::array<std::string_view, 30> kStandIns = {
    "example", "xxxx",     "****",        "....",   "your_",           "your-",
    "yourp",   "changeme", "placeholder", "dummy",  "redacted",        "${",
    "{{",      "<",        "foobar",      "abcdef", "000000",          "hunter2",
    "sample",  "insert",   "fake",        "####",   "123456",          "12345-",
    "1234-12", "test",     "my-",         "-bot-",  "secret_key_here", "tokenhere"};
constexpr std::array<std::string_view, 26> kPlainValues = {
    "password", "passwd", "pass", "pwd",    "secret", "token",      "user",       "username", "yyy",
    "xxx",      "login",  "none", "null",   "true",   "false",      "string",     "required", "bar",
    "foo",      "key",    "root", "apikey", "value",  "mypassword", "passphrase", "pass1234"};
constexpr std::array<std::string_view, 18> kNotPasswords = {
    "sha1", "sha256", "sha512", "sha-1",  "sha-256", "md5",    "utf-8",  "utf8", "base64",
    "x509", "x.509",  "oauth2", "pbkdf2", "bcrypt",  "scrypt", "argon2", "rc4",  "2fa"};

// The last word, without the quotation mark or "password=" in front of it.
struct Tail {
  std::string_view text;
  bool is_quoted = false;
};
Tail TailOf(std::string_view words) {
  while (!words.empty() && std::string_view(".,;:)").find(words.back()) != std::string_view::npos)
    words.remove_suffix(1);
  const auto before = words.find_last_of(" \t\n\r\"'`");
  Tail tail;
  tail.text = before == std::string_view::npos ? words : words.substr(before + 1);
  tail.is_quoted = before != std::string_view::npos &&
                   std::string_view("\"'`").find(words[before]) != std::string_view::npos;
  const auto sign = tail.text.find_first_of(":=");
  if (sign != std::string_view::npos && sign + 1 < tail.text.size()) {
    const std::string name = Lower(tail.text.substr(0, sign));
    if (name.find("pass") != std::string::npos || name.find("pwd") != std::string::npos ||
        name.find("p/w") != std::string::npos)
      tail.text.remove_prefix(sign + 1);
  }
  return tail;
}

bool IsPlaceholder(std::string_view text) {
  return text.find_first_of("<>${}[]*()") != std::string_view::npos && text.find('$') == 0;
}

bool HoldsMarkup(std::string_view text) { return text.find_first_of("<>{}[]()") != std::string_view::npos; }

bool IsAddress(std::string_view text) {
  const auto at = text.find('@');
  return text.find("://") != std::string_view::npos ||
         (at != std::string_view::npos && text.find('.', at) != std::string_view::npos);
}

// Letters beside digits or signs, or capitals inside: what people choose when they are told to.
bool IsMixed(std::string_view text) {
  const bool signs = text.find_first_of("!@#%&+=?^~$") != std::string_view::npos;
  const bool letters = Has(text, IsLetter);
  const bool inner_capital = std::any_of(text.begin() + 1, text.end(), IsUpper) && Has(text, IsLower);
  return letters && (Has(text, IsDigit) || signs || inner_capital);
}

// Encoders write hexadecimal digits in one case.
bool IsMixedHex(std::string_view text) {
  return Has(text, IsUpper) && Has(text, IsLower) &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

}  // namespace

bool LooksLikeSecret(std::string_view text) {
  if (HoldsAny(Lower(text), kStandIns)) return false;
  return text.size() < 12 || BitsPerCharacter(text) > (text.size() < 24 ? 2.8 : 3.0);
}

bool AssignsSecret(std::string_view words) {
  const auto sign = words.find_first_of(":=");
  if (sign == std::string_view::npos) return false;
  std::string name = Lower(words.substr(0, sign));
  while (!name.empty() && !IsLower(name.back())) name.pop_back();
  constexpr std::array<std::string_view, 13> kNamesOnly = {"name",    "id",     "url",    "uri",  "file",
                                                           "path",    "size",   "length", "type", "hash",
                                                           "version", "public", "csrf"};
  for (const std::string_view ending : kNamesOnly) {
    if (name.size() >= ending.size() && name.substr(name.size() - ending.size()) == ending) return false;
  }
  if (HoldsAny(name, std::array<std::string_view, 3>{"hash", "public", "csrf"})) return false;
  const auto start = words.find_last_of(" \"':>");
  const std::string_view value =
      words.substr(std::max(sign, start == std::string_view::npos ? 0 : start) + 1);
  return value.size() >= 16 && Has(value, IsDigit) && Has(value, IsLetter) && !IsMixedHex(value) &&
         LooksLikeSecret(value) && BitsPerCharacter(value) > 3.0;
}

bool TellsPassword(std::string_view words) {
  const Tail tail = TailOf(words);
  const std::string lower = Lower(tail.text);
  if (tail.text.size() < 4 || HoldsMarkup(tail.text) || IsPlaceholder(tail.text) || tail.text[0] == '$' ||
      tail.text[0] == '%' || tail.text[0] == '/' || IsAddress(tail.text) || IsOneOf(lower, kPlainValues) ||
      IsOneOf(lower, kNotPasswords) || !LooksLikeSecret(tail.text))
    return false;
  if (tail.is_quoted)
    return lower.find_first_not_of("abcdefghijklmnopqrstuvwxyz_-./") != std::string::npos ||
           tail.text.size() >= 5;
  const bool is_told = words.find_first_of(":=") != std::string_view::npos ||
                       Lower(words).find(" is ") != std::string::npos ||
                       Lower(words).find(" was ") != std::string::npos;
  if (!Has(tail.text, IsLetter))
    return is_told && tail.text.size() >= 6 && !IsOneOf(lower, kPlainValues) &&
           std::all_of(tail.text.begin(), tail.text.end(), IsDigit);
  if (is_told) return IsMixed(tail.text);
  return Has(tail.text, IsDigit) && tail.text.size() >= 6 &&
         (Has(tail.text, IsUpper) || tail.text.find_first_of("!@#%&+=?^~$") != std::string_view::npos) &&
         IsMixed(tail.text);
}

bool HoldsUrlPassword(std::string_view url) {
  const auto start = url.find("://");
  const auto end = url.rfind('@');
  if (start == std::string_view::npos || end == std::string_view::npos || end < start + 3) return false;
  const std::string_view login = url.substr(start + 3, end - start - 3);
  const auto colon = login.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string user = Lower(login.substr(0, colon));
  const std::string_view password = login.substr(colon + 1);
  if (user == "anonymous" || user == "ftp" || user == "guest" || user == "proxy") return false;
  return password.size() >= 4 && !HoldsMarkup(password) && password[0] != '$' && password[0] != '%' &&
         !IsOneOf(Lower(password), kPlainValues) && Lower(password).find("xxx") == std::string::npos &&
         password.find("***") == std::string_view::npos && password.find("...") == std::string_view::npos;
}

bool HoldsRequestLogin(std::string_view words) {
  const std::string lower = Lower(words);
  if (lower.find("curl") == 0 && (lower.find("-u") != std::string::npos)) {
    const auto colon = words.rfind(':');
    std::string_view password = words.substr(colon + 1);
    while (!password.empty() && (password.front() == '"' || password.front() == '\''))
      password.remove_prefix(1);
    return password.size() >= 4 && !HoldsMarkup(password) && password[0] != '$' &&
           !IsOneOf(Lower(password), kPlainValues) && LooksLikeSecret(password) && password.find('/') != 0;
  }
  const auto start = words.find_last_of(" \"':");
  const std::string_view value = words.substr(start == std::string_view::npos ? 0 : start + 1);
  return Has(value, IsDigit) && !HoldsMarkup(value) && LooksLikeSecret(value) &&
         (value.size() < 16 || BitsPerCharacter(value) > 2.9);
}

}  // namespace listwarden
