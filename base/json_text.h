// JSON written piece by piece, for what is kept while memory may give out: the library's own arrays and objects
// ask for memory when they are destroyed, and the program ends where there is none. It escapes the strings.
//   JsonObject({{"list", JsonString(list)}, {"paths", JsonArray({JsonString(path)})}})
// Threads: pure functions.
// Errors: bad_alloc only; bytes that are no UTF-8 become U+FFFD.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace listwarden {

std::string JsonString(std::string_view text);

// Of values that are JSON already.
std::string JsonArray(const std::vector<std::string>& values);
std::string JsonObject(std::initializer_list<std::pair<std::string_view, std::string>> fields);

}  // namespace listwarden
