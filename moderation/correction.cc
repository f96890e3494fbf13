// SPDX-License-Identifier: Apache-2.0
#include "moderation/correction.h"

#include <algorithm>
#include <set>

#include "hold/identity.h"
#include "message/header_fields.h"
#include "message/header_tokens.h"
#include "message/message_builder.h"
#include "message/structure.h"
#include "moderation/mail_text.h"

namespace listwarden {
namespace {

constexpr std::size_t kSubjectBytes = 500, kTextBytes = 1u << 20, kNameBytes = 200;

Structure StructureOf(const Message& message) {
  PartHeader header;
  bool over_limit = false;
  const std::size_t body = ReadPartHeader(message.raw, Limits().header_bytes, &header, &over_limit);
  return ReadStructure(header, std::string_view(message.raw).substr(std::min(body, message.raw.size())), {});
}

bool IsText(const Leaf& leaf) { return leaf.media_type.rfind("text/", 0) == 0; }

bool IsOwn(const Leaf& leaf) { return leaf.kind == Leaf::Kind::kPart && !leaf.is_in_attached_message; }

std::vector<const Leaf*> AttachedLeaves(const Structure& structure) {
  std::vector<const Leaf*> found;
  for (const Leaf& leaf : structure.leaves) {
    if (IsOwn(leaf) && (leaf.is_attachment || !IsText(leaf))) found.push_back(&leaf);
  }
  return found;
}

// Of alternatives the plain one.
std::set<std::string> TextParts(const Structure& structure) {
  std::set<std::string> plain, marked_up;
  for (const Leaf& leaf : structure.leaves) {
    if (!IsOwn(leaf) || leaf.is_attachment || !IsText(leaf)) continue;
    (leaf.media_type == "text/plain" ? plain : marked_up).insert(leaf.id);
  }
  return plain.empty() ? marked_up : plain;
}

// What the old body was described or signed by.
bool IsOfOldBody(const std::string& name) {
  return name.rfind("content-", 0) == 0 || name.rfind("arc-", 0) == 0 || name == "mime-version" ||
         name == "subject" || name == "dkim-signature" || name == "domainkey-signature";
}

std::string KeptFields(const Message& message) {
  std::string kept;
  for (const HeaderField& field : message.fields) {
    if (IsOfOldBody(LowerAscii(field.name))) continue;
    kept += field.name + ": ";
    for (const char c : field.value) {
      if (c != '\r') kept += c == '\n' ? "\r\n" : std::string(1, c);
    }
    kept += "\r\n";
  }
  return kept;
}

std::string MediaType(const Leaf& leaf) {
  const std::string charset = IsText(leaf) && IsToken(leaf.charset) ? "; charset=" + leaf.charset : "";
  return leaf.media_type + charset;
}

// RFC 2231 section 4.
std::string FileName(const Leaf& leaf) {
  if (leaf.file_names.empty()) return "";
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out = ";\r\n filename*=utf-8''";
  for (const char c : OneLine(leaf.file_names.front(), kNameBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '.' || c == '-' || c == '_';
    out += is_plain ? std::string(1, c) : std::string{'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

std::string TextPart(const std::string& text) {
  return "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
         QuotedPrintable(Lines(text, kTextBytes) + "\n");
}

std::string AttachedPart(const Leaf& leaf) {
  const std::string encoding = IsToken(leaf.encoding) ? leaf.encoding : "8bit";
  return "Content-Type: " + MediaType(leaf) + "\r\nContent-Transfer-Encoding: " + encoding +
         "\r\nContent-Disposition: attachment" + FileName(leaf) + "\r\n\r\n" + std::string(leaf.body);
}

JudgedText Judged(const Policy& policy, const ListPolicy& list, const std::string& raw, Envelope envelope) {
  JudgedText judged;
  judged.message = ReadMessage(raw);
  judged.message.envelope = std::move(envelope);
  judged.verdict = policy.Judge(judged.message, list);
  return judged;
}

}  // namespace

Editable EditableOf(const Message& message) {
  Editable editable;
  const Structure structure = StructureOf(message);
  const std::set<std::string> parts = TextParts(structure);
  for (const Segment& segment : message.segments) {
    const bool is_unseen = segment.region == Region::kSubject || segment.region == Region::kAttachment ||
                           segment.region == Region::kHidden;
    if (!is_unseen && parts.count(segment.part) != 0) editable.text += segment.text.original();
  }
  editable.text.resize(editable.text.find_last_not_of(" \n\t") + 1);
  for (const Leaf* leaf : AttachedLeaves(structure)) {
    editable.attached.push_back(
        {leaf->file_names.empty() ? "" : leaf->file_names.front(), leaf->media_type, leaf->body.size()});
  }
  for (const Leaf& leaf : structure.leaves) {
    editable.loses_markup = editable.loses_markup || (IsOwn(leaf) && IsText(leaf) && !leaf.is_attachment &&
                                                      leaf.media_type != "text/plain");
    editable.loses_attached_messages = editable.loses_attached_messages || leaf.is_in_attached_message;
  }
  return editable;
}

std::string RewrittenMessage(const Message& message, const Rewrite& rewrite) {
  const Structure structure = StructureOf(message);
  const std::vector<const Leaf*> attached = AttachedLeaves(structure);
  std::vector<const Leaf*> kept;
  for (std::size_t i = 0; i < attached.size(); ++i) {
    if (std::find(rewrite.kept.begin(), rewrite.kept.end(), i) != rewrite.kept.end())
      kept.push_back(attached[i]);
  }
  const std::string head = KeptFields(message) +
                           HeaderLine("Subject", OneLine(rewrite.subject, kSubjectBytes)) +
                           "MIME-Version: 1.0\r\n";
  if (kept.empty()) return head + TextPart(rewrite.text);
  const std::string mark = "=_corrected_" + NewHeldId();
  std::string body = "Content-Type: multipart/mixed; boundary=\"" + mark + "\"\r\n\r\n--" + mark + "\r\n" +
                     TextPart(rewrite.text);
  for (const Leaf* leaf : kept) body += "\r\n--" + mark + "\r\n" + AttachedPart(*leaf);
  return head + body + "\r\n--" + mark + "--\r\n";
}

JudgedText JudgeRewrite(const Policy& policy, const HeldMessage& held, const Rewrite& rewrite) {
  const ListPolicy* own = policy.FindList(held.list);
  const ListPolicy& list = own == nullptr ? policy.default_list() : *own;
  const std::string raw = RewrittenMessage(ReadMessage(held.raw), rewrite);
  Envelope envelope;
  envelope.reverse_path = held.reverse_path;
  envelope.forward_paths = held.forward_paths;
  JudgedText judged = Judged(policy, list, raw, envelope);
  if (judged.IsHeld() || !held.may_answer) return judged;
  envelope.authenticated = held.from;
  return Judged(policy, list, raw, envelope);
}

JudgedText JudgeDraft(const Policy& policy, const ListPolicy& list, const std::string& subject,
                      const std::string& text) {
  const std::string raw =
      HeaderLine("Subject", OneLine(subject, kSubjectBytes)) + "MIME-Version: 1.0\r\n" + TextPart(text);
  return Judged(policy, list, raw, {});
}

}  // namespace listwarden
