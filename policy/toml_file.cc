// SPDX-License-Identifier: Apache-2.0
#include "policy/toml_file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <set>

#include "base/error.h"

namespace listwarden {

struct TomlTable::Node {
  std::shared_ptr<toml::table> root;  // keeps everything alive
  const toml::table* table = nullptr;
  std::set<std::string, std::less<>> known;
};

namespace {

std::string Place(const std::filesystem::path& file, const toml::source_region& region) {
  return file.string() + ":" + std::to_string(region.begin.line) + ": ";
}

}  // namespace

TomlTable::TomlTable(std::filesystem::path file, std::shared_ptr<Node> node)
    : file_(std::move(file)), node_(std::move(node)) {}

void TomlTable::Fail(std::string_view key, const std::string& what) const {
  const toml::node* at = node_->table->get(key);
  throw RuleError(Place(file_, at != nullptr ? at->source() : node_->table->source()) + what);
}

long long TomlTable::Line(std::string_view key) const {
  const toml::node* at = node_->table->get(key);
  return static_cast<long long>((at != nullptr ? at->source() : node_->table->source()).begin.line);
}

std::string TomlTable::Text(std::string_view key) {
  if (!Has(key))
    Fail(key, "'" + std::string(key) + "' is missing; expected " + std::string(key) + " = \"…\"");
  return Text(key, "");
}

std::string TomlTable::Text(std::string_view key, std::string_view otherwise) {
  node_->known.emplace(key);
  const toml::node* value = node_->table->get(key);
  if (value == nullptr) return std::string(otherwise);
  const auto text = value->value_exact<std::string>();
  if (!text) Fail(key, "'" + std::string(key) + "' is no text; expected " + std::string(key) + " = \"…\"");
  return *text;
}

std::vector<std::string> TomlTable::Texts(std::string_view key) {
  node_->known.emplace(key);
  std::vector<std::string> out;
  const toml::node* value = node_->table->get(key);
  if (value == nullptr) return out;
  const toml::array* list = value->as_array();
  if (list == nullptr)
    Fail(key, "'" + std::string(key) + "' is no list; expected " + std::string(key) + " = [\"…\", …]");
  for (const toml::node& one : *list) {
    const auto text = one.value_exact<std::string>();
    if (!text)
      throw RuleError(Place(file_, one.source()) + "an entry of '" + std::string(key) + "' is no text");
    out.push_back(*text);
  }
  return out;
}

bool TomlTable::Flag(std::string_view key) {
  node_->known.emplace(key);
  const toml::node* value = node_->table->get(key);
  if (value == nullptr) return false;
  const auto flag = value->value_exact<bool>();
  if (!flag) Fail(key, "'" + std::string(key) + "' is neither true nor false");
  return *flag;
}

long long TomlTable::Number(std::string_view key, long long otherwise) {
  node_->known.emplace(key);
  const toml::node* value = node_->table->get(key);
  if (value == nullptr) return otherwise;
  const auto number = value->value_exact<int64_t>();
  if (!number) Fail(key, "'" + std::string(key) + "' is no whole number");
  return *number;
}

bool TomlTable::Has(std::string_view key) const { return node_->table->contains(key); }

TomlTable TomlTable::Table(std::string_view key) {
  node_->known.emplace(key);
  static const toml::table kEmpty;
  const toml::node* value = node_->table->get(key);
  const toml::table* table = value == nullptr ? &kEmpty : value->as_table();
  if (table == nullptr)
    Fail(key, "'" + std::string(key) + "' is no table; expected [" + std::string(key) + "]");
  return {file_, std::make_shared<Node>(Node{node_->root, table, {}})};
}

std::vector<TomlTable> TomlTable::Tables(std::string_view key) {
  node_->known.emplace(key);
  std::vector<TomlTable> out;
  const toml::node* value = node_->table->get(key);
  if (value == nullptr) return out;
  const toml::array* list = value->as_array();
  if (list == nullptr)
    Fail(key, "'" + std::string(key) + "' is no list of tables; expected [[" + std::string(key) + "]]");
  for (const toml::node& one : *list) {
    if (!one.is_table()) Fail(key, "'" + std::string(key) + "' holds something that is no table");
    out.push_back({file_, std::make_shared<Node>(Node{node_->root, one.as_table(), {}})});
  }
  return out;
}

std::vector<std::string> TomlTable::Keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : *node_->table) keys.emplace_back(key.str());
  return keys;
}

void TomlTable::Finish() {
  for (const auto& [key, value] : *node_->table) {
    if (node_->known.count(key.str()) != 0) continue;
    std::string known;
    for (const std::string& one : node_->known) known += (known.empty() ? "" : ", ") + one;
    throw RuleError(Place(file_, value.source()) + "unknown key '" + std::string(key.str()) +
                    "'; known are " + known);
  }
}

TomlTable ReadToml(const std::filesystem::path& file) {
  try {
    auto root = std::make_shared<toml::table>(toml::parse_file(file.string()));
    const toml::table* table = root.get();
    return {file, std::make_shared<TomlTable::Node>(TomlTable::Node{std::move(root), table, {}})};
  } catch (const toml::parse_error& e) {
    throw RuleError(Place(file, e.source()) + std::string(e.description()));
  }
}

}  // namespace listwarden
