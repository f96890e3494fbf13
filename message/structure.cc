// SPDX-License-Identifier: Apache-2.0
#include "message/structure.h"

#include <mimetic/contenttype.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "message/decode.h"
#include "message/header_fields.h"
#include "message/header_tokens.h"

namespace listwarden {
namespace {

struct Entity {
  std::string id;
  PartHeader header;
  std::string_view body;
  std::size_t depth = 0;
  bool is_in_digest = false;
  bool is_in_attached_message = false;
};

constexpr std::array<std::string_view, 7> kIdentity = {"",      "7bit",  "8bit", "binary",
                                                       "7-bit", "8-bit", "8bits"};

// A second reader of the same bounded field; libmimetic sees nothing but this.
bool SecondReaderAgrees(std::string_view value, const std::string &boundary) {
  const std::string clean = Unfold(Trim(value));
  if (clean.size() > 1000) return true;
  try {
    const mimetic::ContentType read(clean);
    return std::string(read.param("boundary")) == boundary;
  } catch (const std::exception &) {
    return false;
  }
}

bool SaysBase64(const PartHeader &header) {
  return std::any_of(header.encodings.begin(), header.encodings.end(), [](const std::string &value) {
    return LowerAscii(value).find("base64") != std::string::npos;
  });
}

// RFC 6838 section 4.2; RFC 2045 lets more pass, but what begins otherwise is no type for many programs.
bool IsMediaType(std::string_view value) {
  const auto begins_well = [](std::string_view name) {
    return IsToken(name) && std::isalnum(static_cast<unsigned char>(name.front())) != 0;
  };
  const std::size_t slash = value.find('/');
  return slash != std::string_view::npos && begins_well(value.substr(0, slash)) &&
         begins_well(value.substr(slash + 1));
}

// "This is a multi-part message in MIME format."
bool IsUsualPreamble(std::string_view text) {
  text = Trim(text);
  if (text.empty()) return true;
  const std::string lower = LowerAscii(text.substr(0, 120));
  return text.size() < 120 && lower.rfind("this is a", 0) == 0 && lower.find(" mime") != std::string::npos;
}

class Walk {
 public:
  Walk(const Limits &limits, Structure *out) : limits_(limits), out_(out) {}

  void Run(Entity top) {
    stack_.push_back(std::move(top));
    while (!stack_.empty()) {
      Entity entity = std::move(stack_.back());
      stack_.pop_back();
      if (out_->leaves.size() >= limits_.parts) {
        Note(DefectKind::kOverLimit, entity.id, "more than " + std::to_string(limits_.parts) + " parts");
        return;
      }
      Read(std::move(entity));
    }
  }

 private:
  void Note(DefectKind kind, const std::string &id, const std::string &what) {
    if (out_->defects.size() < 50) out_->defects.push_back({kind, "part " + id + ": " + what});
  }

  ParameterValue Parameters(const Entity &entity, std::string_view value) {
    bool over = false;
    ParameterValue read = ParseParameters(value, limits_, &over);
    if (over)
      Note(DefectKind::kOverLimit, entity.id, "a Content field is too long or has too many parameters");
    if (read.is_odd)
      Note(DefectKind::kAmbiguous, entity.id, "a Content field that programs read differently");
    return read;
  }

  void Read(Entity entity) {
    std::vector<ParameterValue> types;
    for (const std::string &value : entity.header.content_types) {
      ParameterValue type = Parameters(entity, value);
      const bool is_known = std::any_of(types.begin(), types.end(), [&](const ParameterValue &one) {
        return one.value == type.value && one.parameters == type.parameters;
      });
      if (!is_known) types.push_back(std::move(type));
    }
    if (types.empty()) types.push_back({entity.is_in_digest ? "message/rfc822" : "text/plain", {}, {}});
    if (types.size() > 1) {
      Note(DefectKind::kAmbiguous, entity.id, "two different Content-Type fields");
      types = {types.front(), types.back()};
    }
    for (const std::string &value : entity.header.descriptions) AddHeading(entity, value, false);
    for (auto type = types.rbegin(); type != types.rend(); ++type) ReadAs(entity, *type);
  }

  void AddHeading(const Entity &entity, const std::string &value, bool is_subject) {
    heading_bytes_ += value.size();
    if (heading_bytes_ > limits_.all_part_header_bytes)
      return Note(DefectKind::kOverLimit, entity.id, "a part's header section is too long");
    out_->headings.push_back({entity.id == "0" ? "1" : entity.id, value, is_subject});
  }

  std::string Encoding(const Entity &entity) {
    std::string found;
    for (const std::string &value : entity.header.encodings) {
      bool over = false;
      const std::string name = ParseParameters(value, limits_, &over).value;
      if (!found.empty() && name != found)
        Note(DefectKind::kAmbiguous, entity.id, "two different transfer encodings");
      if (found.empty()) found = name;
    }
    if (std::find(kIdentity.begin(), kIdentity.end(), found) != kIdentity.end()) return "";
    if (found == "base64" || found == "quoted-printable") return found;
    if (found == "x-uuencode" || found == "uuencode" || found == "x-uue") return "uuencode";
    if (found.find("base64") != std::string::npos || found.find("quoted-printable") != std::string::npos) {
      Note(DefectKind::kAmbiguous, entity.id, "an odd name of a transfer encoding");
      return found.find("base64") != std::string::npos ? "base64" : "quoted-printable";
    }
    Note(DefectKind::kUnreadable, entity.id, "an unknown transfer encoding");
    return "";
  }

  void ReadAs(const Entity &entity, const ParameterValue &type) {
    if (type.value.rfind("multipart/", 0) == 0) {
      AddNames(entity, type);
      ReadMultipart(WithoutEncoding(entity, type), type);
    } else if (type.value == "message/rfc822" || type.value == "message/global") {
      AddNames(entity, type);
      ReadAttachedMessage(entity);
    } else {
      AddLeaf(entity, type);
      if (IsPerhapsMessage(type.value)) ReadAttachedMessage(entity);
    }
  }

  // RFC 2046 section 5.2.4 makes a file of what it does not know; some programs open it as a message.
  static bool IsPerhapsMessage(std::string_view type) {
    return type.rfind("message/", 0) == 0 && type != "message/partial" && type != "message/external-body" &&
           type != "message/delivery-status";
  }

  // RFC 2045 section 6.4 forbids to encode a multipart; some do, and some only
  // say so.
  Entity WithoutEncoding(Entity entity, const ParameterValue &type) {
    const std::string encoding = Encoding(entity);
    const auto boundary = type.parameters.find("boundary");
    if (encoding.empty() || boundary == type.parameters.end()) return entity;
    if (entity.body.find("--" + boundary->second) != std::string_view::npos) return entity;
    Note(DefectKind::kAmbiguous, entity.id, "an encoded multipart");
    entity.body = Decode(entity, encoding);
    return entity;
  }

  std::string_view Decode(const Entity &entity, const std::string &encoding) {
    Decoded decoded = encoding == "base64" ? DecodeBase64(entity.body) : DecodeQuotedPrintable(entity.body);
    if (decoded.IsOdd()) Note(DefectKind::kAmbiguous, entity.id, "odd characters in its transfer encoding");
    out_->decoded.push_back(std::move(decoded.bytes));
    return out_->decoded.back();
  }

  void ReadMultipart(const Entity &entity, const ParameterValue &type) {
    const auto boundary = type.parameters.find("boundary");
    if (type.value == "multipart/encrypted") {
      Note(DefectKind::kUnreadable, entity.id, "encrypted");
    }
    if (boundary == type.parameters.end() || Trim(boundary->second).empty()) {
      Note(DefectKind::kIrregular, entity.id, "a multipart without a boundary; read as text");
      AddLeaf(entity, {"text/plain", {}, {}});
      return;
    }
    if (boundary->second.size() > limits_.boundary_bytes) {
      Note(DefectKind::kOverLimit, entity.id, "a boundary that is too long");
    }
    const bool has_two = std::any_of(type.repeated.begin(), type.repeated.end(),
                                     [](const auto &one) { return one.first == "boundary"; });
    if (has_two) {
      Note(DefectKind::kAmbiguous, entity.id, "two different boundaries");
    }
    if (entity.depth >= limits_.depth) {
      Note(DefectKind::kOverLimit, entity.id,
           "parts nested more than " + std::to_string(limits_.depth) + " deep");
      AddLeaf(entity, {"text/plain", {}, {}});
      return;
    }
    if (!SecondReaderAgrees(entity.header.content_types.front(), boundary->second)) {
      Note(DefectKind::kIrregular, entity.id, "a boundary that some programs read differently");
    }
    if (!boundaries_.insert(boundary->second).second)
      Note(DefectKind::kAmbiguous, entity.id, "a boundary that is another part's too");
    Split(entity, boundary->second, type.value == "multipart/digest");
  }

  // A delimiter line: "--boundary", perhaps "--", then only blanks. Returns 0
  // none, 1 opens, 2 closes.
  static int Delimiter(std::string_view line, std::string_view boundary) {
    if (line.substr(0, 2) != "--" || line.substr(2, boundary.size()) != boundary) return 0;
    line.remove_prefix(2 + boundary.size());
    const bool closes = line.substr(0, 2) == "--";
    if (closes) line.remove_prefix(2);
    return Trim(line).empty() ? (closes ? 2 : 1) : 0;
  }

  void Split(const Entity &entity, std::string_view boundary, bool is_digest) {
    while (!boundary.empty() && (boundary.back() == ' ' || boundary.back() == '\t'))
      boundary.remove_suffix(1);
    const std::string_view body = entity.body;
    std::vector<Entity> children;
    std::size_t start = 0;  // of the piece before the next delimiter
    bool in_part = false, has_closed = false;
    const auto end_piece = [&](std::size_t end) {
      std::string_view piece = body.substr(start, end > start ? end - start : 0);
      const bool has_blank_end = piece.ends_with("\n\n") || piece.ends_with("\n\r\n");
      if (piece.size() >= 1 && piece.back() == '\n') piece.remove_suffix(1);
      if (piece.size() >= 1 && piece.back() == '\r') piece.remove_suffix(1);
      if (in_part) {
        AddChild(entity, piece, is_digest, &children);
        // A header section that only the delimiter ends: some programs read on and decode what follows.
        if (!has_blank_end && children.back().body.empty() && SaysBase64(children.back().header))
          Note(DefectKind::kAmbiguous, children.back().id, "a header section that programs read differently");
      } else {
        AddAround(entity, piece);
      }
    };
    for (std::size_t at = 0; at < body.size();) {
      if (body.substr(at, 2) == "--") {
        const std::size_t end = std::min(body.find('\n', at), body.size());
        const int kind = Delimiter(body.substr(at, end - at), boundary);
        if (kind != 0) {
          end_piece(at);
          if (has_closed && kind == 1)
            Note(DefectKind::kAmbiguous, entity.id, "parts after the closing boundary");
          in_part = kind == 1;
          has_closed = has_closed || kind == 2;
          start = std::min(end + 1, body.size());
          if (children.size() + out_->leaves.size() > limits_.parts) break;
        }
      }
      const std::size_t next = body.find("\n--", at);
      if (next == std::string_view::npos) break;
      at = next + 1;
    }
    end_piece(body.size());
    if (!has_closed) Note(DefectKind::kIrregular, entity.id, "no closing boundary");
    if (children.empty()) Note(DefectKind::kIrregular, entity.id, "a multipart without parts");
    // The stack gives them back in reverse.
    for (auto child = children.rbegin(); child != children.rend(); ++child)
      stack_.push_back(std::move(*child));
  }

  void AddChild(const Entity &parent, std::string_view piece, bool is_digest, std::vector<Entity> *children) {
    Entity child;
    child.id = (parent.id == "0" ? "" : parent.id + ".") + std::to_string(children->size() + 1);
    child.depth = parent.depth + 1;
    child.is_in_digest = is_digest;
    child.is_in_attached_message = parent.is_in_attached_message;
    bool over = false;
    const std::size_t body = ReadPartHeader(piece, limits_.part_header_bytes, &child.header, &over);
    header_bytes_ += body;
    if (over || header_bytes_ > limits_.all_part_header_bytes) {
      Note(DefectKind::kOverLimit, child.id, "a part's header section is too long");
    }
    if (child.header.is_odd)
      Note(DefectKind::kAmbiguous, child.id, "a header section that programs read differently");
    child.body = piece.substr(body);
    children->push_back(std::move(child));
  }

  void AddAround(const Entity &entity, std::string_view piece) {
    if (IsUsualPreamble(piece)) return;
    if (HasContentFields(piece) || HidesParts(piece))
      Note(DefectKind::kAmbiguous, entity.id, "parts that only some programs see");
    Leaf leaf;
    leaf.kind = Leaf::Kind::kAround;
    leaf.id = entity.id;
    leaf.media_type = "text/plain";
    leaf.body = piece;
    leaf.is_in_attached_message = entity.is_in_attached_message;
    out_->leaves.push_back(std::move(leaf));
  }

  void ReadAttachedMessage(const Entity &entity) {
    if (entity.depth >= limits_.depth) {
      Note(DefectKind::kOverLimit, entity.id,
           "messages nested more than " + std::to_string(limits_.depth) + " deep");
      AddLeaf(entity, {"text/plain", {}, {}});
      return;
    }
    std::string_view text = entity.body;
    const std::string encoding = Encoding(entity);
    if (!encoding.empty()) text = Decode(entity, encoding);
    Entity inner;
    inner.id = entity.id == "0" ? "1" : entity.id + ".1";
    inner.depth = entity.depth + 1;
    inner.is_in_attached_message = true;
    bool over = false;
    const std::size_t body = ReadPartHeader(text, limits_.header_bytes, &inner.header, &over);
    header_bytes_ += body;
    if (over || header_bytes_ > limits_.all_part_header_bytes) {
      Note(DefectKind::kOverLimit, entity.id, "header sections of attached messages are too long");
    }
    if (inner.header.is_odd)
      Note(DefectKind::kAmbiguous, entity.id, "a header section that programs read differently");
    inner.body = text.substr(body);
    for (const std::string &value : inner.header.subjects) AddHeading(inner, value, true);
    stack_.push_back(std::move(inner));
  }

  std::vector<ParameterValue> Dispositions(const Entity &entity) {
    std::vector<ParameterValue> read;
    for (const std::string &value : entity.header.dispositions) read.push_back(Parameters(entity, value));
    return read;
  }

  static std::vector<std::string> FileNames(const std::vector<ParameterValue> &dispositions,
                                            const ParameterValue &type) {
    std::vector<std::string> names;
    for (const ParameterValue &disposition : dispositions) AddFileNames(disposition, &names);
    AddFileNames(type, &names);
    return names;
  }

  void AddNames(const Entity &entity, const ParameterValue &type) {
    for (const std::string &name : FileNames(Dispositions(entity), type)) AddHeading(entity, name, false);
  }

  static void AddFileNames(const ParameterValue &from, std::vector<std::string> *names) {
    for (const auto &[name, value] : from.parameters) AddFileName(name, value, names);
    for (const auto &[name, value] : from.repeated) AddFileName(name, value, names);
  }

  static void AddFileName(const std::string &name, const std::string &value,
                          std::vector<std::string> *names) {
    if ((name != "filename" && name != "name") || value.empty()) return;
    if (std::find(names->begin(), names->end(), value) == names->end()) names->push_back(value);
  }

  // Text that looks like parts of its own: a program with another idea of the
  // boundary, or of line ends, shows it otherwise.
  static bool HidesParts(std::string_view body) {
    for (std::size_t at = body.find("--"); at != std::string_view::npos; at = body.find("--", at + 1)) {
      if (at > 0 && body[at - 1] != '\n' && body[at - 1] != '\r') continue;
      const std::size_t end = body.find_first_of("\r\n", at);
      if (end == std::string_view::npos) return false;
      const std::size_t line = end + (body.substr(end, 2) == "\r\n" ? 2 : 1);
      const std::string next = LowerAscii(body.substr(line, 40));
      if (next.rfind("content-type:", 0) == 0 || next.rfind("content-transfer-encoding:", 0) == 0)
        return true;
    }
    return false;
  }

  void AddLeaf(const Entity &entity, const ParameterValue &type) {
    Leaf leaf;
    leaf.id = entity.id == "0" ? "1" : entity.id;
    // RFC 2045 section 5.2: what is no type is text/plain.
    leaf.media_type = IsMediaType(type.value) ? type.value : "text/plain";
    const auto parameter = [&](const char *name) {
      const auto found = type.parameters.find(name);
      return found == type.parameters.end() ? std::string() : found->second;
    };
    leaf.charset = parameter("charset");
    leaf.is_flowed = LowerAscii(parameter("format")) == "flowed";
    leaf.has_delsp = LowerAscii(parameter("delsp")) == "yes";
    leaf.encoding = Encoding(entity);
    leaf.is_in_attached_message = entity.is_in_attached_message;
    leaf.body = entity.body;
    const std::vector<ParameterValue> dispositions = Dispositions(entity);
    leaf.is_attachment = !dispositions.empty();
    for (const ParameterValue &disposition : dispositions)
      leaf.is_attachment &= disposition.value == "attachment";
    leaf.file_names = FileNames(dispositions, type);
    const bool is_opaque =
        leaf.media_type == "application/pkcs7-mime" || leaf.media_type == "application/x-pkcs7-mime";
    if (is_opaque && LowerAscii(parameter("smime-type")) != "signed-data") {
      Note(DefectKind::kUnreadable, leaf.id, "encrypted");
    }
    if (leaf.media_type == "message/partial")
      Note(DefectKind::kUnreadable, leaf.id, "only a part of a message");
    if (leaf.media_type == "message/external-body")
      Note(DefectKind::kUnreadable, leaf.id, "its text lies elsewhere");
    if (entity.id == "0" && HasContentFields(leaf.body))
      Note(DefectKind::kAmbiguous, leaf.id, "header fields in the text, after a stray line");
    if (HidesParts(leaf.body)) Note(DefectKind::kAmbiguous, leaf.id, "parts that only some programs see");
    out_->leaves.push_back(std::move(leaf));
  }

  const Limits &limits_;
  Structure *out_;
  std::vector<Entity> stack_;
  std::set<std::string> boundaries_;
  std::size_t header_bytes_ = 0, heading_bytes_ = 0;
};

}  // namespace

Structure ReadStructure(const PartHeader &header, std::string_view body, const Limits &limits) {
  Structure out;
  Entity top;
  top.id = "0";
  top.header = header;
  top.body = body;
  Walk(limits, &out).Run(std::move(top));
  return out;
}

}  // namespace listwarden
