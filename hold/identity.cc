// SPDX-License-Identifier: Apache-2.0
#include "hold/identity.h"

#include <sodium.h>

#include <nlohmann/json.hpp>

namespace listwarden {

namespace {

std::string RandomHex(std::size_t bytes) {
  std::string random(bytes, '\0'), hex(2 * bytes + 1, '\0');
  randombytes_buf(random.data(), random.size());
  sodium_bin2hex(hex.data(), hex.size(), reinterpret_cast<const unsigned char*>(random.data()),
                 random.size());
  hex.pop_back();
  return hex;
}

}  // namespace

std::string NewHeldId() { return RandomHex(8); }
std::string NewLinkSecret() { return RandomHex(32); }

std::string Sha256Hex(std::string_view bytes) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  char hex[2 * sizeof hash + 1];
  return sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
}

std::string WithId(std::string text, const std::string& id) {
  std::string ref = id.substr(0, 4) + "-" + id.substr(4, 4);
  for (char& c : ref) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  const std::pair<std::string_view, const std::string&> marks[] = {{"{id}", id}, {"{ref}", ref}};
  for (const auto& [mark, value] : marks) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size())) {
      text.replace(at, mark.size(), value);
    }
  }
  return text;
}

std::string PathsToJson(const std::vector<std::string>& paths) {
  return nlohmann::json(paths).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<std::string> PathsFromJson(const std::string& json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  return parsed.is_array() ? parsed.get<std::vector<std::string>>() : std::vector<std::string>{};
}

}  // namespace listwarden
