// SPDX-License-Identifier: Apache-2.0
#include "policy/pattern_words.h"

namespace listwarden {
namespace {

bool IsLetter(char c) { return c >= 'a' && c <= 'z'; }

}  // namespace

void AppendPatternWords(std::string_view pattern, std::vector<std::string>* words) {
  constexpr std::size_t kForms = 8;
  std::vector<std::string> forms(1);
  const auto finish = [&] {
    for (std::string& form : forms) {
      if (form.size() > 1) words->push_back(std::move(form));
    }
    forms.assign(1, "");
  };
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (IsLetter(c)) {
      const bool is_optional = at + 1 < pattern.size() && pattern[at + 1] == '?';
      const std::size_t count = forms.size();
      for (std::size_t i = 0; i < count; ++i) {
        if (is_optional && forms.size() < kForms) forms.push_back(forms[i]);
        forms[i] += c;
      }
      at += is_optional;
      continue;
    }
    finish();
    if (c == '\\') ++at;
    if (c == '[') {
      const auto close = pattern.find(']', at + 2);
      if (close == std::string_view::npos) return;
      at = close;
    }
  }
  finish();
}

}  // namespace listwarden
