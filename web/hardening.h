// The header fields that keep a browser from running, framing, keeping or telling others what we answer: on
// every answer, also those that no page gives (OWASP ASVS 4.0.3, 14.4).
// Threads: any.
// Errors: none.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "web/http.h"

namespace listwarden {

// "no-store" unless the answer says how long it may be kept.
void Harden(Response* response, bool is_https);

}  // namespace listwarden
