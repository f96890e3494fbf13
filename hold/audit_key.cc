// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/error.h"
#include "hold/identity.h"
#include "hold/records.h"

namespace listwarden {
namespace {

std::string HexOf(const unsigned char* bytes, std::size_t size) {
  return Hex({reinterpret_cast<const char*>(bytes), size});
}

bool FromHex(const std::string& hex, unsigned char* bytes, std::size_t size) {
  std::size_t length = 0;
  return sodium_hex2bin(bytes, size, hex.data(), hex.size(), nullptr, &length, nullptr) == 0 &&
         length == size;
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool IsFolderSynced(const std::filesystem::path& folder) {
  const int fd = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool is_synced = fsync(fd) == 0;
  close(fd);
  return is_synced;
}

SettingsError NotMade(const std::filesystem::path& file) {
  return SettingsError(file.string() + ":0: the audit key cannot be made: " + std::strerror(errno));
}

}  // namespace

AuditKey::AuditKey(const std::filesystem::path& file) {
  StartSodium();
  std::ifstream in(file, std::ios::binary);
  if (!in)
    throw SettingsError(file.string() +
                        ":0: the audit key cannot be read; listwarden-desk makes it when it starts");
  secret_.assign(std::istreambuf_iterator<char>(in), {});
  if (secret_.size() != crypto_sign_SECRETKEYBYTES)
    throw SettingsError(file.string() + ":0: the audit key is damaged; expected 64 bytes");
  using std::filesystem::perms;
  const perms mode = std::filesystem::status(file).permissions();  // all of them when it is gone by now
  if ((mode & (perms::group_all | perms::others_all)) != perms::none)
    throw SettingsError(file.string() + ":0: others may read the audit key: chmod go= " + file.string());
}

void AuditKey::Create(const std::filesystem::path& file) {
  StartSodium();
  if (std::filesystem::exists(file)) return;
  unsigned char open_key[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
  crypto_sign_keypair(open_key, secret);
  // Nobody ever sees half a key under its name.
  std::string draft = file.string() + ".XXXXXX";
  const int fd = mkostemp(draft.data(), O_CLOEXEC);  // mode 0600
  if (fd < 0) throw NotMade(file);
  const bool is_written = write(fd, secret, sizeof secret) == static_cast<ssize_t>(sizeof secret) &&
                          fsync(fd) == 0 && (link(draft.c_str(), file.c_str()) == 0 || errno == EEXIST) &&
                          IsFolderSynced(file.parent_path());
  const SettingsError failure = NotMade(file);
  close(fd);
  unlink(draft.c_str());
  sodium_memzero(secret, sizeof secret);
  if (!is_written) throw failure;
}

std::string AuditKey::public_key() const {
  unsigned char key[crypto_sign_PUBLICKEYBYTES];
  crypto_sign_ed25519_sk_to_pk(key, Bytes(secret_));
  return HexOf(key, sizeof key);
}

std::string AuditKey::Sign(std::string_view text) const {
  unsigned char signature[crypto_sign_BYTES];
  crypto_sign_detached(signature, nullptr, Bytes(text), text.size(), Bytes(secret_));
  return HexOf(signature, sizeof signature);
}

bool AuditKey::IsSigned(std::string_view text, const std::string& signature, const std::string& public_key) {
  unsigned char given[crypto_sign_BYTES], key[crypto_sign_PUBLICKEYBYTES];
  return FromHex(signature, given, sizeof given) && FromHex(public_key, key, sizeof key) &&
         crypto_sign_verify_detached(given, Bytes(text), text.size(), key) == 0;
}

}  // namespace listwarden
