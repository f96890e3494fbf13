// SPDX-License-Identifier: Apache-2.0
#include "filters/identifiers.h"

#include <algorithm>
#include <array>

namespace listwarden {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
int Value(char c) { return c - '0'; }

std::string Compact(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (IsDigit(c)) out += c;
    if (c >= 'a' && c <= 'z') out += static_cast<char>(c - 32);
    if (c >= 'A' && c <= 'Z') out += c;
  }
  return out;
}

struct IbanLength {
  std::string_view country;
  std::size_t length;
};
constexpr std::array<IbanLength, 34> kIbanLengths = {{
    {"AD", 24}, {"AE", 23}, {"AT", 20}, {"BE", 16}, {"BG", 22}, {"CH", 21}, {"CY", 28},
    {"CZ", 24}, {"DE", 22}, {"DK", 18}, {"EE", 20}, {"ES", 24}, {"FI", 18}, {"FR", 27},
    {"GB", 22}, {"GI", 23}, {"GR", 27}, {"HR", 21}, {"HU", 28}, {"IE", 22}, {"IL", 23},
    {"IS", 26}, {"IT", 27}, {"LI", 21}, {"LT", 20}, {"LU", 20}, {"LV", 21}, {"MT", 31},
    {"NL", 18}, {"NO", 15}, {"PL", 28}, {"PT", 25}, {"RO", 24}, {"SE", 24},
}};

bool IsDate(std::string_view digits) {
  const int day = Value(digits[0]) * 10 + Value(digits[1]), month = Value(digits[2]) * 10 + Value(digits[3]);
  constexpr std::array<int, 13> kDays = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month >= 1 && month <= 12 && day >= 1 && day <= kDays[static_cast<std::size_t>(month)];
}

}  // namespace

std::string DigitsOf(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out), IsDigit);
  return out;
}

bool IsNhsNumber(std::string_view text) {
  const std::string digits = DigitsOf(text);
  if (digits.size() != 10 ||
      std::all_of(digits.begin(), digits.end(), [&](char c) { return c == digits[0]; }))
    return false;
  int sum = 0;
  for (int i = 0; i < 9; ++i) sum += Value(digits[static_cast<std::size_t>(i)]) * (10 - i);
  const int check = (11 - sum % 11) % 11;
  return check != 10 && check == Value(digits[9]);
}

bool IsChiNumber(std::string_view text) {
  const std::string digits = DigitsOf(text);
  return digits.size() == 10 && IsDate(digits) && IsNhsNumber(digits);
}

bool IsCardNumber(std::string_view text) {
  const std::string digits = DigitsOf(text);
  if (digits.size() < 12 || digits.size() > 19 || digits.find_first_not_of(digits[0]) == std::string::npos)
    return false;
  const int two = Value(digits[0]) * 10 + Value(digits[1]);
  const int four = two * 100 + Value(digits[2]) * 10 + Value(digits[3]);
  const bool is_issuer = digits[0] == '4' || (two >= 51 && two <= 55) || (four >= 2221 && four <= 2720) ||
                         two == 34 || two == 37 || two == 36 || two == 38 || (four >= 3000 && four <= 3059) ||
                         four == 6011 || two == 65 || (four >= 3528 && four <= 3589) || two == 62 ||
                         two == 50 || (two >= 56 && two <= 58) || two == 60 || two == 63 || two == 67;
  const bool is_short = digits.size() == 12, is_maestro = digits[0] == '5' || digits[0] == '6';
  if (!(is_issuer || (digits.size() == 15 && (four == 2131 || four == 1800))) || (is_short && !is_maestro))
    return false;
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int value = Value(digits[digits.size() - 1 - i]);
    if (i % 2 == 1) value = value * 2 > 9 ? value * 2 - 9 : value * 2;
    sum += value;
  }
  return sum % 10 == 0;
}

bool IsIban(std::string_view text) {
  const std::string iban = Compact(text);
  const auto* found = std::find_if(kIbanLengths.begin(), kIbanLengths.end(),
                                   [&](const IbanLength& one) { return iban.substr(0, 2) == one.country; });
  if (found == kIbanLengths.end() || iban.size() != found->length || !IsDigit(iban[2]) || !IsDigit(iban[3]))
    return false;
  int rest = 0;
  for (const char c : iban.substr(4) + iban.substr(0, 4)) {
    rest = IsDigit(c) ? (rest * 10 + Value(c)) % 97 : (rest * 100 + c - 'A' + 10) % 97;
  }
  return rest == 1;
}

bool IsNationalInsurance(std::string_view text) {
  const std::string number = Compact(text);
  if (number.size() != 9) return false;
  constexpr std::string_view kNeverFirst = "DFIQUV", kNeverSecond = "DFIOQUV";
  if (kNeverFirst.find(number[0]) != std::string_view::npos ||
      kNeverSecond.find(number[1]) != std::string_view::npos)
    return false;
  for (const std::string_view never : {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}) {
    if (number.substr(0, 2) == never) return false;
  }
  return std::all_of(number.begin() + 2, number.begin() + 8, IsDigit) && number[8] >= 'A' &&
         number[8] <= 'D' && number != "AB123456C";
}

}  // namespace listwarden
