// Reads messages from standard input (a decimal length, a line end, the bytes) and answers each with what we
// make of it, in the same form: "unread" or the folded text of all segments. For differential.py.
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <string>

#include "message/message_builder.h"

int main() {
  std::size_t size = 0;
  while (std::cin >> size) {
    std::cin.get();
    std::string raw(size, '\0');
    std::cin.read(raw.data(), static_cast<std::streamsize>(size));
    const listwarden::Message message = listwarden::ReadMessage(raw);
    std::string answer = message.IsUnread() ? "unread" : "";
    for (const listwarden::Segment& segment : message.segments) answer += segment.text.folded() + '\n';
    std::cout << answer.size() << '\n' << answer << std::flush;
  }
}
