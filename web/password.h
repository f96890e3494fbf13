// Passwords by Argon2id (libsodium, 64 MiB).
// Threads: any; at most two are computed at once, others wait.
// Errors: std::runtime_error when there is no memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace listwarden {

std::string HashPassword(std::string_view password);
// An empty hash (unknown user, no password) takes as long as any other, and is never right.
bool IsPassword(std::string_view password, const std::string& hash);
// Random bytes for a cookie or token, URL-safe.
std::string NewSecret();

}  // namespace listwarden
