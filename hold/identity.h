// Ids, hashes and the small encodings that every backend keeps alike.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

void StartSodium();           // before any other use of libsodium; StoreError when it cannot
std::string NewHeldId();      // 16 random lower-case hex digits
std::string NewLinkSecret();  // 256 random bits, 64 hex digits: nothing in it that a mail program cuts off
std::string Hex(std::string_view bytes);
std::string RandomHex(std::size_t bytes);
std::string Sha256Hex(std::string_view bytes);
// Replaces "{id}" and "{ref}" ("A1B2-C3D4", short enough to read out on the telephone); without an id, nothing.
std::string WithId(std::string text, const std::string& id);
// As text in a database: U+FFFD stands for what is not UTF-8, and for NUL.
std::string StorableText(std::string_view text);
std::string PathsToJson(const std::vector<std::string>& paths);
std::vector<std::string> PathsFromJson(const std::string& json);

}  // namespace listwarden
