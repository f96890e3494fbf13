// Collects a message as an MTA hands it over, or from a file, and reads it once.
//   MessageBuilder builder(limits);
//   builder.SetEnvelope(…); builder.AddField("Subject", "…"); builder.AddBody(bytes); Message m =
//   builder.Finish();
// Limits: past message_bytes or the header limits what follows is kept for holding but not read, with a
// Defect.
// Threads: one at a time.
// Errors: throws nothing but std::bad_alloc.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "message/limits.h"
#include "message/message.h"

namespace listwarden {

class MessageBuilder {
 public:
  explicit MessageBuilder(const Limits& limits = {});

  void SetEnvelope(Envelope envelope);
  void AddField(std::string_view name,
                std::string_view value);  // the MTA's split; value as libmilter gives it
  void AddBody(std::string_view chunk);
  std::size_t bytes() const { return bytes_; }

  // Reads what was collected; the builder is empty afterwards.
  Message Finish();

 private:
  void EndHeader();

  Limits limits_;
  Message message_;
  bool has_body_ = false;
  std::size_t bytes_ = 0;
};

// A message from a file: header section split as an MTA would (an mbox "From " line in front is skipped).
Message ReadMessage(std::string_view raw, const Limits& limits = {});

}  // namespace listwarden
