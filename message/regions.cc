// SPDX-License-Identifier: Apache-2.0
#include "message/regions.h"

#include <algorithm>

#include "message/header_fields.h"
#include "message/line_marks.h"

namespace listwarden {
namespace {

// One text's lines, marked step by step; what no step claims stays the author's.
class Cutter {
 public:
  Cutter(std::string_view text, std::string_view author_name)
      : text_(text), lower_(LowerAscii(text)), author_(LowerAscii(author_name)) {
    author_.resize(std::min(author_.find_first_of(" ,"), author_.size()));
    lines_.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      std::string_view trimmed = Trim(std::string_view(lower_).substr(at, end - at));
      if (trimmed.substr(0, 3) == "\ufeff") trimmed = Trim(trimmed.substr(3));
      const std::size_t begin =
          trimmed.empty() ? at : static_cast<std::size_t>(trimmed.data() - lower_.data());
      lines_.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(begin),
                        static_cast<std::uint32_t>(begin + trimmed.size()), Region::kAuthorText});
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
  struct Line {
    std::uint32_t start;       // of the line
    std::uint32_t begin, end;  // without blanks around
    Region region;
  };
  static constexpr std::size_t kLongestAttribution = 4;  // lines
  static constexpr std::size_t kLongestSignature = 20;
  static constexpr std::size_t kLongestListFooter = 14;

  // Lower case; long lines from their beginning only.
  std::string_view Lower(std::size_t i) const { return Lower(i, i); }
  std::string_view Lower(std::size_t first, std::size_t last) const {
    const std::size_t size = lines_[last].end - lines_[first].begin;
    return std::string_view(lower_).substr(lines_[first].begin, std::min<std::size_t>(size, 4000));
  }
  bool IsBlank(std::size_t i) const { return lines_[i].begin == lines_[i].end; }
  bool IsAuthor(std::size_t i) const { return lines_[i].region == Region::kAuthorText; }
  bool IsQuoted(std::size_t i) const { return lines_[i].region == Region::kQuoted; }
  std::size_t Size(std::size_t i) const { return lines_[i].end - lines_[i].begin; }
  void SetAuthorLines(std::size_t from, std::size_t to, Region region) {
    for (std::size_t i = from; i < to && i < lines_.size(); ++i) {
      if (IsAuthor(i)) lines_[i].region = region;
    }
  }

  void Mark(const std::vector<TextRange>& ranges, Region region) {
    auto range = ranges.begin();
    for (std::size_t i = 0; i < lines_.size() && range != ranges.end(); ++i) {
      while (range != ranges.end() && range->end <= lines_[i].start) ++range;
      if (range != ranges.end() && lines_[i].start >= range->begin && lines_[i].start < range->end)
        lines_[i].region = region;
    }
  }

  void MarkQuotes() {
    for (Line& line : lines_) {
      if (IsQuoteLine(text_.substr(line.begin, std::min<std::size_t>(line.end - line.begin, 20))))
        line.region = Region::kQuoted;
    }
    for (std::size_t i = 1; i < lines_.size(); ++i) {
      const std::string_view name = QuoteName(Lower(i));
      if (!name.empty() && name == QuoteName(Lower(i - 1)))
        lines_[i].region = lines_[i - 1].region = Region::kQuoted;
    }
    // The end of a quoted line that a mail program wrapped.
    for (std::size_t i = 1; i + 1 < lines_.size(); ++i) {
      const bool is_wrapped = IsAuthor(i) && !IsBlank(i) && IsQuoted(i - 1) && IsQuoted(i + 1) &&
                              Size(i - 1) >= 65 && Size(i) <= 25 && !IsBlank(i + 1);
      if (is_wrapped) lines_[i].region = Region::kQuoted;
    }
  }

  bool IsAboveQuote(std::size_t line) const {
    std::size_t next = line + 1;
    while (next < lines_.size() && next <= line + 2 && (IsBlank(next) || Lower(next).substr(0, 2) == "[."))
      ++next;
    return next < lines_.size() && IsQuoted(next);
  }

  // Where the attribution that ends at `last` begins; past `last` when there is none.
  std::size_t AttributionStart(std::size_t last, bool (*is_attribution)(std::string_view)) const {
    std::size_t shortest = last + 1;
    for (std::size_t count = 0; count < kLongestAttribution && count <= last; ++count) {
      const std::size_t first = last - count;
      if (!IsAuthor(first) || IsBlank(first)) break;
      if (!is_attribution(Lower(first, last))) continue;
      if (StartsAttribution(Lower(first))) return first;
      if (shortest > last) shortest = first;
    }
    return shortest;
  }

  bool IsIndented(std::size_t i) const {
    while (i < lines_.size() && IsBlank(i)) ++i;
    return i < lines_.size() && (lines_[i].begin >= lines_[i].start + 4 || lower_[lines_[i].start] == '\t');
  }

  // The words above a quoted block: "On …, A wrote:".
  void MarkAttributions() {
    bool has_author_text = false;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (!IsAuthor(i) || IsBlank(i)) continue;
      const char last = lower_[lines_[i].end - 1];
      const bool may_end_one = last == ':' || last == '>' || last == '-' || last == '*' || last == '_' ||
                               lower_[lines_[i].begin] == '>';
      if (may_end_one) {
        const bool is_above_quote = IsAboveQuote(i);
        const std::size_t first = AttributionStart(i, is_above_quote ? IsAttribution : IsDatedAttribution);
        if (first <= i && is_above_quote) {
          SetAuthorLines(first, i + 1, Region::kQuoted);
          continue;
        }
        if (first <= i && has_author_text) {
          SetAuthorLines(first, lines_.size(), Region::kQuoted);
          return;
        }
        if (first <= i && IsIndented(i + 1)) {
          SetAuthorLines(first, i + 1, Region::kQuoted);
          while (++i < lines_.size() && (IsBlank(i) || IsIndented(i))) lines_[i].region = Region::kQuoted;
          --i;
          continue;
        }
      }
      has_author_text = true;
    }
  }

  // A block of From:, Sent:, To:, Subject: lines.
  bool IsHeaderBlock(std::size_t line, std::size_t* end) const {
    if (HeaderWordOf(Lower(line)) == HeaderWord::kNone) return false;
    int seen = 0;
    bool has_from = false, is_mail = false;
    std::size_t i = line;
    for (; i < lines_.size() && i < line + 9; ++i) {
      const HeaderWord word = HeaderWordOf(Lower(i));
      has_from |= word == HeaderWord::kFrom && i < line + 4;
      is_mail |= word == HeaderWord::kSubject ||
                 (word != HeaderWord::kNone && Lower(i).find('@') != std::string::npos);
      seen += word != HeaderWord::kNone;
      if (word == HeaderWord::kNone && IsBlank(i) && seen > 1) break;
    }
    *end = i;
    return has_from && is_mail && seen >= 3;
  }

  void MarkForwards() {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (!IsAuthor(i) || IsBlank(i)) continue;
      std::size_t header_end = i + 1;
      const bool is_mark = IsForwardMark(Lower(i));
      if (!is_mark && !IsHeaderBlock(i, &header_end)) continue;
      std::size_t first = i;
      while (first > 0 && IsAuthor(first - 1) && (IsBlank(first - 1) || IsSeparator(Lower(first - 1))))
        --first;
      if (MayBeAnsweredBelow(first, header_end)) {
        SetAuthorLines(first, header_end, Region::kQuoted);
        continue;
      }
      while (i < lines_.size() && !IsForwardEnd(Lower(i))) ++i;
      SetAuthorLines(first, std::min(i + 1, lines_.size()), Region::kQuoted);
    }
  }

  // With ">" marks right below the header, or with marks and nothing written above, the poster may answer
  // between the lines.
  bool MayBeAnsweredBelow(std::size_t first, std::size_t header_end) const {
    while (header_end < lines_.size() && IsBlank(header_end)) ++header_end;
    std::size_t above = 0;
    for (std::size_t i = 0; i < first; ++i) above += IsAuthor(i) ? Size(i) : 0;
    const std::size_t look = above >= 40 ? 1 : 12;
    for (std::size_t j = header_end; j < lines_.size() && j < header_end + look; ++j) {
      if (IsQuoted(j)) return true;
    }
    return false;
  }

  void MarkListFooter() {
    const std::size_t from = lines_.size() > 30 ? lines_.size() - 30 : 0;
    for (std::size_t i = from; i < lines_.size(); ++i) {
      if (!IsAuthor(i) || IsBlank(i)) continue;
      bool is_footer = StartsListFooter(Lower(i));
      if (!is_footer && IsSeparator(Lower(i))) {
        for (std::size_t j = i + 1; j < lines_.size() && j <= i + 4; ++j)
          is_footer |= SpeaksOfAList(Lower(j));
      }
      if (!is_footer) continue;
      if (i > 0 && IsAuthor(i - 1) && Lower(i - 1) == "--") --i;
      std::size_t end = i;
      for (std::size_t count = 0; end < lines_.size() && count < kLongestListFooter; ++end)
        count += !IsBlank(end);
      SetAuthorLines(i, end, Region::kListFooter);
      return;
    }
  }

  void MarkSignatures() {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (!IsAuthor(i) || IsBlank(i)) continue;
      const std::string_view line = Lower(i);
      if (line == "--") {
        MarkSignature(i, std::min(i + kLongestSignature, lines_.size()));
      } else if (IsMobileSignature(line)) {
        lines_[i].region = Region::kSignature;
      } else if (IsClosing(line)) {
        MarkSignature(i + 1, ContactBlockEnd(i + 1));
      }
    }
  }

  // Words to the reader stay the author's wherever they stand.
  void MarkSignature(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to && IsAuthor(i); ++i) {
      if (!SpeaksToReader(Lower(i))) lines_[i].region = Region::kSignature;
    }
  }

  // After a closing: a few short lines with a name or the ways to reach somebody, up to the first prose.
  std::size_t ContactBlockEnd(std::size_t line) const {
    constexpr int kLines = 14;
    int count = 0, signals = 0;
    std::size_t i = line, end = line;
    for (; i < lines_.size() && IsAuthor(i) && count < kLines; ++i) {
      if (IsBlank(i)) continue;
      const std::string_view text = Lower(i);
      if (text == "--") break;
      if ((IsProse(text) && !ShowsContact(text)) || SpeaksToReader(text) || LegalPhrases(text, 2) >= 2) break;
      ++count;
      end = i + 1;
      const bool is_name = count <= 2 && author_.size() > 1 && text.size() < 60 &&
                           text.find(author_) != std::string_view::npos;
      signals += is_name || ShowsContact(text);
    }
    return signals > 0 || count <= 2 ? end : line;
  }

  // Paragraphs near the end with several of the phrases that organisations put under mail.
  void MarkLegalFooters() {
    int other_paragraphs = 0;
    for (std::size_t i = lines_.size(); i > 0;) {
      while (i > 0 && IsBlank(i - 1)) --i;
      const std::size_t end = i;
      while (i > 0 && !IsBlank(i - 1)) --i;
      if (i == end) return;
      bool is_open = true;
      for (std::size_t j = i; j < end; ++j) is_open &= IsAuthor(j) || lines_[j].region == Region::kSignature;
      if (!is_open) continue;
      const std::string_view paragraph = Lower(i, end - 1);
      const int phrases = LegalPhrases(paragraph, 3);
      const bool names_mail = paragraph.find("mail") != std::string_view::npos ||
                              paragraph.find("e-bost") != std::string_view::npos;
      if (phrases >= 3 || (phrases == 2 && other_paragraphs == 0 && names_mail)) {
        for (std::size_t j = i; j < end; ++j) lines_[j].region = Region::kLegalFooter;
      } else if (++other_paragraphs > 8) {
        break;
      }
    }
    WidenLegalFooters();
  }

  bool IsLegal(std::size_t i) const { return lines_[i].region == Region::kLegalFooter; }

  // To the rule above and to paragraphs below that go on in the same tone.
  void WidenLegalFooters() {
    for (std::size_t i = 1; i < lines_.size(); ++i) {
      if (IsLegal(i) || !IsLegal(i - 1) || IsBlank(i - 1)) continue;
      while (i < lines_.size() && IsBlank(i)) ++i;
      const std::size_t first = i;
      while (i < lines_.size() && !IsBlank(i) && IsAuthor(i)) ++i;
      if (i > first && LegalPhrases(Lower(first, i - 1), 1) > 0)
        SetAuthorLines(first, i, Region::kLegalFooter);
    }
    for (std::size_t i = lines_.size(), next = 0; i-- > 0;) {
      if (IsBlank(i)) continue;
      if (next > 0 && IsLegal(next) && IsAuthor(i) && IsSeparator(Lower(i)))
        lines_[i].region = Region::kLegalFooter;
      next = i;
    }
  }

  std::vector<RegionRange> Ranges() const {
    std::vector<RegionRange> ranges;
    Region current = Region::kAuthorText;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (!IsBlank(i)) current = lines_[i].region;
      const std::size_t end = i + 1 < lines_.size() ? lines_[i + 1].start : text_.size();
      if (!ranges.empty() && ranges.back().region == current) {
        ranges.back().end = end;
      } else {
        ranges.push_back({lines_[i].start, end, current});
      }
    }
    return ranges;
  }

  std::string_view text_;
  std::string lower_;
  std::string author_;
  std::vector<Line> lines_;
};

// "re" of "[list] Re[2]: …"; empty without a colon.
std::string FirstMark(std::string_view subject) {
  subject = Trim(subject);
  if (const auto tag_end = subject.find(']'); tag_end != std::string_view::npos && subject.front() == '[')
    subject.remove_prefix(tag_end + 1);
  if (subject.find(':') == std::string_view::npos) return "";
  return LowerAscii(Trim(subject.substr(0, subject.find_first_of(":["))));
}

}  // namespace

std::vector<RegionRange> FindRegions(std::string_view text, const std::vector<TextRange>& quoted,
                                     const std::vector<TextRange>& signature, std::string_view author_name) {
  return Cutter(text, author_name).Cut(quoted, signature);
}

bool IsForwardSubject(std::string_view subject) {
  constexpr std::string_view kWords[] = {"fw", "fwd", "wg", "tr", "rv"};
  return std::find(std::begin(kWords), std::end(kWords), FirstMark(subject)) != std::end(kWords);
}

bool IsReplySubject(std::string_view subject) {
  constexpr std::string_view kWords[] = {"re", "aw", "antw", "sv", "vs", "ateb"};
  return IsForwardSubject(subject) ||
         std::find(std::begin(kWords), std::end(kWords), FirstMark(subject)) != std::end(kWords);
}

}  // namespace listwarden
