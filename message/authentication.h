// Who a message is known to come from: the SASL login, or what our own border says in Authentication-Results
// (RFC 8601): the author when DMARC or a DKIM signature of their own domain passed, else the login it saw.
// Threads: any.
// Errors: none.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "message/message.h"

namespace listwarden {

// The domain of an address in lower case; empty when there is none.
std::string DomainOf(std::string_view address);

// Lower case. Only a field of `authserv_id` above the first trace field is believed.
// Empty when nobody vouches. An empty `authserv_id` trusts no field.
std::string AuthenticatedAuthor(const Message& message, std::string_view authserv_id);

}  // namespace listwarden
