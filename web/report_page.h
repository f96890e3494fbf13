// What list owners and the office see of how moderation goes.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "web/site.h"

namespace listwarden {

Response ShowReport(Call& call);
Response SendReportCsv(Call& call);

}  // namespace listwarden
