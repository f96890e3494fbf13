// SPDX-License-Identifier: Apache-2.0
#include "policy/word_index.h"

#include <queue>

namespace listwarden {

WordIndex::WordIndex(const std::vector<std::string>& words) : next_same_(words.size(), kNone) {
  std::array<std::uint8_t, 256> seen{};
  for (const std::string& word : words) {
    for (const char c : word) {
      auto& number = seen[static_cast<unsigned char>(Seen(c))];
      if (number == 0) number = static_cast<std::uint8_t>(classes_++);
    }
  }
  for (std::size_t c = 0; c < seen.size(); ++c)
    class_of_[c] = seen[static_cast<unsigned char>(Seen(static_cast<char>(c)))];
  AddState();
  for (std::size_t id = 0; id < words.size(); ++id) {
    if (!words[id].empty()) AddWord(words[id], static_cast<std::uint32_t>(id));
  }
  Link();
  Pack();
}

std::uint32_t WordIndex::AddState() {
  next_.resize(next_.size() + classes_, kNone);
  first_.push_back(kNone);
  output_link_.push_back(0);
  return static_cast<std::uint32_t>(first_.size() - 1);
}

void WordIndex::AddWord(std::string_view word, std::uint32_t id) {
  std::uint32_t state = 0;
  for (const char c : word) {
    const std::size_t edge = std::size_t{state} * classes_ + class_of_[static_cast<unsigned char>(c)];
    if (next_[edge] == kNone) {
      const std::uint32_t made = AddState();
      next_[edge] = made;
    }
    state = next_[edge];
  }
  next_same_[id] = first_[state];
  first_[state] = id;
}

void WordIndex::Link() {
  std::vector<std::uint32_t> fail(first_.size(), 0);
  std::queue<std::uint32_t> todo;
  for (std::size_t c = 0; c < classes_; ++c) {
    if (next_[c] == kNone) {
      next_[c] = 0;
    } else {
      todo.push(next_[c]);
    }
  }
  for (; !todo.empty(); todo.pop()) {
    const std::uint32_t state = todo.front();
    output_link_[state] = first_[fail[state]] != kNone ? fail[state] : output_link_[fail[state]];
    for (std::size_t c = 0; c < classes_; ++c) {
      std::uint32_t& to = next_[std::size_t{state} * classes_ + c];
      const std::uint32_t through = next_[std::size_t{fail[state]} * classes_ + c];
      if (to == kNone) {
        to = through;
      } else {
        fail[to] = through;
        todo.push(to);
      }
    }
  }
}

void WordIndex::Pack() {
  for (std::uint32_t& to : next_) {
    const bool has_output = first_[to] != kNone || output_link_[to] != 0;
    to = to * classes_ | (has_output ? kHasOutput : 0);
  }
}

}  // namespace listwarden
