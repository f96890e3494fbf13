// The MIME structure (RFC 2045, 2046) of a message, read without recursion and within limits. Each level
// looks for its own boundary only, so an outer boundary ends an inner part that was not closed. Where two
// readers could see different parts, both readings are taken and a Defect says so.
// Owns: decoded copies of encoded inner messages; everything else points into the body given.
// Threads: any.
// Errors: none.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "message/limits.h"
#include "message/message.h"

namespace listwarden {

// What a part's own header section says that matters for reading it.
struct PartHeader {
  std::vector<std::string> content_types;  // values, as many as there are
  std::vector<std::string> encodings;
  std::vector<std::string> dispositions;
  std::vector<std::string> descriptions;
  std::vector<std::string> subjects;
  bool is_odd = false;  // programs differ on where it ends or what it says
};

struct Leaf {
  enum class Kind {
    kPart,
    kAround
  } kind = Kind::kPart;  // kAround: text before the first or after the last part
  std::string id;
  std::string media_type;  // lower case, two tokens; "text/plain" when there is none
  std::string charset;
  bool is_flowed = false, has_delsp = false;
  std::string encoding;  // lower case; empty for identity
  bool is_attachment = false;
  bool is_in_attached_message = false;
  std::vector<std::string> file_names;
  std::string_view body;
};

// What a program shows above a part: its Content-Description, the name of a multipart or of an attached
// message, or that message's Subject.
struct Heading {
  std::string part;
  std::string value;  // as received, unfolded
  bool is_subject = false;
};

struct Structure {
  std::vector<Leaf> leaves;
  std::vector<Heading> headings;
  std::vector<Defect> defects;
  std::deque<std::string> decoded;  // what some bodies point into
};

Structure ReadStructure(const PartHeader& header, std::string_view body, const Limits& limits);

// Splits a header section off, of which `most` bytes are read; returns where the body begins.
std::size_t ReadPartHeader(std::string_view text, std::size_t most, PartHeader* header, bool* over_limit);

// True when content fields follow before the next blank line: some programs still read them.
bool HasContentFields(std::string_view text);

}  // namespace listwarden
