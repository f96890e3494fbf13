// SPDX-License-Identifier: Apache-2.0
#include "policy/translation.h"

#include <algorithm>

#include "policy/toml_file.h"

namespace listwarden {
namespace {

constexpr std::string_view kAnything = "{}", kText = "{text}";

// Words, and between each two of them a placeholder.
struct Pieces {
  std::vector<std::string_view> words = {""};
  std::vector<std::string_view> placeholders;
};

Pieces PiecesOf(std::string_view text) {
  Pieces pieces;
  for (std::size_t at = 0; at < text.size();) {
    const auto open = std::min(text.find(kAnything, at), text.find(kText, at));
    pieces.words.back() = text.substr(at, open - at);
    if (open == std::string_view::npos) break;
    pieces.placeholders.push_back(text.substr(open).starts_with(kText) ? kText : kAnything);
    pieces.words.emplace_back();
    at = open + pieces.placeholders.back().size();
  }
  return pieces;
}

// What stands in the places; nullopt when the words are others.
std::optional<std::vector<std::string_view>> Match(const Pieces& pattern, std::string_view text) {
  const std::string_view first = pattern.words.front(), last = pattern.words.back();
  if (text.size() < first.size() + last.size() || !text.starts_with(first) || !text.ends_with(last))
    return std::nullopt;
  text = text.substr(first.size(), text.size() - first.size() - last.size());
  std::vector<std::string_view> values;
  for (std::size_t i = 1; i + 1 < pattern.words.size(); ++i) {
    const auto at = text.find(pattern.words[i]);
    if (at == std::string_view::npos) return std::nullopt;
    values.push_back(text.substr(0, at));
    text.remove_prefix(at + pattern.words[i].size());
  }
  values.push_back(text);
  return values;
}

}  // namespace

Translation::Translation(const std::filesystem::path& file) {
  TomlTable table = ReadToml(file);
  for (const std::string& english : table.Keys()) {
    const std::string text = table.Text(english);
    if (text.empty()) table.Fail(english, "\"" + english + "\" has no words in the other language");
    const Pieces from = PiecesOf(english);
    const auto says_nothing = [](std::string_view words) { return words.empty(); };
    if (std::all_of(from.words.begin(), from.words.end(), says_nothing))
      table.Fail(english,
                 "\"" + english + "\" has no words of its own; expected some beside the placeholder");
    if (from.placeholders != PiecesOf(text).placeholders)
      table.Fail(english, "\"" + english + "\": expected the same {} and {text}, in the same order");
    (from.placeholders.empty() ? texts_ : patterns_).emplace(english, text);
  }
  table.Finish();
}

std::optional<std::string> Translation::Find(std::string_view english) const {
  if (const auto found = texts_.find(english); found != texts_.end()) return found->second;
  for (const auto& [from, to] : patterns_) {
    const auto values = Match(PiecesOf(from), english);
    if (!values) continue;
    const Pieces pieces = PiecesOf(to);
    std::string text(pieces.words.front());
    bool is_known = true;
    for (std::size_t i = 0; is_known && i < values->size(); ++i) {
      const auto value =
          pieces.placeholders[i] == kText ? Find((*values)[i]) : std::optional<std::string>((*values)[i]);
      is_known = value.has_value();
      if (is_known) text += *value + std::string(pieces.words[i + 1]);
    }
    if (is_known) return text;
  }
  return std::nullopt;
}

std::vector<std::string> Translation::Keys() const {
  std::vector<std::string> keys;
  for (const auto* of : {&texts_, &patterns_}) {
    for (const auto& [english, text] : *of) keys.push_back(english);
  }
  return keys;
}

}  // namespace listwarden
