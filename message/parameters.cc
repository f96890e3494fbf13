// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "message/charset.h"
#include "message/header_fields.h"
#include "message/header_tokens.h"

namespace listwarden {
namespace {

bool IsControl(char c) { return static_cast<unsigned char>(c) < 32 || c == 127; }

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

// Strictly as RFC 2045 section 5.1 has it, or plainly: without comments, and with quoted strings only where
// they are closed.
enum class Reading { kStrict, kPlain };

std::vector<RawParameter> RawParameters(std::string_view text, std::size_t at, Reading reading,
                                        const Limits& limits, bool* over_limit) {
  const std::string_view ends = reading == Reading::kStrict ? ";(" : ";";
  const auto end_of_value = [&](std::size_t from) {
    return std::min(text.find_first_of(ends, from), text.size());
  };
  std::vector<RawParameter> found;
  while (at < text.size()) {
    if (text[at] == ';' || IsFieldBlank(text[at])) {
      ++at;
      continue;
    }
    if (text[at] == '(' && reading == Reading::kStrict) {
      at = SkipComment(text, at, limits.comment_depth, over_limit);
      continue;
    }
    const std::size_t start = at;
    while (at < text.size() && text[at] != '=' && text[at] != ';') ++at;
    RawParameter parameter{LowerAscii(Trim(text.substr(start, at - start))), ""};
    if (at < text.size() && text[at] == '=') {
      ++at;
      while (at < text.size() && IsFieldBlank(text[at])) ++at;
      std::size_t after = at;
      if (at < text.size() && text[at] == '"') parameter.value = QuotedString(text, &after);
      if (after == at || (after > text.size() && reading == Reading::kPlain)) {
        after = end_of_value(at);
        parameter.value = std::string(Trim(text.substr(at, after - at)));
      }
      at = end_of_value(std::min(after, text.size()));
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

void AddParameters(std::vector<RawParameter> read, const Limits& limits, ParameterValue* out) {
  std::map<std::string, std::vector<Piece>> pieces;
  for (RawParameter& raw : read) {
    const auto star = raw.name.find('*');
    if (star == std::string::npos) {
      bool too_many = false;
      std::string shown = DecodeText(raw.value, limits, &too_many);
      const auto [place, is_new] = out->parameters.try_emplace(raw.name, shown);
      if (!is_new && place->second != shown) out->repeated.emplace_back(raw.name, shown);
      continue;
    }
    if (star == 0) continue;
    const bool is_encoded = raw.name.back() == '*';
    const int number = std::atoi(raw.name.c_str() + star + 1);
    pieces[raw.name.substr(0, star)].push_back({number, is_encoded, std::move(raw.value)});
  }
  for (auto& [name, parts] : pieces) {
    std::string joined = JoinPieces(std::move(parts));
    const auto [place, is_new] = out->parameters.try_emplace(name, joined);
    if (is_new || place->second == joined) continue;
    out->repeated.emplace_back(name, place->second);
    place->second = std::move(joined);
  }
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
  const std::size_t plain_end = std::min(text.find(';'), text.size());
  // Some programs take a control character for a blank.
  out.is_odd = (plain_end < at && plain_end < text.size()) ||
               std::any_of(text.begin(), text.end(), [](char c) { return IsControl(c) && !IsFieldBlank(c); });
  AddParameters(RawParameters(text, at, Reading::kStrict, limits, over_limit), limits, &out);
  if (out.is_odd || text.find('(', at) != std::string::npos ||
      std::count(text.begin(), text.end(), '"') % 2 != 0)
    AddParameters(RawParameters(text, plain_end, Reading::kPlain, limits, over_limit), limits, &out);
  return out;
}

}  // namespace listwarden
