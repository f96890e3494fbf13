// A key that near-duplicates share: what the author wrote, but for case, numbers, punctuation, quoted text
// and signature. Empty when too little is left to say.
// Threads: pure function.
// Errors: none.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "message/message.h"

namespace listwarden {

std::string SimilarKey(const Message& message);

}  // namespace listwarden
