// SPDX-License-Identifier: Apache-2.0
#include "hold/identity.h"

#include <sodium.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_text.h"

namespace listwarden {
namespace {

// How many bytes at `at` are one character of UTF-8 (RFC 3629); 0 when they are none.
std::size_t CharacterAt(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  if (byte(0) < 0x80) return byte(0) == 0 ? 0 : 1;
  const std::size_t length = byte(0) < 0xc2   ? 0
                             : byte(0) < 0xe0 ? 2
                             : byte(0) < 0xf0 ? 3
                             : byte(0) < 0xf5 ? 4
                                              : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool is_overlong = (byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xf0 && byte(1) < 0x90);
  const bool is_no_scalar = (byte(0) == 0xed && byte(1) > 0x9f) || (byte(0) == 0xf4 && byte(1) > 0x8f);
  return is_overlong || is_no_scalar ? 0 : length;
}

}  // namespace

void StartSodium() {
  if (sodium_init() < 0) throw StoreError("libsodium cannot start");
}

std::string Hex(std::string_view bytes) {
  std::string hex(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  hex.pop_back();
  return hex;
}

std::string RandomHex(std::size_t bytes) {
  std::string random(bytes, '\0');
  randombytes_buf(random.data(), random.size());
  return Hex(random);
}

std::string StorableText(std::string_view text) {
  std::string storable;
  storable.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = CharacterAt(text, at);
    storable += length == 0 ? "\xef\xbf\xbd" : text.substr(at, length);
    at += std::max<std::size_t>(length, 1);
  }
  return storable;
}

std::string NewHeldId() { return RandomHex(8); }
std::string NewLinkSecret() { return RandomHex(32); }

std::string Sha256Hex(std::string_view bytes) {
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return Hex(hash);
}

std::string WithId(std::string text, const std::string& id) {
  if (id.empty()) return text;
  std::string ref = id.substr(0, 4) + "-" + id.substr(4, 4);
  for (char& c : ref) c = static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c);  // hex digits
  const std::pair<std::string_view, const std::string&> marks[] = {{"{id}", id}, {"{ref}", ref}};
  for (const auto& [mark, value] : marks) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size())) {
      text.replace(at, mark.size(), value);
    }
  }
  return text;
}

std::string PathsToJson(const std::vector<std::string>& paths) {
  std::vector<std::string> quoted;
  for (const std::string& path : paths) quoted.push_back(JsonString(path));
  return JsonArray(quoted);
}

// Without an array of the library's: base/json_text.h says why.
std::vector<std::string> PathsFromJson(const std::string& json) {
  using Json = nlohmann::json;
  std::vector<std::string> paths;
  const auto take = [&](int, Json::parse_event_t event, Json& value) {
    if (event != Json::parse_event_t::value) return true;
    paths.push_back(value.get<std::string>());
    return false;
  };
  if (Json::parse(json, take, false).is_discarded()) paths.clear();
  return paths;
}

}  // namespace listwarden
