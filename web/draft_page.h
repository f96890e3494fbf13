// A draft judged before it is sent: what would be said, and nothing kept.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "web/site.h"

namespace listwarden {

Response ShowDraftCheck(Call& call);
Response CheckDraft(Call& call);
// Some list offers it to this visitor.
bool OffersDraftCheck(const Call& call);

}  // namespace listwarden
