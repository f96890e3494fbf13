// SPDX-License-Identifier: Apache-2.0
#include "moderation/letter_command.h"

#include <algorithm>
#include <string_view>

#include "message/header_fields.h"

namespace listwarden {
namespace {

using Verb = LetterCommand::Verb;

constexpr std::size_t kLongestWhy = 4000, kLongestLine = 200;
constexpr struct {
  std::string_view word;
  Verb verb;
} kVerbs[] = {{"approve", Verb::kApprove}, {"cymeradwyo", Verb::kApprove}, {"reject", Verb::kReject},
              {"gwrthod", Verb::kReject},  {"discard", Verb::kDiscard},    {"dileu", Verb::kDiscard}};

bool IsBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

// The first run of the author's own words.
std::string OwnText(const Message& message) {
  for (const Segment& segment : message.segments) {
    if (segment.region == Region::kAuthorText && !IsBlank(segment.text.original()))
      return segment.text.original();
  }
  return "";
}

// Its first paragraph, the lines as they are.
std::string FirstParagraph(const std::string& text) {
  std::string paragraph;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    if (!IsBlank(line))
      paragraph += std::string(Trim(line)) + '\n';
    else if (!paragraph.empty())
      break;
    at = end + 1;
  }
  if (!paragraph.empty()) paragraph.pop_back();
  return paragraph;
}

std::size_t EndOfWord(const std::string& text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_letter) - text.begin());
}

}  // namespace

LetterCommand ReadCommand(const Message& message) {
  LetterCommand command;
  const std::string text = FirstParagraph(OwnText(message));
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  command.first_line = text.substr(0, std::min(line_end, kLongestLine));
  if (message.IsUnread()) return command;
  const std::size_t word_end = EndOfWord(text);
  const std::string word = LowerAscii(std::string_view(text).substr(0, word_end));
  const auto* verb =
      std::find_if(std::begin(kVerbs), std::end(kVerbs), [&](const auto& one) { return one.word == word; });
  if (verb == std::end(kVerbs)) return command;
  if (verb->verb == Verb::kReject) {
    const std::size_t why = std::min(text.find_first_not_of(" \t\n:,;.-", word_end), text.size());
    command.verb = Verb::kReject;
    command.why = text.substr(why, kLongestWhy);
    return command;
  }
  const std::string_view rest = std::string_view(text).substr(word_end, line_end - word_end);
  if (rest.find_first_not_of(" \t.!") == std::string_view::npos) command.verb = verb->verb;
  return command;
}

}  // namespace listwarden
