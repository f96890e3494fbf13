// SPDX-License-Identifier: Apache-2.0
#include "web/pages.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <iterator>
#include <kainjow/mustache.hpp>
#include <set>

#include "base/error.h"
#include "policy/toml_file.h"

namespace listwarden {
namespace {

namespace fs = std::filesystem;
using kainjow::mustache::data;
using kainjow::mustache::mustache;
using Words = std::map<std::string, std::string, std::less<>>;

constexpr std::array<std::string_view, 2> kLanguages = {"en", "cy"};
constexpr int kDeepestInclusion = 8;

std::string ReadFile(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw SettingsError(file.string() + ":0: cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string HashOf(std::string_view bytes) {
  unsigned char hash[8];
  crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                     nullptr, 0);
  char hex[17];
  sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
  return hex;
}

std::string TypeOf(const fs::path& file) {
  const std::string end = file.extension();
  if (end == ".css") return "text/css; charset=utf-8";
  if (end == ".js") return "text/javascript; charset=utf-8";
  return end == ".svg" ? "image/svg+xml; charset=utf-8" : "application/octet-stream";
}

// Replaces every "{{PREFIXname}}" by what `value` gives for the name.
std::string Replaced(const std::string& text, std::string_view prefix,
                     const std::function<std::string(const std::string&)>& value) {
  const std::string open = "{{" + std::string(prefix);
  std::string out;
  std::size_t at = 0;
  for (std::size_t mark; (mark = text.find(open, at)) != std::string::npos;) {
    const auto close = text.find("}}", mark);
    if (close == std::string::npos) break;
    out += text.substr(at, mark - at) + value(text.substr(mark + open.size(), close - mark - open.size()));
    at = close + 2;
  }
  return out + text.substr(at);
}

std::string PlaceholdersFilled(std::string_view text,
                               const std::function<std::string(const std::string&)>& value) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto close = text[i] == '{' ? text.find('}', i) : std::string_view::npos;
    if (close == std::string_view::npos) {
      out += text[i];
    } else {
      out += value(std::string(text.substr(i + 1, close - i - 1)));
      i = close;
    }
  }
  return out;
}

// What would open a way around escaping or the Content-Security-Policy.
void RefuseUnsafe(const fs::path& file, const std::string& text) {
  const auto refuse = [&](std::size_t at, const std::string& what) {
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    throw SettingsError(file.string() + ":" + std::to_string(line) + ": " + what);
  };
  for (const char* raw : {"{{{", "{{&", "{{=", "<style", " style=", "<iframe", "javascript:", "<base"}) {
    if (const auto at = text.find(raw); at != std::string::npos)
      refuse(at, std::string("'") + raw + "' is not allowed in a page");
  }
  for (std::size_t at = 0; (at = text.find("<script", at)) != std::string::npos; ++at) {
    if (text.compare(at, 13, "<script src=\"") != 0 ||
        text.compare(text.find('>', at), 10, "></script>") != 0)
      refuse(at, "a script must be a file: <script src=\"…\"></script>");
  }
  bool is_tag = false, is_quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') is_quoted = is_tag && !is_quoted;
    if (is_quoted) continue;
    if (text[at] == '<' || text[at] == '>') is_tag = text[at] == '<';
    if (is_tag && text[at] == '=' && text.compare(at, 2, "=\"") != 0)
      refuse(at, "an attribute needs quotes around its value");
  }
  for (std::size_t at = 0; (at = text.find(" on", at)) != std::string::npos; ++at) {
    const auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz", at + 1);
    if (end != std::string::npos && text[end] == '=')
      refuse(at, "event attributes are not allowed in a page");
  }
}

data DataFrom(const View& view) {
  data out;
  // An empty text is no section, and hides one of that name around it.
  for (const auto& [name, text] : view.texts) out.set(name, text.empty() ? data(false) : data(text));
  for (const auto& [name, flag] : view.flags) out.set(name, flag);
  for (const auto& [name, rows] : view.lists) {
    data list(data::type::list);
    for (const View& row : rows) list.push_back(DataFrom(row));
    out.set(name, std::move(list));
    out.set("has-" + name, !rows.empty());
  }
  return out;
}

}  // namespace

struct Pages::Loaded {
  std::map<std::string, Words, std::less<>> wording;  // by language
  Words pages;                                        // "en/queue"
  std::map<std::string, Asset, std::less<>> assets;

  const std::string& Wording(std::string_view language, std::string_view key) const {
    const auto words = wording.find(language);
    if (words == wording.end()) return Wording("en", key);
    const auto found = words->second.find(key);
    if (found == words->second.end()) throw SettingsError("pages: no wording '" + std::string(key) + "'");
    return found->second;
  }

  void LoadWording(const fs::path& folder) {
    for (const std::string_view language : kLanguages) {
      TomlTable table = ReadToml(folder / (std::string(language) + ".toml"));
      for (const std::string& key : table.Keys()) wording[std::string(language)][key] = table.Text(key);
    }
    for (const auto& [key, text] : wording["en"]) {
      if (!wording["cy"].contains(key))
        throw SettingsError((folder / "cy.toml").string() + ":0: '" + key + "' is missing; en.toml has it");
    }
  }

  void LoadAssets(const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder))
      assets[entry.path().filename()] = {TypeOf(entry.path()), ReadFile(entry.path())};
  }

  std::string Included(const fs::path& folder, const std::string& name, int depth) const {
    const fs::path file = folder / (name + ".html");
    if (depth > kDeepestInclusion) throw SettingsError(file.string() + ":0: takes itself in");
    const std::string text = ReadFile(file);
    RefuseUnsafe(file, text);
    return Replaced(text, ">", [&](const std::string& other) { return Included(folder, other, depth + 1); });
  }

  void LoadPage(const fs::path& folder, const fs::path& file) {
    const std::string name = file.stem();
    const std::string whole = Replaced(Included(folder, name, 0), "asset.", [&](const std::string& asset) {
      const auto found = assets.find(asset);
      if (found == assets.end()) throw SettingsError(file.string() + ":0: no asset '" + asset + "'");
      return "/assets/" + asset + "?v=" + HashOf(found->second.bytes);
    });
    for (const std::string_view language : kLanguages) {
      const std::string text = Replaced(whole, "say.", [&](const std::string& key) {
        return kainjow::mustache::html_escape(PlaceholdersFilled(
            Wording(language, key), [](const std::string& value) { return "{{" + value + "}}"; }));
      });
      const mustache parsed(text);
      if (!parsed.is_valid()) throw SettingsError(file.string() + ":1: " + parsed.error_message());
      pages[std::string(language) + "/" + name] = text;
    }
  }
};

Pages::Pages(const fs::path& folder) : loaded_(std::make_unique<Loaded>()) {
  if (!fs::is_directory(folder / "assets"))
    throw SettingsError(folder.string() + ":0: no pages here; expected the folder etc/pages of the package");
  loaded_->LoadWording(folder);
  loaded_->LoadAssets(folder / "assets");
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".html") loaded_->LoadPage(folder, entry.path());
  }
}

Pages::~Pages() = default;

std::string Pages::Render(std::string_view page, std::string_view language, const View& view) const {
  auto found = loaded_->pages.find(std::string(language) + "/" + std::string(page));
  if (found == loaded_->pages.end()) found = loaded_->pages.find("en/" + std::string(page));
  if (found == loaded_->pages.end()) throw SettingsError("pages: no page '" + std::string(page) + "'");
  mustache parsed(found->second);  // rendering changes it: one for each
  return parsed.render(DataFrom(view));
}

std::string Pages::Say(std::string_view language, std::string_view key,
                       const std::map<std::string, std::string>& values) const {
  return PlaceholdersFilled(loaded_->Wording(language, key), [&](const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
  });
}

const Asset* Pages::FindAsset(std::string_view name) const {
  const auto found = loaded_->assets.find(name);
  return found == loaded_->assets.end() ? nullptr : &found->second;
}

}  // namespace listwarden
