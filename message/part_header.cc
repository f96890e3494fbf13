// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "message/header_fields.h"
#include "message/header_tokens.h"
#include "message/structure.h"

namespace listwarden {
namespace {

// RFC 5322 section 3.6.8; blanks before the colon are forgiven.
bool IsFieldName(std::string_view name, std::size_t colon) {
  return colon != std::string_view::npos && !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > 32 && c < 127; });
}

}  // namespace

bool HasContentFields(std::string_view text) {
  const std::string lower =
      LowerAscii(text.substr(0, std::min(text.find("\n\n"), text.find("\n\r\n"))).substr(0, 4000));
  return lower.rfind("content-t", 0) == 0 || lower.find("\ncontent-t") != std::string::npos;
}

std::size_t ReadPartHeader(std::string_view text, std::size_t most, PartHeader *header, bool *over_limit) {
  std::string name, value;
  std::size_t read = 0;
  bool ends_in_from_line = false;  // some programs take that line for the first of the text
  const auto take = [&] {
    if (name == "content-type") header->content_types.push_back(value);
    if (name == "content-transfer-encoding") header->encodings.push_back(value);
    if (name == "content-disposition") header->dispositions.push_back(value);
    if (name == "content-description") header->descriptions.push_back(value);
    if (name == "subject") header->subjects.push_back(value);
    name.clear();
    value.clear();
  };
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t begin = at;
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    at = std::min(end + 1, text.size());
    if (line.empty()) break;
    header->is_odd |= line.find('\r') != std::string_view::npos;  // a line end for some programs
    read += line.size();
    if (read > most) {
      *over_limit = true;
      continue;
    }
    if (line[0] == ' ' || line[0] == '\t') {
      header->is_odd |= Trim(line).empty() || begin == 0;
      value += line;
      continue;
    }
    take();
    const auto colon = line.find(':');
    const bool is_from_line = line.substr(0, 5) == "From " || line.substr(0, 6) == ">From ";
    if (!is_from_line && !IsFieldName(Trim(line.substr(0, colon)), colon)) {
      // Text begins without a blank line; or a stray line, for programs that go
      // on.
      header->is_odd |= HasContentFields(text.substr(at));
      return begin;
    }
    ends_in_from_line = is_from_line && begin > 0;
    if (is_from_line) continue;
    // For many programs the text begins here.
    header->is_odd |= IsFieldBlank(line[colon - 1]);
    name = LowerAscii(Trim(line.substr(0, colon)));
    if (name == "subject" || name.rfind("content-", 0) == 0)
      value = std::string(Trim(line.substr(colon + 1)));
  }
  take();
  header->is_odd |= ends_in_from_line;
  return at;
}

}  // namespace listwarden
