// poll() of this program, libcurl's too: it can be made to fail, for the calling thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace listwarden {

// The next but `count` fails, once.
void FailPollAfter(int count);

}  // namespace listwarden
