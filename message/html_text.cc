// SPDX-License-Identifier: Apache-2.0
#include "message/html_text.h"

#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>
#include <exception>
#include <limits>
#include <memory>
#include <new>

#include "message/header_fields.h"

namespace listwarden {
namespace {

template <std::size_t N>
bool IsOneOf(std::string_view word, const std::array<std::string_view, N> &words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 31> kBlocks = {
    "address",  "article", "aside", "blockquote", "body",    "br",    "center", "dd", "div",  "dl",     "dt",
    "fieldset", "footer",  "form",  "h1",         "h2",      "h3",    "h4",     "h5", "h6",   "header", "hr",
    "li",       "ol",      "p",     "pre",        "section", "table", "tr",     "ul", "title"};
constexpr std::array<std::string_view, 6> kParagraphs = {"p", "blockquote", "h1", "h2", "h3", "pre"};
constexpr std::array<std::string_view, 2> kSkipped = {"script", "style"};
constexpr std::array<std::string_view, 4> kUnseen = {"template", "noscript", "title", "head"};
constexpr std::array<std::string_view, 6> kQuoteMarks = {"moz-cite-prefix", "OutlookMessageHeader",
                                                         "yahoo_quoted",    "protonmail_quote",
                                                         "gmail_attr",      "zmail_extra"};
constexpr std::array<std::string_view, 4> kSignatureMarks = {"gmail_signature", "moz-signature",
                                                             "protonmail_signature_block", "Signature"};

std::string Squeezed(const xmlChar *value) {
  std::string out;
  for (const auto *c = value; c != nullptr && *c != 0; ++c) {
    if (*c == ' ' || *c == '\t' || *c == '\n' || *c == '\r') continue;
    out += static_cast<char>(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
  }
  return out;
}

bool IsZero(const std::string &style, std::string_view property) {
  for (std::size_t at = style.find(property); at != std::string::npos; at = style.find(property, at + 1)) {
    if (at > 0 && style[at - 1] != ';') continue;
    const std::string value = style.substr(at + property.size(), style.find(';', at) - at - property.size());
    if (value.empty() || value[0] != '0') continue;
    if (value.find_first_of("123456789") == std::string::npos) return true;
  }
  return false;
}

bool HidesText(const std::string &style) {
  return style.find("display:none") != std::string::npos ||
         style.find("visibility:hidden") != std::string::npos ||
         style.find("mso-hide:all") != std::string::npos ||
         style.find("text-indent:-9") != std::string::npos || IsZero(style, "font-size:") ||
         IsZero(style, "opacity:") || IsZero(style, "max-height:");
}

class Collector {
 public:
  Collector(const Limits &limits, HtmlText *out) : limits_(limits), out_(*out) {}

  void Start(std::string_view name, const xmlChar **attributes) {
    if (++nodes_ > limits_.html_nodes) out_.is_cut = true;
    if (depth_ + 1 > limits_.html_depth) out_.is_cut = true;
    ++depth_;
    if (IsOneOf(name, kBlocks)) Break(IsOneOf(name, kParagraphs));
    if (name == "li") Append("- ");
    if (name == "td" || name == "th") Append(" ");
    if (name == "pre") ++pre_;
    if (name == "body") skipped_since_ = hidden_since_ = kNever;
    if (name == "bdo") Append("\u202e");
    const Open element = Describe(name, attributes);
    if (open_.size() < kMaxOpen) open_.push_back(element);
    if (element.is_skipped && skipped_since_ == kNever) skipped_since_ = depth_;
    if (element.is_hidden && hidden_since_ == kNever) hidden_since_ = depth_;
    if (element.is_quote && quote_since_ == kNever) {
      quote_since_ = depth_;
      quote_begin_ = out_.visible.size();
    }
    if (element.is_signature && signature_since_ == kNever && quote_since_ == kNever) {
      signature_since_ = depth_;
      signature_begin_ = out_.visible.size();
    }
  }

  void End(std::string_view name) {
    if (IsOneOf(name, kBlocks)) Break(IsOneOf(name, kParagraphs));
    if (name == "pre" && pre_ > 0) --pre_;
    if (name == "bdo") Append("\u202c");
    if (depth_ <= quote_since_) CloseQuote();
    if (depth_ <= signature_since_) CloseSignature();
    if (depth_ <= hidden_since_) hidden_since_ = kNever;
    if (depth_ <= skipped_since_) skipped_since_ = kNever;
    if (!open_.empty() && depth_ <= open_.size()) open_.pop_back();
    if (depth_ > 0) --depth_;
  }

  void Text(std::string_view text) {
    if (skipped_since_ != kNever) return;
    std::string &to = hidden_since_ != kNever ? out_.hidden : out_.visible;
    if (pre_ > 0) {
      to += text;
      return;
    }
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find_first_of(" \t\n\r\xc2", at), text.size());
      to += text.substr(at, end - at);
      at = end;
      if (at == text.size()) break;
      if (text.substr(at, 2) == "\u00a0") {
        to += ' ';
        at += 2;
        continue;
      }
      const bool is_blank = text[at] != '\xc2';
      if (!is_blank) {
        to += text[at];
      } else if (!to.empty() && to.back() != ' ' && to.back() != '\n') {
        to += ' ';
      }
      ++at;
    }
  }

  // "<!--[if mso]>…": Outlook shows it.
  void Comment(std::string_view text) {
    if (text.substr(0, 3) != "[if" || text.find("<xml") != std::string_view::npos ||
        text.find("<style") != std::string_view::npos)
      return;
    bool in_tag = false;
    for (const char c : text.substr(std::min(text.find(']'), text.size()))) {
      if (c == '<') in_tag = true;
      if (!in_tag && c != ']' && c != '>') out_.hidden += c;
      if (c == '>') in_tag = false;
    }
    out_.hidden += '\n';
  }

  void Finish() {
    if (quote_since_ != kNever) CloseQuote();
    if (signature_since_ != kNever) CloseSignature();
  }

 private:
  struct Open {
    bool is_skipped = false, is_hidden = false, is_quote = false, is_signature = false;
  };
  static constexpr std::size_t kNever = 0;
  static constexpr std::size_t kMaxOpen = 4096;

  static Open Describe(std::string_view name, const xmlChar **attributes) {
    Open element;
    element.is_skipped = IsOneOf(name, kSkipped);
    element.is_hidden = IsOneOf(name, kUnseen);
    element.is_quote = name == "blockquote";
    for (std::size_t i = 0; attributes != nullptr && attributes[i] != nullptr; i += 2) {
      const std::string_view key(reinterpret_cast<const char *>(attributes[i]));
      if (key == "hidden") element.is_hidden = true;
      if (attributes[i + 1] == nullptr) continue;
      const std::string_view value(reinterpret_cast<const char *>(attributes[i + 1]));
      if (key == "style" && HidesText(Squeezed(attributes[i + 1]))) element.is_hidden = true;
      if (key != "class" && key != "id") continue;
      for (const std::string_view mark : kQuoteMarks)
        element.is_quote |= value.find(mark) != std::string_view::npos;
      for (const std::string_view mark : kSignatureMarks)
        element.is_signature |=
            value == mark || (mark != "Signature" && value.find(mark) != std::string_view::npos);
    }
    return element;
  }

  void Append(std::string_view text) {
    if (skipped_since_ == kNever && hidden_since_ == kNever) out_.visible += text;
  }

  void Break(bool is_paragraph) {
    std::string &to = hidden_since_ != kNever ? out_.hidden : out_.visible;
    while (!to.empty() && to.back() == ' ') to.pop_back();
    KeepRangesInside();
    if (to.empty()) return;
    const bool at_line = to.back() == '\n';
    if (!at_line) to += '\n';
    if (is_paragraph && !(to.size() > 1 && to[to.size() - 2] == '\n')) to += '\n';
  }

  // Blanks that went were perhaps in a range; what comes in their place is not.
  void KeepRangesInside() {
    const std::size_t size = out_.visible.size();
    quote_begin_ = std::min(quote_begin_, size);
    signature_begin_ = std::min(signature_begin_, size);
    for (auto *ranges : {&out_.quoted, &out_.signature}) {
      while (!ranges->empty() && ranges->back().end > size) {
        ranges->back().end = size;
        if (ranges->back().begin >= size) ranges->pop_back();
      }
    }
  }

  void CloseQuote() {
    if (out_.visible.size() > quote_begin_) out_.quoted.push_back({quote_begin_, out_.visible.size()});
    quote_since_ = kNever;
  }
  void CloseSignature() {
    if (out_.visible.size() > signature_begin_)
      out_.signature.push_back({signature_begin_, out_.visible.size()});
    signature_since_ = kNever;
  }

  const Limits &limits_;
  HtmlText &out_;
  std::vector<Open> open_;
  std::size_t depth_ = 0, nodes_ = 0, pre_ = 0;
  std::size_t skipped_since_ = kNever, hidden_since_ = kNever, quote_since_ = kNever,
              signature_since_ = kNever;
  std::size_t quote_begin_ = 0, signature_begin_ = 0;
};

// No exception passes through the frames of libxml2; what one of its events threw, the reader throws in the end.
struct Events {
  Collector collector;
  std::exception_ptr failure;

  template <typename Take>
  static void Pass(void *data, Take take) {
    auto *events = static_cast<Events *>(data);
    if (events->failure) return;
    try {
      take(events->collector);
    } catch (...) {
      events->failure = std::current_exception();
    }
  }
};

void OnStart(void *data, const xmlChar *name, const xmlChar **attributes) {
  Events::Pass(
      data, [&](Collector &collector) { collector.Start(reinterpret_cast<const char *>(name), attributes); });
}
void OnEnd(void *data, const xmlChar *name) {
  Events::Pass(data, [&](Collector &collector) { collector.End(reinterpret_cast<const char *>(name)); });
}
void OnText(void *data, const xmlChar *text, int length) {
  Events::Pass(data, [&](Collector &collector) {
    collector.Text({reinterpret_cast<const char *>(text), static_cast<std::size_t>(length)});
  });
}

void OnComment(void *data, const xmlChar *text) {
  Events::Pass(data, [&](Collector &collector) { collector.Comment(reinterpret_cast<const char *>(text)); });
}

struct FreeParser {
  void operator()(htmlParserCtxt *context) const { htmlFreeParserCtxt(context); }
};

// Past this many tags the parser is not asked: the text between tags is taken
// as it stands.
bool HasTooManyTags(std::string_view html, std::size_t limit) {
  return static_cast<std::size_t>(std::count(html.begin(), html.end(), '<')) > limit * 4;
}

void TakeTextBetweenTags(std::string_view html, HtmlText *out) {
  bool in_tag = false;
  for (const char c : html) {
    if (c == '<') in_tag = true;
    if (!in_tag) out->visible += c;
    if (c == '>') in_tag = false;
  }
  out->is_cut = true;
}

// Names of HTML 5 that the parser does not know and that can hide a word:
// invisible characters are dropped, letters of other founts are set plainly
// ("&ifr;" is a Gothic i).
bool IsOddEntity(std::string_view name, std::string *plain) {
  static constexpr std::array<std::string_view, 13> kInvisible = {"ZeroWidthSpace",
                                                                  "NegativeVeryThinSpace",
                                                                  "NegativeThinSpace",
                                                                  "NegativeMediumSpace",
                                                                  "NegativeThickSpace",
                                                                  "NoBreak",
                                                                  "ApplyFunction",
                                                                  "af",
                                                                  "InvisibleTimes",
                                                                  "it",
                                                                  "InvisibleComma",
                                                                  "ic",
                                                                  "hairsp"};
  const bool is_letter =
      name.size() > 2 && (name.substr(1) == "fr" || name.substr(1) == "opf" || name.substr(1) == "scr");
  const bool is_dotless = name == "imath" || name == "inodot" || name == "jmath";
  if (is_letter || is_dotless) *plain += name[0];
  return is_letter || is_dotless || IsOneOf(name, kInvisible);
}

// The parser stops at "</html>" and at an end tag before any other; readers'
// programs go on.
bool EndsDocument(std::string_view name) {
  return EqualsIgnoringCase(name, "html") || EqualsIgnoringCase(name, "body");
}

// The markup without what the parser would fall over.
std::string Prepared(std::string_view markup) {
  std::string out = "<body>";
  out.reserve(markup.size() + out.size());
  std::size_t from = 0;
  for (std::size_t at = markup.find_first_of("&<"); at != std::string_view::npos;
       at = markup.find_first_of("&<", at + 1)) {
    std::string plain;
    std::size_t end = 0;
    if (markup[at] == '&') {
      end = markup.substr(at, 32).find(';');
      if (end == std::string_view::npos || !IsOddEntity(markup.substr(at + 1, end - 1), &plain)) continue;
    } else {
      end = markup.substr(at, 32).find('>');
      if (end == std::string_view::npos || markup.substr(at, 2) != "</" ||
          !EndsDocument(Trim(markup.substr(at + 2, end - 2))))
        continue;
    }
    out += markup.substr(from, at - from);
    out += plain;
    from = at + end + 1;
  }
  out += markup.substr(from);
  return out;
}

// Tags that have not ended when the next begins; some programs end them there or show what they hold.
void AddUnendedTags(std::string_view html, std::string *to) {
  for (std::size_t at = html.find('<'); at != std::string_view::npos;) {
    const std::size_t next = html.find_first_of("<>", at + 1);
    if (next == std::string_view::npos) return;
    const char first = html[at + 1];
    const bool is_tag = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
    if (is_tag && html[next] == '<') to->append(html.substr(at + 1, next - at - 1)) += '\n';
    at = html.find('<', next);
  }
}

// What stands after a comment or tag that never ends; some programs show it.
std::string_view Unclosed(std::string_view html) {
  const auto comment = html.rfind("<!--");
  if (comment != std::string_view::npos && html.find("-->", comment) == std::string_view::npos)
    return html.substr(comment + 4);
  const auto tag = html.rfind('<');
  const bool is_open = tag != std::string_view::npos && html.find('>', tag) == std::string_view::npos;
  return is_open ? html.substr(tag + 1) : std::string_view();
}

}  // namespace

bool IsMarkup(std::string_view media_type) {
  return media_type == "text/html" || media_type == "application/xhtml+xml" ||
         media_type == "text/enriched" || media_type == "text/richtext";
}

HtmlText ReadHtml(std::string_view markup, const Limits &limits) {
  HtmlText out;
  const std::string html = Prepared(markup);
  if (HasTooManyTags(html, limits.html_nodes)) {
    TakeTextBetweenTags(html, &out);
    return out;
  }
  Events events{Collector(limits, &out), nullptr};
  htmlSAXHandler handler{};
  handler.startElement = OnStart;
  handler.endElement = OnEnd;
  handler.characters = OnText;
  handler.ignorableWhitespace = OnText;
  handler.cdataBlock = nullptr;
  handler.comment = OnComment;
  const std::unique_ptr<htmlParserCtxt, FreeParser> parser(
      htmlCreatePushParserCtxt(&handler, &events, nullptr, 0, nullptr, XML_CHAR_ENCODING_UTF8));
  if (parser == nullptr) throw std::bad_alloc();
  htmlCtxtUseOptions(parser.get(), HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                       HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
  constexpr std::size_t kChunk = 16384;
  for (std::size_t at = 0; at < html.size(); at += kChunk) {
    const std::string_view chunk = std::string_view(html).substr(at, kChunk);
    htmlParseChunk(parser.get(), chunk.data(), static_cast<int>(chunk.size()), 0);
  }
  htmlParseChunk(parser.get(), "", 0, 1);
  if (events.failure) std::rethrow_exception(events.failure);
  if (parser->errNo == XML_ERR_NO_MEMORY) throw std::bad_alloc();  // it stops there, and says no more
  events.collector.Finish();
  AddUnendedTags(html, &out.hidden);
  out.hidden += Unclosed(html);
  return out;
}

}  // namespace listwarden
