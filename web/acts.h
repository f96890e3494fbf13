// What moderators do, one POST each.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "web/site.h"

namespace listwarden {

Response ReleasePost(Call& call);
Response RejectPost(Call& call);
Response DiscardPost(Call& call);
Response UndoPost(Call& call);
Response ClaimPost(Call& call);
Response NotePost(Call& call);
Response ForwardPost(Call& call);
Response DecideMany(Call& call);

}  // namespace listwarden
