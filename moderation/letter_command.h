// What a moderator's answer to a letter asks for. The first line of their own text counts; quoted text and
// signatures do not.
// Threads: pure function.
// Errors: none; what cannot be read asks for nothing.
// Limits: a reason of 4000 bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "message/message.h"

namespace listwarden {

struct LetterCommand {
  enum class Verb { kUnknown, kApprove, kReject, kDiscard } verb = Verb::kUnknown;
  std::string why;         // after "reject": the rest of the paragraph
  std::string first_line;  // as it was written
};

// "approve", "reject REASON", "discard", or the same in Welsh; any case. A verb that takes no reason stands
// alone: "approve? I think not" is no approval.
LetterCommand ReadCommand(const Message& message);

}  // namespace listwarden
