// Calls that the system or a library refuses where a test says so; the tests' link puts them in between (--wrap).
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace listwarden {

// For as long as it lives the call fails: with that errno, or as libsodium does.
class RefusedCall {
 public:
  explicit RefusedCall(const char* name, int error = 0);
  ~RefusedCall();
  RefusedCall(const RefusedCall&) = delete;
  RefusedCall& operator=(const RefusedCall&) = delete;
};

}  // namespace listwarden
