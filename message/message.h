// A received message as a read-only value: envelope, header section, parts, and its text cut into regions.
// Positions and words refer to the text as a reader sees it. The raw bytes are kept unchanged for holding.
// Owns: everything it shows.
// Threads: immutable, may be shared.
// Errors: none; whatever could not be read is a Defect.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/text_view.h"

namespace listwarden {

// RFC 5321: who sent it and to whom, as the MTA said; angle brackets removed.
struct Envelope {
  std::string reverse_path;
  std::vector<std::string> forward_paths;
  std::string queue_id;
  std::string authenticated;  // SASL login ({auth_authen}); empty when none
  std::string client;         // "name[address]"
};

struct HeaderField {
  std::string name;
  std::string value;  // as received, folds kept as "\n ", without the leading blank
};

// A From, To, Cc … mailbox.
struct Mailbox {
  std::string display_name;
  std::string address;  // addr-spec; the domain lower case
};

enum class Region {
  kSubject,
  kAuthorText,
  kQuoted,
  kSignature,
  kLegalFooter,
  kListFooter,
  kAttachment,
  kHidden
};

// "subject", "author-text", "quoted", "signature", "footer" (both kinds), "attachment", "hidden".
std::string_view RegionName(Region region);

inline constexpr std::string_view kSubjectPart = "subject";

// A run of text of one region of one part. The Subject of a reply or forward beside quoted text is quoted,
// too: others wrote it.
struct Segment {
  Region region;
  std::string part;  // "1.2" as IMAP numbers parts (RFC 3501 section 6.4.5); "subject" for the Subject field
  TextView text;
};

// One leaf of the MIME structure.
struct Part {
  std::string id;
  std::string media_type;               // lower case, "text/plain" when absent
  std::vector<std::string> file_names;  // every name a reader's program might take
  std::string content;                  // decoded bytes; empty for text parts that became segments
  bool is_inline_text = false;
};

enum class DefectKind {
  kOverLimit,   // not wholly read: judged as "could not be read"
  kAmbiguous,   // two readers could read it differently: judged as "could not be read"
  kUnreadable,  // encrypted, unknown encoding or charset: judged as "could not be read"
  kIrregular,   // against the standards but read one way by all: only mentioned
};

struct Defect {
  DefectKind kind;
  std::string what;  // a plain sentence fragment with the part, e.g. "part 1.2: base64 ends in mid-character"
};

struct Message {
  Envelope envelope;
  std::vector<HeaderField> fields;
  std::string raw;  // header section and body with CRLF line ends, as they would be sent again
  std::size_t body_offset = 0;

  std::string subject;  // decoded
  std::string message_id;
  std::vector<Mailbox> from;
  std::vector<Mailbox> to;  // To and Cc
  std::vector<Part> parts;
  std::vector<Segment> segments;
  std::vector<Defect> defects;

  // True when some of it could not be judged as every reader would see it.
  bool IsUnread() const;
  // First field of that name (any case), or nothing.
  std::optional<std::string_view> Field(std::string_view name) const;
};

}  // namespace listwarden
