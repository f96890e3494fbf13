// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "message/charset.h"
#include "message/header_fields.h"
#include "message/header_tokens.h"

namespace listwarden {
namespace {

// Percent-decoding of RFC 2231 values.
std::string PercentDecoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const std::string hex(text.substr(i + 1, 2));
      char* end = nullptr;
      const long byte = std::strtol(hex.c_str(), &end, 16);
      if (end == hex.c_str() + 2) {
        out += static_cast<char>(byte);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

struct Piece {
  int number;
  bool is_encoded;
  std::string value;
};

struct RawParameter {
  std::string name, value;
};

std::vector<RawParameter> RawParameters(std::string_view text, std::size_t at, const Limits& limits,
                                        bool* over_limit) {
  std::vector<RawParameter> found;
  while (at < text.size()) {
    if (text[at] == ';' || IsFieldBlank(text[at])) {
      ++at;
      continue;
    }
    if (text[at] == '(') {
      at = SkipComment(text, at, limits.comment_depth, over_limit);
      continue;
    }
    const std::size_t start = at;
    while (at < text.size() && text[at] != '=' && text[at] != ';') ++at;
    RawParameter parameter{LowerAscii(Trim(text.substr(start, at - start))), ""};
    if (at < text.size() && text[at] == '=') {
      ++at;
      while (at < text.size() && IsFieldBlank(text[at])) ++at;
      if (at < text.size() && text[at] == '"') {
        parameter.value = QuotedString(text, &at);
        while (at < text.size() && text[at] != ';' && text[at] != '(') ++at;
      } else {
        const std::size_t from = at;
        while (at < text.size() && text[at] != ';' && text[at] != '(') ++at;
        parameter.value = std::string(Trim(text.substr(from, at - from)));
      }
    }
    if (found.size() == limits.parameters) {
      *over_limit = true;
      break;
    }
    if (!parameter.name.empty()) found.push_back(std::move(parameter));
  }
  return found;
}

std::string JoinPieces(std::vector<Piece> pieces) {
  std::stable_sort(pieces.begin(), pieces.end(),
                   [](const Piece& a, const Piece& b) { return a.number < b.number; });
  std::string charset, bytes;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    std::string_view value = pieces[i].value;
    if (i == 0 && pieces[i].is_encoded) {
      const auto first = value.find('\'');
      const auto second = first == std::string_view::npos ? first : value.find('\'', first + 1);
      if (second != std::string_view::npos) {
        charset = std::string(value.substr(0, first));
        value.remove_prefix(second + 1);
      }
    }
    bytes += pieces[i].is_encoded ? PercentDecoded(value) : std::string(value);
  }
  return ToUtf8(bytes, charset).text;
}

}  // namespace

ParameterValue ParseParameters(std::string_view value, const Limits& limits, bool* over_limit) {
  const std::string text = Unfold(value.substr(0, limits.part_header_bytes));
  if (value.size() > limits.part_header_bytes) *over_limit = true;
  ParameterValue out;
  std::size_t at = 0;
  while (at < text.size() && text[at] != ';') {
    if (text[at] == '(') {
      at = SkipComment(text, at, limits.comment_depth, over_limit);
    } else if (text[at] == '"') {
      out.value += QuotedString(text, &at);
    } else {
      if (!IsFieldBlank(text[at])) out.value += text[at];
      ++at;
    }
  }
  out.value = LowerAscii(out.value);
  std::map<std::string, std::vector<Piece>> pieces;
  for (RawParameter& raw : RawParameters(text, at, limits, over_limit)) {
    const auto star = raw.name.find('*');
    if (star == std::string::npos) {
      bool too_many = false;
      std::string shown = DecodeText(raw.value, limits, &too_many);
      const auto [place, is_new] = out.parameters.try_emplace(raw.name, shown);
      if (!is_new && place->second != shown) out.repeated.emplace_back(raw.name, shown);
      continue;
    }
    if (star == 0) continue;
    const bool is_encoded = raw.name.back() == '*';
    const int number = std::atoi(raw.name.c_str() + star + 1);
    pieces[raw.name.substr(0, star)].push_back({number, is_encoded, std::move(raw.value)});
  }
  for (auto& [name, parts] : pieces) {
    std::string joined = JoinPieces(std::move(parts));
    const auto [place, is_new] = out.parameters.try_emplace(name, joined);
    if (is_new || place->second == joined) continue;
    out.repeated.emplace_back(name, place->second);
    place->second = std::move(joined);
  }
  return out;
}

}  // namespace listwarden
