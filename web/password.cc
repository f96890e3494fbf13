// SPDX-License-Identifier: Apache-2.0
#include "web/password.h"

#include <sodium.h>

#include <algorithm>
#include <semaphore>
#include <stdexcept>

#include "hold/identity.h"

namespace listwarden {
namespace {

constexpr unsigned long long kOperations = crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE;
constexpr std::size_t kMemory = crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE;

std::counting_semaphore<2>& Turns() {
  static std::counting_semaphore<2> turns(2);
  return turns;
}

struct Turn {
  Turn() { Turns().acquire(); }
  ~Turn() { Turns().release(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
};

bool BeginsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

}  // namespace

std::string PasswordFault(std::string_view password) {
  const auto characters = std::count_if(password.begin(), password.end(), BeginsCharacter);
  if (static_cast<std::size_t>(characters) > kLongestPassword)
    return "the password is too long; give at most " + std::to_string(kLongestPassword) + " characters";
  // A run of blanks makes a password no harder to guess than one of them.
  std::string one_blank(password);
  one_blank.erase(
      std::unique(one_blank.begin(), one_blank.end(), [](char a, char b) { return a == ' ' && b == ' '; }),
      one_blank.end());
  const auto counted = std::count_if(one_blank.begin(), one_blank.end(), BeginsCharacter);
  if (static_cast<std::size_t>(counted) < kShortestPassword)
    return "the password is too short; give at least " + std::to_string(kShortestPassword) +
           " characters, for example four words";
  return "";
}

std::string HashPassword(std::string_view password) {
  StartSodium();
  const Turn turn;
  char hash[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(hash, password.data(), password.size(), kOperations, kMemory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw std::runtime_error("no memory for the password hash");
  return hash;
}

bool IsPassword(std::string_view password, const std::string& hash) {
  static const std::string nobodys = HashPassword(NewSecret());
  const std::string& wanted = hash.empty() ? nobodys : hash;
  const Turn turn;
  const bool is_right = crypto_pwhash_str_verify(wanted.c_str(), password.data(), password.size()) == 0;
  return is_right && !hash.empty();
}

std::string NewSecret() {
  StartSodium();
  unsigned char bytes[24];
  randombytes_buf(bytes, sizeof bytes);
  char text[sodium_base64_ENCODED_LEN(sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
  sodium_bin2base64(text, sizeof text, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return text;
}

}  // namespace listwarden
