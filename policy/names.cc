// SPDX-License-Identifier: Apache-2.0
#include "policy/names.h"

#include <algorithm>

namespace listwarden {
namespace {

std::string Upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return out;
}

}  // namespace

NameIndex::NameIndex(std::shared_ptr<const Registers> registers) : registers_(std::move(registers)) {
  for (const RegisterEntry& entry : registers_->entries()) {
    std::vector<std::string> names = entry.aliases;
    names.push_back(entry.name);
    for (const std::string& name : names) {
      const bool is_exact = std::find(entry.exact.begin(), entry.exact.end(), name) != entry.exact.end();
      words_.push_back(TextView(name).folded());
      spellings_.push_back({&entry, is_exact ? name : ""});
    }
  }
}

std::optional<Mention> NameIndex::MentionAt(const TextView& text, std::size_t word, std::size_t end) const {
  const Spelling& spelling = spellings_[word];
  const std::size_t begin = end - words_[word].size();
  if (!spelling.exact.empty()) {
    const std::string_view written = text.Quote(begin, end);
    if (written != spelling.exact && written != Upper(spelling.exact)) return std::nullopt;
  }
  return Mention{spelling.entry, begin, end};
}

const RegisterEntry* NamedBetween(std::span<const Mention> mentions, const std::vector<std::string>& kinds,
                                  std::size_t from, std::size_t to) {
  const Mention* longest = nullptr;
  for (const Mention& one : mentions) {
    if (one.end < from || one.begin > to) continue;
    if (std::find(kinds.begin(), kinds.end(), one.entry->kind) == kinds.end()) continue;
    if (longest == nullptr || one.end - one.begin > longest->end - longest->begin) longest = &one;
  }
  return longest == nullptr ? nullptr : longest->entry;
}

}  // namespace listwarden
