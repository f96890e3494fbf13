// SPDX-License-Identifier: Apache-2.0
#include "base/json_text.h"

#include <nlohmann/json.hpp>

namespace listwarden {

std::string JsonString(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string JsonArray(const std::vector<std::string>& values) {
  std::string json;
  for (const std::string& value : values) json += (json.empty() ? "[" : ",") + value;
  return (json.empty() ? "[" : json) + ']';
}

std::string JsonObject(std::initializer_list<std::pair<std::string_view, std::string>> fields) {
  std::string json;
  for (const auto& [name, value] : fields)
    json += (json.empty() ? "{\"" : ",\"") + std::string(name) + "\":" + value;
  return (json.empty() ? "{" : json) + '}';
}

}  // namespace listwarden
