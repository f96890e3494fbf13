// SPDX-License-Identifier: Apache-2.0
#include "web/stored_verdict.h"

#include <nlohmann/json.hpp>

namespace listwarden {
namespace {

using nlohmann::json;

std::string Text(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

json Array(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_array() ? *found : json::array();
}

}  // namespace

StoredVerdict ReadVerdict(std::string_view text) {
  StoredVerdict verdict;
  const json whole = json::parse(text, nullptr, false);
  for (const json& filter : Array(whole, "filters")) {
    for (const json& one : Array(filter, "findings")) {
      if (!one.is_object()) continue;
      verdict.findings.push_back({Text(filter, "filter"), Text(filter, "action"), Text(one, "rule"),
                                  Text(one, "clause"), Text(one, "confidence"), Text(one, "part"),
                                  Text(one, "region"), Text(one, "quote"), Text(one, "reason"),
                                  Text(one, "advice")});
    }
  }
  for (const json& what : Array(whole, "unread")) {
    if (what.is_string()) verdict.unread.push_back(what.get<std::string>());
  }
  return verdict;
}

}  // namespace listwarden
