// SPDX-License-Identifier: Apache-2.0
#include "policy/word_index.h"

#include <queue>

namespace listwarden {

WordIndex::WordIndex(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    for (const char c : word) {
      auto& number = class_of_[static_cast<unsigned char>(c)];
      if (number == 0) number = static_cast<std::uint8_t>(classes_++);
    }
  }
  const auto add_state = [&] {
    next_.resize(next_.size() + classes_, kNone);
    first_.push_back(kNone);
    output_link_.push_back(0);
    return static_cast<std::uint32_t>(first_.size() - 1);
  };
  add_state();
  next_same_.assign(words.size(), kNone);
  for (std::size_t id = 0; id < words.size(); ++id) {
    if (words[id].empty()) continue;
    std::uint32_t state = 0;
    for (const char c : words[id]) {
      const std::size_t edge = state * classes_ + class_of_[static_cast<unsigned char>(c)];
      if (next_[edge] == kNone) {
        const std::uint32_t made = add_state();
        next_[edge] = made;
      }
      state = next_[edge];
    }
    next_same_[id] = first_[state];
    first_[state] = static_cast<std::uint32_t>(id);
  }
  std::vector<std::uint32_t> fail(first_.size(), 0);
  std::queue<std::uint32_t> todo;
  for (std::size_t c = 0; c < classes_; ++c) {
    std::uint32_t& to = next_[c];
    if (to == kNone) {
      to = 0;
    } else {
      todo.push(to);
    }
  }
  while (!todo.empty()) {
    const std::uint32_t state = todo.front();
    todo.pop();
    output_link_[state] = first_[fail[state]] != kNone ? fail[state] : output_link_[fail[state]];
    for (std::size_t c = 0; c < classes_; ++c) {
      std::uint32_t& to = next_[state * classes_ + c];
      const std::uint32_t through = next_[fail[state] * classes_ + c];
      if (to == kNone) {
        to = through;
      } else {
        fail[to] = through;
        todo.push(to);
      }
    }
  }
  has_output_.resize(first_.size());
  for (std::size_t state = 0; state < first_.size(); ++state) {
    has_output_[state] = first_[state] != kNone || output_link_[state] != 0;
  }
}

}  // namespace listwarden
