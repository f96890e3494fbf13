// SPDX-License-Identifier: Apache-2.0
#include "message/flowed.h"

#include <algorithm>

namespace listwarden {

std::string Unflow(std::string_view text, bool delsp) {
  std::string out;
  out.reserve(text.size());
  bool continues = false;
  std::size_t last_depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    std::size_t depth = 0;
    while (depth < line.size() && line[depth] == '>') ++depth;
    line.remove_prefix(depth);
    if (!line.empty() && line[0] == ' ') line.remove_prefix(1);
    const bool is_signature = line == "-- ";
    if (!(continues && depth == last_depth && !is_signature)) {
      if (!out.empty()) out += '\n';
      out.append(depth, '>');
      if (depth > 0) out += ' ';
    }
    continues = !is_signature && !line.empty() && line.back() == ' ';
    if (continues && delsp) line.remove_suffix(1);
    out += line;
    last_depth = depth;
  }
  if (!text.empty() && text.back() == '\n') out += '\n';
  return out;
}

}  // namespace listwarden
