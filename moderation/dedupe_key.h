// What a client's retry of a message has in common with its first try.
// Threads: pure function.
// Errors: none.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "message/message.h"

namespace listwarden {

// Of {list, reverse-path, held recipients, Message-ID, fields that a retry keeps, body}.
std::string DedupeKey(const Message& message, std::string_view list,
                      const std::vector<std::string>& held_paths);

}  // namespace listwarden
