// SPDX-License-Identifier: Apache-2.0
#include "message/message_builder.h"

#include <algorithm>

#include "message/charset.h"
#include "message/flowed.h"
#include "message/header_fields.h"
#include "message/html_text.h"
#include "message/part_text.h"
#include "message/regions.h"
#include "message/structure.h"

namespace listwarden {
namespace {

// Reads the collected message: header section, structure, texts.
class Reader {
 public:
  Reader(Message* message, const Limits& limits) : message_(*message), limits_(limits) {}

  void Read() {
    PartHeader header = ReadHeader();
    std::string_view body(message_.raw);
    body.remove_prefix(message_.body_offset);
    if (message_.raw.size() > limits_.message_bytes) {
      Note(DefectKind::kOverLimit, "longer than " + std::to_string(limits_.message_bytes) + " bytes");
      body = body.substr(0, limits_.message_bytes);
    }
    Structure structure = ReadStructure(header, body, limits_);
    for (Defect& defect : structure.defects) message_.defects.push_back(std::move(defect));
    for (Leaf& leaf : structure.leaves) ReadLeaf(leaf);
    for (const Heading& heading : structure.headings)
      AddSegment(heading.is_subject ? Region::kQuoted : Region::kAttachment, heading.part,
                 DecodedField(heading.value));
    SetInheritedSubjectApart();
  }

 private:
  void Note(DefectKind kind, std::string what) { message_.defects.push_back({kind, std::move(what)}); }

  PartHeader ReadHeader() {
    PartHeader header;
    std::size_t from_fields = 0;
    bool is_odd = false;
    for (const HeaderField& field : message_.fields) {
      const std::string name = LowerAscii(Trim(field.name));
      // Some programs end the header section at such a name, others a field at a bare return.
      is_odd |= (!name.empty() && name.size() < field.name.size()) || HasBareReturn(field.value);
      if (name == "content-type") header.content_types.push_back(Unfold(field.value));
      if (name == "content-transfer-encoding") header.encodings.push_back(Unfold(field.value));
      if (name == "content-disposition") header.dispositions.push_back(Unfold(field.value));
      if (name == "content-description") header.descriptions.push_back(Unfold(field.value));
      if (name == "subject") AddSubject(DecodedField(field.value));
      if (name == "message-id" && message_.message_id.empty())
        message_.message_id = std::string(Trim(Unfold(field.value)));
      if (name == "from" && ++from_fields >= 1) AddMailboxes(field.value, &message_.from);
      if (name == "to" || name == "cc") AddMailboxes(field.value, &message_.to);
    }
    if (is_odd) Note(DefectKind::kAmbiguous, "a header section that programs read differently");
    if (from_fields > 1) Note(DefectKind::kAmbiguous, "more than one From field");
    return header;
  }

  static bool HasBareReturn(std::string_view value) {
    for (std::size_t at = value.find('\r'); at != std::string_view::npos; at = value.find('\r', at + 1))
      if (at + 1 < value.size() && value[at + 1] != '\n' && value[at + 1] != '\r') return true;
    return false;
  }

  void AddSubject(std::string subject) {
    AddSegment(Region::kSubject, std::string(kSubjectPart), subject);
    if (message_.subject.empty()) message_.subject = std::move(subject);
  }

  void SetInheritedSubjectApart() {
    const auto is_quoted = [](const Segment& one) { return one.region == Region::kQuoted; };
    if (std::none_of(message_.segments.begin(), message_.segments.end(), is_quoted)) return;
    for (Segment& segment : message_.segments) {
      if (segment.part == kSubjectPart && IsReplySubject(segment.text.original()))
        segment.region = Region::kQuoted;
    }
  }

  std::string DecodedField(std::string_view value) {
    bool over = false;
    std::string text = DecodeText(value.substr(0, limits_.header_field_bytes), limits_, &over);
    if (over) Note(DefectKind::kOverLimit, "too many encoded words in one field");
    return text;
  }

  void AddMailboxes(std::string_view value, std::vector<Mailbox>* to) {
    bool over = false;
    for (Mailbox& mailbox : ParseMailboxes(value, limits_, &over)) to->push_back(std::move(mailbox));
    if (over) Note(DefectKind::kOverLimit, "too many addresses in one field");
  }

  void AddSegment(Region region, const std::string& part, std::string_view text) {
    if (!Trim(text).empty()) message_.segments.push_back({region, part, TextView(std::string(text))});
  }

  // Head and tail when it is too long.
  std::string Bounded(std::string text, const Leaf& leaf, DefectKind kind) {
    const std::size_t room = limits_.text_bytes - std::min(limits_.text_bytes, text_bytes_);
    if (text.size() > room) {
      Note(kind, "part " + leaf.id + ": text longer than is read");
      const std::size_t head = room / 4 * 3;
      text = ToUtf8(text.substr(0, head) + "\n\n" + text.substr(text.size() - (room - head)), "utf-8").text;
    }
    text_bytes_ += text.size();
    return text;
  }

  void ReadLeaf(const Leaf& leaf) {
    for (const std::string& name : leaf.file_names) AddSegment(Region::kAttachment, leaf.id, name);
    Part part{leaf.id, leaf.media_type, leaf.file_names, {}, false};
    PartText read = ReadPartText(leaf);
    for (Defect& defect : read.defects) message_.defects.push_back(std::move(defect));
    part.content = std::move(read.bytes);
    const bool is_file =
        !part.content.empty() || (read.text.empty() && leaf.media_type.rfind("text/", 0) != 0);
    part.is_inline_text = !is_file && !leaf.is_attachment;
    message_.parts.push_back(std::move(part));
    if (is_file) {
      read.other_readings.push_back(std::move(read.text));
      for (std::string& text : read.other_readings)
        AddSegment(Region::kAttachment, leaf.id, Bounded(std::move(text), leaf, DefectKind::kIrregular));
      return;
    }
    const std::string text = Bounded(std::move(read.text), leaf, DefectKind::kOverLimit);
    if (IsMarkup(leaf.media_type)) {
      ReadHtmlPart(leaf, text);
    } else {
      ReadPlainPart(leaf, leaf.is_flowed ? Unflow(text, leaf.has_delsp) : text);
    }
    for (std::string& other : read.other_readings)
      AddUnseen(leaf, Bounded(std::move(other), leaf, DefectKind::kOverLimit));
  }

  // Text that only some programs show.
  void AddUnseen(const Leaf& leaf, std::string_view text) {
    AddSegment(leaf.is_in_attached_message ? Region::kQuoted : Region::kHidden, leaf.id, text);
  }

  // The region that a whole leaf has whatever its text says.
  static bool FixedRegion(const Leaf& leaf, Region* region) {
    if (leaf.is_in_attached_message)
      *region = Region::kQuoted;
    else if (leaf.kind == Leaf::Kind::kAround)
      *region = Region::kHidden;
    else if (leaf.is_attachment)
      *region = Region::kAttachment;
    else
      return false;
    return true;
  }

  void AddRegions(const Leaf& leaf, const std::string& text, const std::vector<TextRange>& quoted,
                  const std::vector<TextRange>& signature) {
    Region fixed{};
    if (FixedRegion(leaf, &fixed)) {
      AddSegment(fixed, leaf.id, text);
      return;
    }
    const std::string author = message_.from.empty() ? "" : message_.from.front().display_name;
    for (const RegionRange& range : FindRegions(text, quoted, signature, author)) {
      AddSegment(range.region, leaf.id, std::string_view(text).substr(range.begin, range.end - range.begin));
    }
  }

  void ReadPlainPart(const Leaf& leaf, const std::string& text) {
    if (text.find("\n-----BEGIN PGP MESSAGE-----") != std::string::npos ||
        text.rfind("-----BEGIN PGP MESSAGE-----", 0) == 0) {
      Note(leaf.is_in_attached_message ? DefectKind::kIrregular : DefectKind::kUnreadable,
           "part " + leaf.id + ": encrypted");
    }
    AddRegions(leaf, text, {}, {});
    AddUnseen(leaf, AsOverridden(text));
    for (UuFile& file : UuFiles(text)) {
      AddSegment(Region::kAttachment, leaf.id, file.name);
      AddSegment(Region::kAttachment, leaf.id, file.text);
      message_.parts.push_back(
          {leaf.id, "application/octet-stream", {std::move(file.name)}, std::move(file.bytes), false});
    }
  }

  void ReadHtmlPart(const Leaf& leaf, const std::string& html) {
    HtmlText read = ReadHtml(html, limits_);
    if (read.is_cut) Note(DefectKind::kOverLimit, "part " + leaf.id + ": HTML longer or deeper than is read");
    AddRegions(leaf, read.visible, read.quoted, read.signature);
    AddUnseen(leaf, read.hidden);
    AddUnseen(leaf, AsOverridden(read.visible));
  }

  Message& message_;
  const Limits& limits_;
  std::size_t text_bytes_ = 0;
};

void AppendWithCrlf(std::string_view text, std::string* out) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) {
      out->append(text.substr(at));
      return;
    }
    out->append(text.substr(at, end - at));
    if (end == at || text[end - 1] != '\r') *out += '\r';
    *out += '\n';
    at = end + 1;
  }
}

// An RFC 5322 field name at the line's front; returns the colon's place.
std::size_t FieldName(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return std::string_view::npos;
  std::string_view name = line.substr(0, colon);
  while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
  const bool is_good =
      !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c > 32 && c < 127; });
  return is_good ? colon : std::string_view::npos;
}

}  // namespace

MessageBuilder::MessageBuilder(const Limits& limits) : limits_(limits) {}

void MessageBuilder::SetEnvelope(Envelope envelope) { message_.envelope = std::move(envelope); }

void MessageBuilder::AddField(std::string_view name, std::string_view value) {
  bytes_ += name.size() + value.size() + 3;
  message_.raw.append(name);
  message_.raw += ':';
  AppendWithCrlf(value, &message_.raw);
  message_.raw += "\r\n";
  if (message_.fields.size() >= limits_.header_fields || message_.raw.size() > limits_.header_bytes) {
    const char* what = "a header section that is too long";
    if (message_.defects.empty()) message_.defects.push_back({DefectKind::kOverLimit, what});
    return;
  }
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  if (value.size() > limits_.header_field_bytes) {
    message_.defects.push_back({DefectKind::kOverLimit, "a header field that is too long"});
    value = value.substr(0, limits_.header_field_bytes);
  }
  message_.fields.push_back({std::string(name), std::string(value)});
}

void MessageBuilder::EndHeader() {
  if (has_body_) return;
  message_.raw += "\r\n";
  message_.body_offset = message_.raw.size();
  has_body_ = true;
}

void MessageBuilder::AddBody(std::string_view chunk) {
  EndHeader();
  bytes_ += chunk.size();
  message_.raw.append(chunk);
}

Message MessageBuilder::Finish() {
  EndHeader();
  Reader(&message_, limits_).Read();
  Message done = std::move(message_);
  message_ = {};
  has_body_ = false;
  bytes_ = 0;
  return done;
}

Message ReadMessage(std::string_view raw, const Limits& limits) {
  MessageBuilder builder(limits);
  const std::string_view first = raw.substr(0, raw.find('\n'));
  if (first.substr(0, 5) == "From " && FieldName(first) == std::string_view::npos)
    raw.remove_prefix(std::min(first.size() + 1, raw.size()));
  std::string field;
  const auto add = [&] {
    if (field.empty()) return;
    const std::size_t colon = FieldName(field);
    std::string_view name = std::string_view(field).substr(0, colon);
    builder.AddField(name, std::string_view(field).substr(colon + 1));
    field.clear();
  };
  std::size_t at = 0;
  while (at < raw.size()) {
    const std::size_t end = std::min(raw.find('\n', at), raw.size());
    std::string_view line = raw.substr(at, end - at);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const bool continues = !line.empty() && (line[0] == ' ' || line[0] == '\t') && !field.empty();
    if (line.empty()) {
      at = std::min(end + 1, raw.size());
      break;
    }
    if (continues) {
      if (field.back() == '\r') field += '\r';  // the one that was taken off the line's end
      field += '\n';
      field += line;
    } else if (FieldName(line) != std::string_view::npos) {
      add();
      field = std::string(line);
    } else if (line.substr(0, 6) != ">From ") {
      break;
    }
    at = std::min(end + 1, raw.size());
  }
  add();
  std::string body;
  body.reserve(raw.size() - at + raw.size() / 32);
  AppendWithCrlf(raw.substr(at), &body);
  builder.AddBody(body);
  return builder.Finish();
}

}  // namespace listwarden
