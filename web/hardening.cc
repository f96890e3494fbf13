// SPDX-License-Identifier: Apache-2.0
#include "web/hardening.h"

namespace listwarden {
namespace {

constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'";

}  // namespace

void Harden(Response* response, bool is_https) {
  FieldList& fields = response->fields;
  fields.Add("Content-Security-Policy", kPolicy);
  fields.Add("X-Content-Type-Options", "nosniff");
  // Not "no-referrer": browsers then hide the Origin of our own forms.
  fields.Add("Referrer-Policy", "same-origin");
  fields.Add("Cross-Origin-Opener-Policy", "same-origin");
  fields.Add("Cross-Origin-Resource-Policy", "same-origin");
  if (!fields.Has("Cache-Control")) fields.Add("Cache-Control", "no-store");
  if (is_https) fields.Add("Strict-Transport-Security", "max-age=31536000");
}

}  // namespace listwarden
