// SPDX-License-Identifier: Apache-2.0
#include "policy/surroundings.h"

#include <algorithm>

namespace listwarden {
namespace {

constexpr std::size_t kBesideBytes = 400;

// Where the hit stands when the message's segments are read one after the other.
std::size_t PlaceOf(const Hit& hit, const Message& message) {
  std::size_t before = 0;
  for (const Segment& segment : message.segments) {
    if (&segment == hit.segment) break;
    before += segment.text.folded().size();
  }
  return before + hit.begin;
}

}  // namespace

Surroundings::Surroundings(const std::vector<Rule>& rules) {
  for (const Rule& rule : rules) {
    if (rule.beside.empty()) continue;
    Asked& asked = asked_[&rule];
    for (const Rule& other : rules) {
      if (std::find(rule.beside.begin(), rule.beside.end(), other.id) != rule.beside.end())
        asked.rules.insert(&other);
    }
    asked.is_whole = asked.rules.size() == rule.beside.size();
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    Waiting waiting{i, {}};
    for (std::size_t before = 0; before < i; ++before) {
      if (at_once_[before] && Asks(rules[i], rules[before])) waiting.leaders.push_back(&rules[before]);
    }
    at_once_.push_back(waiting.leaders.empty());
    if (!at_once_[i]) waiting_.push_back(std::move(waiting));
  }
}

bool Surroundings::Asks(const Rule& rule, const Rule& other) const {
  const auto asked = asked_.find(&rule);
  return asked != asked_.end() && asked->second.rules.contains(&other);
}

std::vector<bool> Surroundings::Awaited(const std::vector<Hit>& hits) const {
  std::vector<bool> awaited;
  for (const Waiting& one : waiting_) {
    const auto has_hit = [&](const Rule* leader) {
      return std::any_of(hits.begin(), hits.end(), [&](const Hit& hit) { return hit.rule == leader; });
    };
    if (!std::all_of(one.leaders.begin(), one.leaders.end(), has_hit)) continue;
    awaited.resize(at_once_.size());
    awaited[one.rule] = true;
  }
  return awaited;
}

void Surroundings::Sift(const Message& message, std::vector<Hit>* hits) const {
  const auto asks = [&](const Hit& hit) { return asked_.count(hit.rule) != 0; };
  if (std::none_of(hits->begin(), hits->end(), asks)) return;
  std::map<const Rule*, std::vector<std::size_t>> places;
  for (const Hit& hit : *hits) places[hit.rule].push_back(PlaceOf(hit, message));
  std::erase_if(*hits, [&](const Hit& hit) {
    if (!asks(hit)) return false;
    const Asked& asked = asked_.at(hit.rule);
    const std::size_t place = PlaceOf(hit, message);
    const auto is_near = [&](const Rule* rule) {
      const std::vector<std::size_t>& its = places[rule];
      return std::any_of(its.begin(), its.end(), [&](std::size_t there) {
        return std::max(place, there) - std::min(place, there) <= kBesideBytes;
      });
    };
    return !asked.is_whole || !std::all_of(asked.rules.begin(), asked.rules.end(), is_near);
  });
}

}  // namespace listwarden
