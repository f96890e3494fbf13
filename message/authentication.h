// Who a message is known to come from: the SASL login, or the author when our own border says that DMARC
// passed (RFC 8601). Threads: any. Errors: none. SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "message/message.h"

namespace listwarden {

// The domain of an address in lower case; empty when there is none.
std::string DomainOf(std::string_view address);

// The login, or the From address when `authserv_id` vouches for it above the first trace field; lower case.
// Empty when nobody vouches. An empty `authserv_id` trusts no field.
std::string AuthenticatedAuthor(const Message& message, std::string_view authserv_id);

}  // namespace listwarden
