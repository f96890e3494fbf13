// The second vote: what a statistical model says of a message's sentences beside the rules of a filter
// ([[second-vote]] of its rule file). Their odds add up over a message, and more is asked of a long one. Where
// it agrees with a rule of low confidence, that finding becomes medium; by itself it is a finding of low
// confidence, unless the grammar reads the weightiest word as said in a way that the rule file excludes
// (denied, quoted, reported …).
// Threads: pure.
// Limits: 64 KiB of a segment, 256 KiB of a message, ten votes a filter.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <vector>

#include "policy/compiler.h"
#include "policy/rules.h"
#include "policy/sentence_model.h"

namespace listwarden {

struct SecondVote {
  Rule rule;  // what its findings say
  std::filesystem::path file;
  std::shared_ptr<const SentenceModel> model;
  std::size_t output = 0;            // of the model
  std::vector<Pattern> unless_post;  // on what the poster wrote, signature too
};

using Models = std::map<std::filesystem::path, std::shared_ptr<const SentenceModel>>;

// A sentence, or two that stand together, that the model speaks up for; offsets are into the folded text.
struct Vote {
  const SecondVote* from;
  const Segment* segment;
  std::size_t begin;
  std::size_t end;
};

// On subject and author text, by filter. The `seconds` outlive the result.
std::vector<Vote> VotesOn(const Message& message,
                          const std::vector<std::unique_ptr<const SecondVote>>& seconds);

bool Overlaps(const Vote& vote, const Hit& hit);

// The vote as if a rule had found the sentence; the words that weighed most are in its reason.
Hit HitFrom(const Vote& vote);

}  // namespace listwarden
