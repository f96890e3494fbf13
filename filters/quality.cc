// What rules cannot see of a post's making: no subject, no text, capitals, spelling, size, and whether a link
// that the text speaks of is there. Only new text is read, so that nobody answers for what they quote.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>

#include "filters/filters.h"
#include "filters/spelling.h"
#include "message/header_fields.h"
#include "message/html_text.h"
#include "message/regions.h"

namespace listwarden {
namespace {

constexpr std::string_view kLinkless = "linkless";  // nothing can be followed anywhere in the post
constexpr std::string_view kPlain = "plain";  // no markup, where a whole link may stand behind its words
constexpr std::size_t kLargeBytes = 6u << 20;
constexpr std::size_t kBitmapBytes = 1u << 20;
constexpr std::size_t kLoudWords = 6;
constexpr std::size_t kLoudRun = 12;        // such words without a quiet one between: a passage shouts
constexpr std::size_t kLoudWordsOfFew = 4;  // in a text that has nothing else
constexpr std::size_t kLoudSubject = 6;
constexpr std::size_t kShortPost = 120;  // bytes of one that may be a name alone
constexpr std::size_t kLinesOfAttribution = 4;
constexpr std::size_t kWordsToJudge = 12;
constexpr std::size_t kEnglishWords = 3;  // else it is another language
constexpr std::size_t kMisspelled = 3;
constexpr std::size_t kMisspelledPercent = 10;
constexpr std::size_t kLongWord = 6;  // jargon is short
constexpr std::ptrdiff_t kLongWords = 2;

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLetter(char c) { return IsUpper(c) || (c >= 'a' && c <= 'z'); }
bool Counts(char c) { return IsLetter(c) || (c >= '0' && c <= '9') || (c & 0x80) != 0; }

Finding Found(std::string rule, std::string quote, std::string reason, std::string advice) {
  Finding finding;
  finding.rule = "quality/" + std::move(rule);
  finding.clause = "quality";
  finding.confidence = Confidence::kLow;
  finding.part = "1";
  finding.quote = std::move(quote);
  finding.reason = std::move(reason);
  finding.advice = std::move(advice);
  return finding;
}

std::string NewText(const Message& message) {
  std::string text;
  for (const Segment& segment : message.segments) {
    if (segment.region == Region::kAuthorText) text += segment.text.original() + "\n";
  }
  return text;
}

bool HasFile(const Message& message) {
  return std::any_of(message.parts.begin(), message.parts.end(),
                     [](const Part& part) { return !part.is_inline_text; });
}

bool HasMarkup(const Message& message) {
  return std::any_of(message.parts.begin(), message.parts.end(),
                     [](const Part& part) { return IsMarkup(part.media_type); });
}

// "ftp://…", "ann@…", "www.…" and whatever has a dot between two words.
bool HasLink(std::string_view text) {
  const auto is_word = [&](std::size_t at) {
    return at + 1 < text.size() && Counts(text[at]) && Counts(text[at + 1]);
  };
  for (std::size_t at = text.find_first_of(".@/"); at != text.npos; at = text.find_first_of(".@/", at + 1)) {
    if (text[at] == '@' || text.substr(at, 2) == "//" ||
        (text[at] == '.' && at > 1 && is_word(at - 2) && is_word(at + 1) && IsLetter(text[at + 1])))
      return true;
  }
  return false;
}

bool IsLinkless(const Message& message) {
  return !HasMarkup(message) && !HasFile(message) &&
         std::none_of(message.segments.begin(), message.segments.end(), [](const Segment& one) {
           return one.region != Region::kListFooter && one.region != Region::kLegalFooter &&
                  HasLink(one.text.original());
         });
}

bool Agrees(const Hit& hit, const Message& message) {
  if (hit.rule->check == kPlain) return !HasMarkup(message);
  return hit.rule->check != kLinkless || IsLinkless(message);
}

// "Re: Fwd:", "(no subject)": it says nothing of its own.
bool IsWithoutSubject(std::string_view subject) {
  constexpr std::string_view kNothing[] = {"",   "nosubject", "none", "untitled", "notitle",
                                           "re", "fw",        "fwd",  "dimpwnc",  "dimtestun"};
  while (IsReplySubject(subject)) subject.remove_prefix(subject.find(':') + 1);
  std::string letters = LowerAscii(subject);
  std::erase_if(letters, [](char c) { return !Counts(c); });
  return std::find(std::begin(kNothing), std::end(kNothing), letters) != std::end(kNothing);
}

// Each of its lines has its ">", but for an attribution above: so that nothing new can stand in it.
bool IsMarkedQuote(std::string_view text) {
  std::size_t above = 0, marked = 0;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    line = Trim(line);
    if (line.starts_with('>')) {
      ++marked;
    } else if (!line.empty() && (marked > 0 || ++above > kLinesOfAttribution)) {
      return false;
    }
  }
  return marked > 0;
}

// Listed words of four letters and more (no constants of programs), and how many of them are in capitals:
// abbreviations are in no list. Each word counts once: a table says its own again and again.
struct Loudness {
  std::size_t words = 0;
  std::size_t loud = 0;
  std::size_t longest_run = 0;  // in a paragraph
  std::size_t quiet = 0;        // all with a small letter, long or short, listed or not
  std::string_view first;
};
Loudness LoudnessOf(std::string_view text, const WordLists& lists) {
  Loudness loudness;
  std::set<std::string> seen;
  std::size_t run = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (!Counts(text[at]) && text[at] != '_') {
      if (text.substr(at, 2) == "\n\n") run = 0;
      ++at;
      continue;
    }
    const std::size_t start = at;
    while (at < text.size() && (Counts(text[at]) || text[at] == '_')) ++at;
    const std::string_view word = text.substr(start, at - start);
    loudness.quiet +=
        std::any_of(word.begin(), word.end(), [](char c) { return IsLetter(c) && !IsUpper(c); });
    if (word.size() < 4 || !std::all_of(word.begin(), word.end(), IsLetter)) continue;
    const std::string lower = LowerAscii(word);
    if (!lists.Has(lower) || !seen.insert(lower).second) continue;
    ++loudness.words;
    run = std::all_of(word.begin(), word.end(), IsUpper) ? run + 1 : 0;
    if (run == 0) continue;
    loudness.longest_run = std::max(loudness.longest_run, run);
    if (loudness.loud++ == 0) loudness.first = text.substr(start, text.find('\n', start) - start);
  }
  return loudness;
}

bool IsLoud(const Loudness& loudness) {
  return (loudness.loud >= kLoudWords && loudness.loud * 4 >= loudness.words * 3) ||
         (loudness.loud >= kLoudWordsOfFew && loudness.quiet < loudness.loud &&
          loudness.loud == loudness.words) ||
         loudness.longest_run >= kLoudRun;
}

// Enough capitals in a row that it is worth to look closer.
bool MayBeLoud(std::string_view text) {
  std::size_t runs = 0, run = 0;
  for (const char c : text) {
    run = IsUpper(c) ? run + 1 : 0;
    runs += run == 4;
  }
  return runs >= kLoudWordsOfFew;
}

// The words of a line, lower case, parted by single spaces.
std::string WordsOf(std::string_view line) {
  std::string words;
  for (const char c : LowerAscii(line)) {
    if (Counts(c)) {
      words += c;
    } else if (!words.empty() && words.back() != ' ') {
      words += ' ';
    }
  }
  if (!words.empty() && words.back() == ' ') words.pop_back();
  return words;
}

// Nothing above the poster's name, and below it no more than a job and a place. "Ann," speaks to a namesake.
bool IsOnlyAName(std::string_view text, const std::vector<Mailbox>& from) {
  if (from.empty() || text.size() > kShortPost) return false;
  const std::string name = WordsOf(from.front().display_name);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::string words = WordsOf(line);
    if (!words.empty()) return !line.ends_with(',') && (name == words || name.starts_with(words + " "));
  }
  return true;
}

class QualityFilter : public Filter {
 public:
  explicit QualityFilter(std::shared_ptr<const WordLists> lists) : lists_(std::move(lists)) {}
  std::string_view name() const override { return "quality"; }

  std::vector<Finding> Inspect(const Inspection& inspection) const override {
    std::vector<Finding> findings;
    const Message& message = inspection.message;
    for (const Hit& hit : inspection.hits) {
      // What nobody sees is hard to read for nobody.
      if (hit.segment->region != Region::kHidden && Agrees(hit, message))
        findings.push_back(FindingFrom(hit));
    }
    if (message.fields.empty()) return findings;
    if (IsWithoutSubject(message.subject)) {
      findings.push_back(Found("no-subject", message.subject, "The post has no subject.",
                               "Say in a few words what the post is about; readers choose by it."));
    }
    const std::string text = NewText(message);
    JudgeText(message, text, &findings);
    JudgeSize(message, &findings);
    return findings;
  }

 private:
  void JudgeText(const Message& message, const std::string& text, std::vector<Finding>* findings) const {
    if (std::none_of(text.begin(), text.end(), Counts) || IsOnlyAName(text, message.from)) {
      if (!HasFile(message) && !message.IsUnread()) JudgeNoText(message, findings);
      return;
    }
    JudgeCapitals(message.subject, text, findings);
    JudgeSpelling(text, findings);
  }

  static void JudgeNoText(const Message& message, std::vector<Finding>* findings) {
    bool quotes = false, all_marked = true;
    for (const Segment& segment : message.segments) {
      if (segment.region != Region::kQuoted || segment.part == kSubjectPart) continue;
      quotes = true;
      all_marked &= IsMarkedQuote(segment.text.original());
    }
    if (!quotes) {
      findings->push_back(Found("empty", "", "The post has no text.", "Send it again with its text."));
    } else if (all_marked && IsReplySubject(message.subject) && !IsForwardSubject(message.subject)) {
      findings->push_back(Found("only-quotes", "", "The post only quotes another and adds no text to it.",
                                "Send it again with its text."));
    }
  }

  void JudgeCapitals(const std::string& subject, const std::string& text,
                     std::vector<Finding>* findings) const {
    const Loudness title = LoudnessOf(subject, *lists_);
    const Loudness loudness = MayBeLoud(text) ? LoudnessOf(text, *lists_) : Loudness();
    // Whoever answers did not choose the subject.
    const bool title_is_loud =
        title.loud >= kLoudSubject && title.loud == title.words && !IsReplySubject(subject);
    if (IsLoud(loudness) || title_is_loud) {
      const std::string_view quote = IsLoud(loudness) ? loudness.first : title.first;
      findings->push_back(Found("capitals", std::string(quote.substr(0, 60)),
                                "The text is written in capitals, which is hard to read.",
                                "Write it in ordinary letters."));
    }
  }

  void JudgeSpelling(const std::string& text, std::vector<Finding>* findings) const {
    const Spelling spelling = lists_->Read(text);
    const auto are_many = [&](std::size_t wrong) {
      return wrong >= kMisspelled && wrong * 100 >= spelling.words * kMisspelledPercent;
    };
    if (spelling.words < kWordsToJudge || spelling.english < kEnglishWords ||
        !are_many(spelling.unlisted.size()))
      return;
    const std::vector<std::string_view> misspelled = lists_->Misspelled(spelling);
    const auto long_ones = std::count_if(misspelled.begin(), misspelled.end(),
                                         [](std::string_view word) { return word.size() >= kLongWord; });
    if (are_many(misspelled.size()) && long_ones >= kLongWords) {
      std::string quote;
      for (std::size_t i = 0; i < std::min<std::size_t>(misspelled.size(), 8); ++i)
        quote += (i == 0 ? "" : ", ") + std::string(misspelled[i]);
      findings->push_back(Found("spelling", quote, "Many words of the text are misspelled.",
                                "Run a spelling check over it."));
    }
  }

  static void JudgeSize(const Message& message, std::vector<Finding>* findings) {
    for (const Part& part : message.parts) {
      const bool is_bitmap = part.media_type == "image/bmp" || part.media_type == "image/tiff" ||
                             part.media_type == "image/x-ms-bmp";
      if (part.content.size() < (is_bitmap ? kBitmapBytes : kLargeBytes)) continue;
      findings->push_back(Found(
          "large-file", part.file_names.empty() ? part.media_type : part.file_names.front(),
          "A file of " + std::to_string(part.content.size() >> 20) + " MB goes to every reader's mailbox.",
          "Put it where it can be fetched and send the link, or make it smaller."));
    }
  }

  std::shared_ptr<const WordLists> lists_;
};

}  // namespace

std::unique_ptr<Filter> MakeQualityFilter() { return std::make_unique<QualityFilter>(WordLists::Load()); }

}  // namespace listwarden
