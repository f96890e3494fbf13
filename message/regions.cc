// SPDX-License-Identifier: Apache-2.0
#include "message/regions.h"

#include <algorithm>
#include <array>

#include "message/header_fields.h"

namespace listwarden {
namespace {

struct Line {
  std::size_t begin, end;  // without the line end
  Region region = Region::kAuthorText;
};

bool Has(std::string_view text, std::string_view words) { return text.find(words) != std::string_view::npos; }

template <std::size_t N>
bool HasAny(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view one) { return Has(text, one); });
}

template <std::size_t N>
bool StartsWithAny(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view one) { return text.substr(0, one.size()) == one; });
}

bool HasDigit(std::string_view text) { return text.find_first_of("0123456789") != std::string_view::npos; }

// "> text", ">>text", "JD> text".
bool IsQuoteLine(std::string_view line) {
  line = line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
  if (line.empty()) return false;
  if (line[0] == '>') return true;
  std::size_t letters = 0;
  while (letters < line.size() && letters < 5 && line[letters] >= 'A' && line[letters] <= 'Z') ++letters;
  return letters >= 2 && letters < line.size() && line[letters] == '>';
}

constexpr std::array<std::string_view, 13> kWrote = {" wrote:",
                                                     " writes:",
                                                     " wrote :",
                                                     "> wrote",
                                                     " said:",
                                                     " schrieb:",
                                                     " schrieb ",
                                                     " a \xc3\xa9"
                                                     "crit",
                                                     " escribi\xc3\xb3:",
                                                     " ysgrifennodd",
                                                     " scrisse:",
                                                     " schreef",
                                                     " == "};
constexpr std::array<std::string_view, 8> kAttributionStart = {"on ", "am ", "le ",      "el ",
                                                               "ar ", "op ", "quoting ", "in message"};

bool IsAttribution(std::string_view lower) {
  lower = Trim(lower);
  if (lower.empty() || lower.size() > 400) return false;
  const bool ends_well = lower.back() == ':' || lower.substr(0, 5) == ">>>>>" || Has(lower, " wrote") ||
                         Has(lower, "ysgrifennodd");
  return ends_well && HasAny(lower, kWrote);
}

constexpr std::array<std::string_view, 14> kForwardWords = {"original message",
                                                            "forwarded message",
                                                            "original appointment",
                                                            "begin forwarded message",
                                                            "urspr\xc3\xbcngliche nachricht",
                                                            "weitergeleitete nachricht",
                                                            "message d'origine",
                                                            "message transf\xc3\xa9r\xc3\xa9",
                                                            "neges wreiddiol",
                                                            "forwarded by",
                                                            "original-nachricht",
                                                            "mensaje original",
                                                            "messaggio originale",
                                                            "forwarded to you"};

// "-----Original Message-----", "Begin forwarded message:".
bool IsForwardMark(std::string_view lower) {
  lower = Trim(lower);
  if (lower.size() > 120 || !HasAny(lower, kForwardWords)) return false;
  return lower.substr(0, 2) == "--" || lower.substr(0, 2) == "__" || lower.substr(0, 5) == "begin" ||
         lower.front() == '=' || lower.front() == '*';
}

constexpr std::array<std::string_view, 6> kFromWords = {"from:", "von:", "de :", "de:", "oddi wrth:", "da:"};
constexpr std::array<std::string_view, 16> kHeaderWords = {
    "sent:",         "date:",      "to:",   "subject:",  "cc:", "gesendet:", "an:",       "betreff:",
    "envoy\xc3\xa9", "\xc3\xa0 :", "objet", "anfonwyd:", "at:", "pwnc:",     "reply-to:", "importance:"};

std::string_view WithoutStars(std::string_view line) {
  line = Trim(line);
  while (!line.empty() && (line.front() == '*' || line.front() == '>' || line.front() == ' '))
    line.remove_prefix(1);
  return line;
}

bool IsSeparator(std::string_view line) {
  line = Trim(line);
  if (line.size() < 15) return false;
  const char c = line.front();
  if (c != '_' && c != '#' && c != '=' && c != '-' && c != '*' && c != '~') return false;
  return std::count(line.begin(), line.end(), c) >= static_cast<std::ptrdiff_t>(line.size()) - 2;
}

constexpr std::array<std::string_view, 14> kListFooterWords = {"mailing list",
                                                               "unsubscribe",
                                                               "listinfo",
                                                               "jiscmail",
                                                               "list-archive",
                                                               "to subscribe",
                                                               "mailman",
                                                               "digest at",
                                                               "list archives",
                                                               "you are subscribed",
                                                               "you received this message because",
                                                               "yahoo! groups",
                                                               "groups.io",
                                                               "majordomo"};
constexpr std::array<std::string_view, 7> kListFooterStarts = {
    "to unsubscribe",
    "you received this message because you are subscribed",
    "to stop receiving emails from it",
    "to post to this group",
    "unsubscribe:",
    "you are receiving this because",
    "i ddad-danysgrifio"};

constexpr std::array<std::string_view, 34> kLegalWords = {"confidential",
                                                          "intended solely",
                                                          "intended only",
                                                          "intended for the",
                                                          "intended recipient",
                                                          "addressee",
                                                          "privileged",
                                                          "disclaimer",
                                                          "delete it",
                                                          "delete this",
                                                          "notify the sender",
                                                          "contact the sender",
                                                          "inform the sender",
                                                          "unauthorised",
                                                          "unauthorized",
                                                          "registered in england",
                                                          "registered office",
                                                          "company number",
                                                          "registered charity",
                                                          "views expressed",
                                                          "views or opinions",
                                                          "do not necessarily",
                                                          "viruses",
                                                          "virus",
                                                          "received this e-mail in error",
                                                          "received this email in error",
                                                          "received this message in error",
                                                          "disclose",
                                                          "legally",
                                                          "important notice",
                                                          "cyfrinachol",
                                                          "derbynnydd",
                                                          "may contain",
                                                          "any attachments"};

constexpr std::array<std::string_view, 22> kClosings = {
    "regards",         "best regards",     "kind regards",   "warm regards",    "many thanks",       "thanks",
    "thank you",       "best wishes",      "best",           "cheers",          "all the best",      "yours",
    "yours sincerely", "yours faithfully", "sincerely",      "with thanks",     "thanks in advance", "cofion",
    "cofion gorau",    "diolch",           "diolch yn fawr", "with best wishes"};
constexpr std::array<std::string_view, 7> kMobile = {
    "sent from my ",   "get outlook for", "sent from outlook", "sent from mail for",
    "sent from yahoo", "anfonwyd o fy ",  "sent via "};

class Cutter {
 public:
  Cutter(std::string_view text, std::string_view author_name)
      : text_(text), author_(LowerAscii(author_name)) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      lines_.push_back({at, end});
      lower_.push_back(LowerAscii(text.substr(at, std::min<std::size_t>(end - at, 1000))));
      at = end + 1;
    }
  }

  std::vector<RegionRange> Cut(const std::vector<TextRange>& quoted,
                               const std::vector<TextRange>& signature) {
    Mark(quoted, Region::kQuoted);
    Mark(signature, Region::kSignature);
    MarkQuotes();
    MarkAttributions();
    MarkForwards();
    MarkListFooter();
    MarkSignatures();
    MarkLegalFooters();
    return Ranges();
  }

 private:
  std::string_view Lower(std::size_t i) const { return lower_[i]; }
  bool IsBlank(std::size_t i) const { return Trim(lower_[i]).empty(); }
  void Set(std::size_t i, Region region) { lines_[i].region = region; }
  bool IsAuthor(std::size_t i) const { return lines_[i].region == Region::kAuthorText; }
  void SetAuthorLines(std::size_t from, std::size_t to, Region region) {
    for (std::size_t i = from; i < to && i < lines_.size(); ++i) {
      if (IsAuthor(i)) Set(i, region);
    }
  }

  void Mark(const std::vector<TextRange>& ranges, Region region) {
    auto range = ranges.begin();
    for (std::size_t i = 0; i < lines_.size() && range != ranges.end(); ++i) {
      while (range != ranges.end() && range->end <= lines_[i].begin) ++range;
      if (range != ranges.end() && lines_[i].begin >= range->begin && lines_[i].begin < range->end)
        Set(i, region);
    }
  }

  void MarkQuotes() {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (IsQuoteLine(Lower(i)) ||
          IsQuoteLine(
              text_.substr(lines_[i].begin, std::min<std::size_t>(lines_[i].end - lines_[i].begin, 20)))) {
        Set(i, Region::kQuoted);
      }
    }
  }

  // The words above a quoted block: "On …, A wrote:", also over two or three lines.
  void MarkAttributions() {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (!IsAuthor(i) || !IsAttribution(Lower(i))) continue;
      std::size_t next = i + 1;
      while (next < lines_.size() && next <= i + 2 && IsBlank(next)) ++next;
      const bool is_above_quote = next < lines_.size() && lines_[next].region == Region::kQuoted;
      std::size_t first = i;
      while (first > 0 && i - first < 2 && IsAuthor(first - 1) && !IsBlank(first - 1) &&
             !StartsWithAny(Trim(Lower(first)), kAttributionStart))
        --first;
      const bool starts_well = StartsWithAny(Trim(Lower(first)), kAttributionStart) && HasDigit(Lower(first));
      if (!starts_well) first = i;
      if (is_above_quote) {
        SetAuthorLines(first, i + 1, Region::kQuoted);
      } else if (starts_well && HasAuthorTextBefore(first) && !HasQuoteAfter(i)) {
        SetAuthorLines(first, lines_.size(), Region::kQuoted);
        return;
      }
    }
  }

  bool HasAuthorTextBefore(std::size_t line) const {
    for (std::size_t i = 0; i < line; ++i) {
      if (IsAuthor(i) && !IsBlank(i)) return true;
    }
    return false;
  }

  bool HasQuoteAfter(std::size_t line) const {
    for (std::size_t i = line; i < lines_.size(); ++i) {
      if (lines_[i].region == Region::kQuoted) return true;
    }
    return false;
  }

  // A block of From:, Sent:, To:, Subject: lines.
  bool IsHeaderBlock(std::size_t line, std::size_t* end) const {
    if (!StartsWithAny(WithoutStars(Lower(line)), kFromWords)) return false;
    int seen = 0;
    std::size_t i = line + 1;
    for (; i < lines_.size() && i < line + 8; ++i) {
      if (StartsWithAny(WithoutStars(Lower(i)), kHeaderWords)) {
        ++seen;
      } else if (IsBlank(i) && seen > 0) {
        break;
      }
    }
    *end = i;
    return seen >= 2;
  }

  void MarkForwards() {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (!IsAuthor(i)) continue;
      std::size_t header_end = i + 1;
      const bool is_mark = IsForwardMark(Lower(i));
      if (!is_mark && !IsHeaderBlock(i, &header_end)) continue;
      std::size_t first = i;
      while (first > 0 && IsAuthor(first - 1) && (IsBlank(first - 1) || IsSeparator(Lower(first - 1))))
        --first;
      // Below marks with ">" quoting the poster may answer between the lines.
      bool has_marks = false;
      for (std::size_t j = header_end; j < lines_.size() && j < header_end + 12; ++j)
        has_marks |= lines_[j].region == Region::kQuoted;
      if (has_marks) {
        SetAuthorLines(first, header_end, Region::kQuoted);
      } else {
        SetAuthorLines(first, lines_.size(), Region::kQuoted);
        return;
      }
    }
  }

  void MarkListFooter() {
    const std::size_t from = lines_.size() > 25 ? lines_.size() - 25 : 0;
    for (std::size_t i = from; i < lines_.size(); ++i) {
      if (!IsAuthor(i)) continue;
      bool is_footer = StartsWithAny(Trim(Lower(i)), kListFooterStarts);
      if (!is_footer && IsSeparator(Lower(i))) {
        for (std::size_t j = i + 1; j < lines_.size() && j <= i + 4; ++j)
          is_footer |= HasAny(Lower(j), kListFooterWords);
      }
      if (!is_footer) continue;
      if (i > 0 && IsAuthor(i - 1) && Trim(Lower(i - 1)) == "--") --i;
      SetAuthorLines(i, lines_.size(), Region::kListFooter);
      return;
    }
  }

  void MarkSignatures() {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (!IsAuthor(i)) continue;
      const std::string_view line = Trim(Lower(i));
      if (line == "--" || line == "-- ") {
        MarkToBlockEnd(i);
      } else if (StartsWithAny(line, kMobile) && line.size() < 80) {
        Set(i, Region::kSignature);
      } else if (IsClosing(line) && IsContactBlock(i + 1)) {
        MarkToBlockEnd(i + 1);
      }
    }
  }

  // Up to the next line that is not the author's, or to the end.
  void MarkToBlockEnd(std::size_t line) {
    constexpr std::size_t kLongest = 30;
    for (std::size_t i = line; i < lines_.size() && i < line + kLongest && IsAuthor(i); ++i)
      Set(i, Region::kSignature);
  }

  static bool IsClosing(std::string_view line) {
    while (!line.empty() && (line.back() == ',' || line.back() == '.' || line.back() == '!'))
      line.remove_suffix(1);
    return std::find(kClosings.begin(), kClosings.end(), line) != kClosings.end();
  }

  // A few short lines to the block's end with a name or the ways to reach somebody.
  bool IsContactBlock(std::size_t line) const {
    int count = 0, signals = 0;
    for (std::size_t i = line; i < lines_.size() && IsAuthor(i); ++i) {
      const std::string_view text = Trim(Lower(i));
      if (text.empty()) continue;
      if (HasAny(text, kLegalWords)) break;
      if (text.size() > 90 || ++count > 12) return false;
      const bool is_name = count <= 2 && !author_.empty() && text.size() < 60 &&
                           Has(text, author_.substr(0, author_.find_first_of(" ,")));
      signals += is_name || Has(text, "@") || Has(text, "www.") || Has(text, "tel") || Has(text, "http") ||
                 std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) >= 6;
    }
    return count > 0 && (signals > 0 || (count <= 2 && line < lines_.size()));
  }

  // Paragraphs near the end with several of the phrases that organisations put under mail.
  void MarkLegalFooters() {
    std::size_t i = lines_.size();
    int text_paragraphs = 0;
    while (i > 0) {
      while (i > 0 && IsBlank(i - 1)) --i;
      const std::size_t end = i;
      while (i > 0 && !IsBlank(i - 1)) --i;
      if (i == end) break;
      int score = 0;
      std::string paragraph;
      bool is_open = true;
      for (std::size_t j = i; j < end; ++j) {
        is_open = is_open && (IsAuthor(j) || lines_[j].region == Region::kSignature);
        paragraph += lower_[j];
        paragraph += ' ';
      }
      if (!is_open) continue;
      for (const std::string_view word : kLegalWords) score += Has(paragraph, word);
      if (score >= 3 || (score >= 2 && text_paragraphs == 0 && Has(paragraph, "email"))) {
        for (std::size_t j = i; j < end; ++j) Set(j, Region::kLegalFooter);
      } else if (++text_paragraphs > 8) {
        return;
      }
    }
  }

  std::vector<RegionRange> Ranges() {
    std::vector<RegionRange> ranges;
    Region current = Region::kAuthorText;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (!IsBlank(i)) current = lines_[i].region;
      const std::size_t end = i + 1 < lines_.size() ? lines_[i + 1].begin : text_.size();
      if (!ranges.empty() && ranges.back().region == current) {
        ranges.back().end = end;
      } else {
        ranges.push_back({lines_[i].begin, end, current});
      }
    }
    return ranges;
  }

  std::string_view text_;
  std::string author_;
  std::vector<Line> lines_;
  std::vector<std::string> lower_;
};

}  // namespace

std::string Unflow(std::string_view text, bool delsp) {
  std::string out;
  out.reserve(text.size());
  bool continues = false;
  std::size_t last_depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    std::size_t depth = 0;
    while (depth < line.size() && line[depth] == '>') ++depth;
    line.remove_prefix(depth);
    if (!line.empty() && line[0] == ' ') line.remove_prefix(1);
    const bool is_signature = line == "-- ";
    if (!(continues && depth == last_depth && !is_signature)) {
      if (!out.empty()) out += '\n';
      out.append(depth, '>');
      if (depth > 0) out += ' ';
    }
    continues = !is_signature && !line.empty() && line.back() == ' ';
    if (continues && delsp) line.remove_suffix(1);
    out += line;
    last_depth = depth;
  }
  if (!text.empty() && text.back() == '\n') out += '\n';
  return out;
}

std::vector<RegionRange> FindRegions(std::string_view text, const std::vector<TextRange>& quoted,
                                     const std::vector<TextRange>& signature, std::string_view author_name) {
  return Cutter(text, author_name).Cut(quoted, signature);
}

}  // namespace listwarden
