// SPDX-License-Identifier: Apache-2.0
#include "moderation/dedupe_key.h"

#include <algorithm>

#include "hold/identity.h"
#include "message/header_fields.h"

namespace listwarden {

std::string DedupeKey(const Message& message, std::string_view list,
                      const std::vector<std::string>& held_paths) {
  std::string text = std::string(list) + '\n' + LowerAscii(message.envelope.reverse_path) + '\n';
  std::vector<std::string> paths = held_paths;
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) text += LowerAscii(path) + '\n';
  // Without a Message-ID of the client's the MTA makes one from the queue id, anew at each try.
  const std::string& queue_id = message.envelope.queue_id;
  if (queue_id.empty() || message.message_id.find(queue_id) == std::string::npos)
    text += message.message_id + '\n';
  for (const HeaderField& field : message.fields) {
    const std::string name = LowerAscii(field.name);
    // What our own MTA adds anew at each try is no part of what the client sent.
    if (name == "received" || name == "return-path" || name == "authentication-results" || name == "date" ||
        name == "message-id" || name.rfind("x-", 0) == 0)
      continue;
    text += name + ':' + std::string(Trim(field.value)) + '\n';
  }
  text += message.raw.substr(message.body_offset);
  return Sha256Hex(text);
}

}  // namespace listwarden
