// One held post: why, the text with its words marked, and what can be done.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "web/site.h"

namespace listwarden {

// What a form that came back with a mistake, or asked to see the letter, shows again.
struct Draft {
  std::string why, clause, letter;
  bool shows_letter = false;
  std::vector<View> errors;
};

Response ShowPost(Call& call);
Response ShowPostWith(Call& call, const Draft& draft);
Response SendSource(Call& call);

}  // namespace listwarden
