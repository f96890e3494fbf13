// Cuts a text part into what its author wrote now and what stands around it: quoted text (">", Outlook and
// Gmail blocks, forwarded messages; above, below or between), signature, organisations' legal footers, the
// list's footer. When in doubt a line is author text.
// Threads: any.
// Errors: none. Time is linear in the text.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>
#include <vector>

#include "message/html_text.h"
#include "message/message.h"

namespace listwarden {

struct RegionRange {
  std::size_t begin;
  std::size_t end;
  Region region;
};

// Ranges in order, without gaps, neighbours of one region joined. `quoted`/`signature`: what HTML already
// said. `author_name` helps to find a signature without "-- ". `text` has "\n" line ends and is valid UTF-8.
std::vector<RegionRange> FindRegions(std::string_view text, const std::vector<TextRange>& quoted,
                                     const std::vector<TextRange>& signature, std::string_view author_name);

// "Fwd: …", "[list] WG: …".
bool IsForwardSubject(std::string_view subject);
// "Re: …", "[list] AW: …", or a forward: others wrote the rest.
bool IsReplySubject(std::string_view subject);

}  // namespace listwarden
