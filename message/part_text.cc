// SPDX-License-Identifier: Apache-2.0
#include "message/part_text.h"

#include <algorithm>

#include "message/charset.h"
#include "message/decode.h"
#include "message/header_fields.h"

namespace listwarden {
namespace {

// A file without a text type that opens as text.
bool LooksLikeText(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, 512);
  const auto is_odd = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 9 || byte == 11 || (byte > 13 && byte < 32) || byte == 127;
  };
  if (head.empty() || std::any_of(head.begin(), head.end(), is_odd)) return false;
  if (head.substr(0, 5) == "%PDF-") return false;
  return IsValidUtf8(head.substr(0, head.find_last_of(" \n") + 1));
}

// Text in base64 that stands in a text without saying so; empty when there is
// none.
std::string Base64Within(std::string_view text) {
  constexpr std::size_t kShortest = 20;
  std::string out;
  std::size_t begin = 0, end = 0;  // of the lines gathered
  const auto finish = [&] {
    if (end > begin) {
      const std::string bytes = DecodeBase64(text.substr(begin, end - begin)).bytes;
      if (LooksLikeText(bytes)) out += ToUtf8(bytes, "").text + '\n';
    }
    begin = end = 0;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t line_end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, line_end - at);
    if (line.size() >= (end > begin ? 4 : kShortest) && line.size() % 4 == 0 && IsBase64(line)) {
      if (end == begin) begin = at;
      end = line_end;
    } else {
      finish();
    }
    at = line_end + 1;
  }
  finish();
  return out;
}

// Letters in runs: what every program shows of bytes in whatever charset.
std::string AsciiWords(std::string_view text) {
  constexpr std::size_t kShortest = 4;
  std::string words;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at < text.size() && ((text[at] >= 'a' && text[at] <= 'z') || (text[at] >= 'A' && text[at] <= 'Z')))
      continue;
    if (at - begin >= kShortest) words.append(text.substr(begin, at - begin)) += ' ';
    begin = at + 1;
  }
  return words;
}

class LeafReader {
 public:
  explicit LeafReader(const Leaf &leaf) : leaf_(leaf) {}

  PartText Read() {
    if (!leaf_.encoding.empty() || !IsText()) out_.bytes = Decoded();
    bytes_ = leaf_.encoding.empty() ? leaf_.body : std::string_view(out_.bytes);
    if (!IsText() && !IsMessage() && !LooksLikeText(bytes_)) return std::move(out_);
    Utf8 decoded = ToUtf8(bytes_, leaf_.charset);
    if (decoded.is_guess) Note(DefectKind::kIrregular, "its characters are not as declared");
    if (decoded.is_guess && LowerAscii(leaf_.charset) == "utf-8" && HasOverlongForms(bytes_))
      Note(DefectKind::kAmbiguous, "letters in overlong UTF-8");
    out_.text = std::move(decoded.text);
    if (leaf_.encoding.empty()) AddReading(Base64Within(out_.text));
    ReadOtherCharsets();
    if (IsText()) out_.bytes.clear();
    return std::move(out_);
  }

 private:
  void Note(DefectKind kind, const std::string &what) {
    out_.defects.push_back({kind, "part " + leaf_.id + ": " + what});
  }

  bool IsText() const {
    return leaf_.media_type.rfind("text/", 0) == 0 || leaf_.media_type == "application/xhtml+xml";
  }

  bool IsMessage() const { return leaf_.media_type.rfind("message/", 0) == 0; }

  void AddReading(std::string text) {
    if (!IsText() && !IsMessage() && !LooksLikeText(text)) return;
    if (!text.empty() && text != out_.text) out_.other_readings.push_back(std::move(text));
  }

  std::string Decoded() {
    listwarden::Decoded decoded;
    if (leaf_.encoding == "base64") {
      decoded = DecodeBase64(leaf_.body);
      if (decoded.IsOdd()) ReadOddBase64();
    } else if (leaf_.encoding == "quoted-printable") {
      decoded = DecodeQuotedPrintable(leaf_.body);
    } else if (leaf_.encoding == "uuencode") {
      decoded = DecodeUu(leaf_.body);
      AddReading(ToUtf8(leaf_.body, leaf_.charset).text);  // many programs do not know it
    } else {
      return std::string(leaf_.body);
    }
    // Software of lists appends its footer in clear to encoded parts; that is
    // no second reading.
    if (decoded.has_junk) Note(DefectKind::kIrregular, "odd characters in its transfer encoding");
    if (decoded.continues_after_end) Note(DefectKind::kIrregular, "text after the end of its base64");
    if (decoded.is_out_of_step) Note(DefectKind::kIrregular, "lines of base64 that are not whole");
    return std::move(decoded.bytes);
  }

  // Some programs go on past padding, read the alphabet of URLs, start anew at
  // each line, or do not believe that it is base64.
  void ReadOddBase64() {
    AddReading(ToUtf8(DecodeBase64Loosely(leaf_.body, Base64Alphabet::kMail), leaf_.charset).text);
    if (leaf_.body.find_first_of("-_") != std::string_view::npos)
      AddReading(ToUtf8(DecodeBase64Loosely(leaf_.body, Base64Alphabet::kUrl), leaf_.charset).text);
    AddReading(ToUtf8(DecodeBase64ByLines(leaf_.body), leaf_.charset).text);
    const auto blanks = std::count(leaf_.body.begin(), leaf_.body.end(), ' ');
    if (blanks > 0) AddReading(ToUtf8(leaf_.body, "").text);
  }

  // What programs show that do not know the charset, or drop NUL.
  void ReadOtherCharsets() {
    const std::string charset = LowerAscii(leaf_.charset);
    const bool is_superset = charset.empty() || charset == "us-ascii" || charset == "utf-8" ||
                             charset.rfind("iso-8859", 0) == 0 || charset.rfind("windows-125", 0) == 0;
    if (!is_superset && (IsAscii(bytes_) || AsciiWords(bytes_) != AsciiWords(out_.text)))
      AddReading(ToUtf8(bytes_, "").text);
    const std::string_view mark = bytes_.substr(0, 2);
    if (mark != "\xff\xfe" && mark != "\xfe\xff" && bytes_.find('\0') != std::string_view::npos) {
      std::string without(bytes_);
      std::erase(without, '\0');
      AddReading(ToUtf8(without, "").text);
    }
  }

  // "i" as 0xc1 0xa9: forbidden, but some decoders take it.
  static bool HasOverlongForms(std::string_view bytes) {
    for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
      const auto byte = static_cast<unsigned char>(bytes[i]);
      if ((byte == 0xc0 || byte == 0xc1) && (static_cast<unsigned char>(bytes[i + 1]) & 0xc0) == 0x80)
        return true;
    }
    return false;
  }

  const Leaf &leaf_;
  std::string_view bytes_;
  PartText out_;
};

constexpr std::string_view kOverride = "\u202e", kPop = "\u202c";

std::string Reversed(std::string_view text) {
  std::string out;
  for (std::size_t end = text.size(); end > 0;) {
    std::size_t begin = end - 1;
    while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xc0) == 0x80) --begin;
    out += text.substr(begin, end - begin);
    end = begin;
  }
  return out;
}

}  // namespace

PartText ReadPartText(const Leaf &leaf) { return LeafReader(leaf).Read(); }

std::vector<UuFile> UuFiles(std::string_view text) {
  constexpr std::size_t kFiles = 20;
  constexpr std::string_view kBegin = "begin ";
  std::vector<UuFile> files;
  for (std::size_t at = text.find(kBegin); at != std::string_view::npos && files.size() < kFiles;
       at = text.find(kBegin, at + 1)) {
    if (at > 0 && text[at - 1] != '\n') continue;
    const std::string_view line = text.substr(at, text.find('\n', at) - at);
    const auto digits_end = std::min(line.find_first_not_of("01234567", kBegin.size()), line.size());
    const std::size_t digits = digits_end - kBegin.size();
    if (digits < 3 || digits > 4 || digits_end + 1 >= line.size()) continue;
    UuFile file{std::string(Trim(line.substr(digits_end))), DecodeUu(text.substr(at)).bytes, {}};
    if (LooksLikeText(file.bytes)) file.text = ToUtf8(file.bytes, "").text;
    files.push_back(std::move(file));
  }
  return files;
}

std::string AsOverridden(std::string_view text) {
  std::string out;
  for (std::size_t at = text.find(kOverride); at != std::string_view::npos; at = text.find(kOverride, at)) {
    at += kOverride.size();
    const std::size_t end = std::min({text.find(kPop, at), text.find('\n', at), text.size()});
    out += Reversed(text.substr(at, end - at));
    out += '\n';
  }
  return out;
}

}  // namespace listwarden
