// listwarden.conf: one INI file read by all three programs, every key documented there with its default.
// Paths are taken relative to the file. Unknown keys, wrong values and repeated keys are errors.
// Errors: SettingsError "file:line: what is wrong; what was expected".
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "message/limits.h"
#include "milter/milter_server.h"
#include "moderation/notices.h"
#include "moderation/outbox_worker.h"
#include "web/http_server.h"
#include "web/site.h"

namespace listwarden {

struct Settings {
  std::filesystem::path file;    // listwarden.conf
  std::filesystem::path folder;  // where it lies
  std::string policy;            // folder below policies/
  std::string store;             // a file, or postgresql://… (hold/store_place.h)
  std::filesystem::path release_key;
  std::filesystem::path audit_key;  // beside the store, or the release key when the store is a server's
  MilterSettings milter;
  NoticeSettings notices;
  OutboxSettings outbox;
  struct Desk {
    HttpSettings http;  // an empty `listen` leaves the pages off
    SiteSettings site;
    std::filesystem::path pages;
  } desk;
  std::chrono::seconds drain{20};
  bool is_verbose = false;

  struct Shown {  // for `config show`
    std::string key, value, origin;
  };
  std::vector<Shown> shown;
};

Settings ReadSettings(const std::filesystem::path& file);

// --config when given; else the source tree this program was built in; else /etc/listwarden/listwarden.conf.
std::filesystem::path FindSettingsFile(const std::string& given);

// Every key, for the test that holds listwarden.conf and the code together.
std::vector<std::string> SettingsKeys();

}  // namespace listwarden
