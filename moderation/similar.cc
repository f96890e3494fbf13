// SPDX-License-Identifier: Apache-2.0
#include "moderation/similar.h"

#include <algorithm>

#include "hold/identity.h"

namespace listwarden {

std::string SimilarKey(const Message& message) {
  constexpr std::size_t kFewestLetters = 40;
  std::string letters;
  for (const Segment& segment : message.segments) {
    if (segment.region != Region::kAuthorText) continue;
    std::copy_if(segment.text.folded().begin(), segment.text.folded().end(), std::back_inserter(letters),
                 [](char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; });
  }
  return letters.size() < kFewestLetters ? "" : Sha256Hex(letters).substr(0, 32);
}

}  // namespace listwarden
