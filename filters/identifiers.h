// Numbers that name a person or an account, proved by their check digits.
// `text` is the number as written, with blanks, dots or hyphens.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace listwarden {

std::string DigitsOf(std::string_view text);
bool IsNhsNumber(std::string_view text);   // ten digits, modulus 11 (also Northern Ireland's H&C number)
bool IsChiNumber(std::string_view text);   // ten digits: a date of birth and the same check
bool IsCardNumber(std::string_view text);  // Luhn (ISO/IEC 7812-1) and an issuer's range
bool IsIban(std::string_view text);        // ISO 13616: country length, modulus 97
bool IsNationalInsurance(std::string_view text);

}  // namespace listwarden
