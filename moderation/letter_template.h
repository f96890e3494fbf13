// Reads a letter's wording (Mustache, "Subject: …" on the first line) and finds its mistakes before it is
// used: unknown names, sections that do not close. Errors: SettingsError "file:line: what; expected".
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <string>

namespace listwarden {

std::string ReadLetterTemplate(const std::filesystem::path& file);

}  // namespace listwarden
