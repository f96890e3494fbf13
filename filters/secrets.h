// Whether words that stand where a secret stands are one: real passwords, tokens and keys, not stand-ins,
// variables, hashes or plain words. The shapes of tokens are data (rule file); this is what a shape cannot
// say.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace listwarden {

// No EXAMPLE, xxxx, repeated or counted characters, ${VARIABLE}, <placeholder>.
bool LooksLikeSecret(std::string_view text);

// `words` end in the value: "api_key = 'f7K…'". True for a random value of a name that holds secrets.
bool AssignsSecret(std::string_view words);

// `words` end in what may be a password: "password for the server is Tr33house!9".
bool TellsPassword(std::string_view words);

// A URL with user and password in front of its host.
bool HoldsUrlPassword(std::string_view url);

// A request on a command line or in a header: "curl -u name:password", "Authorization: Bearer …".
bool HoldsRequestLogin(std::string_view words);

}  // namespace listwarden
