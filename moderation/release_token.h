// The signed, single-use mark by which our milter knows released mail: HMAC-SHA-256 over id, list recipients,
// body hash and expiry; carried in the field "Listwarden-Release", accepted only on the re-injection
// listener.
// Threads: immutable.
// Errors: ReleaseKey throws SettingsError when the file is missing, short or open to others.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace listwarden {

inline constexpr std::string_view kReleaseField = "Listwarden-Release";

class ReleaseKey {
 public:
  explicit ReleaseKey(const std::filesystem::path& file);  // 32 random bytes or more, mode 0600/0640
  static void Create(const std::filesystem::path& file);   // makes one, mode 0640

  std::string Sign(std::string_view id, const std::vector<std::string>& forward_paths, std::string_view body,
                   Time expires) const;
  // The token id (for HoldStore::UseToken) when the token is ours, in time and fits this very mail.
  std::optional<std::string> Verify(std::string_view token, const std::vector<std::string>& forward_paths,
                                    std::string_view body, Time now) const;

 private:
  std::string key_;
};

}  // namespace listwarden
