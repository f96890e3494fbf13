// Correcting one's own held post in the page: judged at once by the list's policy; the original is kept.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "web/site.h"

namespace listwarden {

Response ShowCorrection(Call& call);
Response CorrectOwnPost(Call& call);

}  // namespace listwarden
