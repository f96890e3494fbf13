// Which milters a service of Postfix asks (MILTER_README), and whether we are among them.
// Threads: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "apps/postfix_config.h"

namespace listwarden {

struct MilterEntry {
  std::string address;
  std::map<std::string, std::string> settings;  // those in braces, its own
};

// The value of smtpd_milters or non_smtpd_milters.
std::vector<MilterEntry> MilterEntries(std::string_view value);
std::vector<MilterEntry> AskedMilters(const PostfixConfig& postfix, const PostfixService& service);
// Where the service looks for it, written as our own setting is: its chroot undone.
std::string MilterPlace(const std::string& address, const std::string& queue_directory, bool is_chrooted);
// The one at `socket` ([milter] socket), as that service sees the file system; nullptr when it is not there.
const MilterEntry* OurEntry(const std::vector<MilterEntry>& entries, const PostfixConfig& postfix,
                            const PostfixService& service, const std::string& socket);

}  // namespace listwarden
