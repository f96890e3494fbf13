// SPDX-License-Identifier: Apache-2.0
#include "moderation/release_token.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/error.h"
#include "hold/identity.h"
#include "message/header_fields.h"

namespace listwarden {
namespace {

constexpr std::size_t kKeyBytes = crypto_auth_hmacsha256_KEYBYTES;

std::string Hex(const unsigned char* bytes, std::size_t size) {
  std::string hex(2 * size + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), bytes, size);
  hex.pop_back();
  return hex;
}

std::string BodyHash(std::string_view body) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, reinterpret_cast<const unsigned char*>(body.data()), body.size());
  return Hex(hash, sizeof hash);
}

std::string Signed(const std::string& key, std::string_view id, std::vector<std::string> paths,
                   std::string_view body, long long expires) {
  std::sort(paths.begin(), paths.end());
  std::string text = "v1\n" + std::string(id) + "\n" + std::to_string(expires) + "\n" + BodyHash(body) + "\n";
  for (const std::string& path : paths) text += path + "\n";
  unsigned char mac[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256(mac, reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                         reinterpret_cast<const unsigned char*>(key.data()));
  return Hex(mac, sizeof mac);
}

std::string Value(std::string_view token, std::string_view name) {
  const auto at = token.find(name);
  if (at == std::string_view::npos) return "";
  const auto begin = at + name.size();
  return std::string(token.substr(begin, token.find_first_of("; \r\n", begin) - begin));
}

}  // namespace

ReleaseKey::ReleaseKey(const std::filesystem::path& file) {
  StartSodium();
  std::ifstream in(file, std::ios::binary);
  if (!in)
    throw SettingsError(file.string() +
                        ":0: the release key cannot be read; listwarden-milter makes it at first start");
  key_.assign(std::istreambuf_iterator<char>(in), {});
  if (key_.size() < kKeyBytes)
    throw SettingsError(file.string() + ":0: the release key is too short; expected 32 bytes");
  struct stat facts {};
  if (stat(file.c_str(), &facts) == 0 && (facts.st_mode & 0007) != 0) {
    throw SettingsError(file.string() +
                        ":0: others may read the release key; expected mode 0640: chmod o= " + file.string());
  }
  key_.resize(kKeyBytes);
}

void ReleaseKey::Create(const std::filesystem::path& file) {
  StartSodium();
  unsigned char key[kKeyBytes];
  randombytes_buf(key, sizeof key);
  // O_EXCL: of two daemons that start together one makes it, the other reads it.
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
  if (fd < 0 && errno == EEXIST) return;
  const bool is_written =
      fd >= 0 && write(fd, key, sizeof key) == static_cast<ssize_t>(sizeof key) && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  if (!is_written)
    throw SettingsError(file.string() + ":0: the release key cannot be made: " + std::strerror(errno));
}

std::string ReleaseKey::Sign(std::string_view id, const std::vector<std::string>& forward_paths,
                             std::string_view body, Time expires) const {
  const long long until = expires.time_since_epoch().count();
  return "v1; id=" + std::string(id) + "; exp=" + std::to_string(until) +
         "; sig=" + Signed(key_, id, forward_paths, body, until);
}

std::optional<std::string> ReleaseKey::Verify(std::string_view token,
                                              const std::vector<std::string>& forward_paths,
                                              std::string_view body, Time now) const {
  const std::string_view given = Trim(token);
  if (given.size() > 400) return std::nullopt;
  const std::string id = Value(given, "id="), expires = Value(given, "exp=");
  const Time until(std::chrono::seconds(std::strtoll(expires.c_str(), nullptr, 10)));
  if (id.empty() || until < now) return std::nullopt;
  // As a whole: another spelling of the same token would have another id, and be taken once more.
  const std::string wanted = Sign(id, forward_paths, body, until);
  if (given.size() != wanted.size() || sodium_memcmp(given.data(), wanted.data(), wanted.size()) != 0)
    return std::nullopt;
  return id + ":" + expires;
}

}  // namespace listwarden
