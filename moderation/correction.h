// A held post with its author's new words: the header section stays but for the subject and what described
// the old body; the text becomes plain text in UTF-8; attachments that are kept are kept byte for byte.
// Signatures over the old text (DKIM, ARC) go, since they no longer hold.
// Threads: pure functions.
// Errors: none.
// Limits: a subject of 500 bytes, a text of 1 MiB; what is longer is cut.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "hold/held_message.h"
#include "message/message.h"
#include "policy/policy.h"

namespace listwarden {

struct Attached {
  std::string name;  // empty when it has none
  std::string media_type;
  std::size_t bytes = 0;  // as sent
};

// What a person can change of a post.
struct Editable {
  std::string text;  // with what is quoted and signed; of HTML what a reader sees
  std::vector<Attached> attached;
  bool loses_markup = false;             // there was HTML
  bool loses_attached_messages = false;  // they cannot be kept
};

struct Rewrite {
  std::string subject, text;
  std::vector<std::size_t> kept;  // of `Editable::attached`
};

struct JudgedText {
  Message message;
  Verdict verdict;
  bool IsHeld() const { return verdict.disposition == Disposition::kHold; }
};

Editable EditableOf(const Message& message);
std::string RewrittenMessage(const Message& message, const Rewrite& rewrite);
// As the list's policy would judge it at the front door. Who was logged in then is not known any more: the
// stricter of both readings counts.
JudgedText JudgeRewrite(const Policy& policy, const HeldMessage& held, const Rewrite& rewrite);
// A text that was never sent, from nobody in particular.
JudgedText JudgeDraft(const Policy& policy, const ListPolicy& list, const std::string& subject,
                      const std::string& text);

}  // namespace listwarden
