// Passwords by Argon2id (libsodium, 64 MiB, two passes); what a new one must be (OWASP ASVS 4.0.3, 2.1).
// Threads: any; at most two are computed at once, others wait.
// Errors: std::runtime_error when there is no memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace listwarden {

inline constexpr std::size_t kShortestPassword = 12, kLongestPassword = 128;  // in characters

// What is wrong with a new password; empty when nothing is. Its length is all that counts, not of what it is.
std::string PasswordFault(std::string_view password);
std::string HashPassword(std::string_view password);
// An empty hash (unknown user, no password) takes as long as any other, and is never right.
bool IsPassword(std::string_view password, const std::string& hash);
// Random bytes for a cookie or token, URL-safe.
std::string NewSecret();

}  // namespace listwarden
