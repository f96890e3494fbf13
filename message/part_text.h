// The texts that readers' programs may make of one leaf: decoders and charsets differ in what they forgive,
// so where bytes are odd, every usual reading is given.
// Threads: any.
// Errors: none.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "message/message.h"
#include "message/structure.h"

namespace listwarden {

struct PartText {
  std::string bytes;                        // decoded; empty once `text` was made of them
  std::string text;                         // UTF-8; empty when the leaf is no text
  std::vector<std::string> other_readings;  // UTF-8
  std::vector<Defect> defects;
};

PartText ReadPartText(const Leaf& leaf);

// Files set into a text by uuencode ("begin 644 name"), which programs show as attachments.
struct UuFile {
  std::string name, bytes;
  std::string text;  // UTF-8, when it opens as text
};
std::vector<UuFile> UuFiles(std::string_view text);

// Text that its right-to-left overrides would show in another order, as a reader sees it; usually empty.
std::string AsOverridden(std::string_view text);

}  // namespace listwarden
