// HTML as a reader sees it: libxml2's SAX parser (no tree, linear), visible and hidden text apart.
// Limits: html_nodes and html_depth; past them `is_cut` is set and what was read is kept.
// Threads: any.
// Errors: none.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "message/limits.h"

namespace listwarden {

struct TextRange {
  std::size_t begin;
  std::size_t end;
};

struct HtmlText {
  std::string visible;  // blocks on lines of their own, blank lines between paragraphs
  std::string hidden;   // display:none, size 0, colour of the background, …; not comments or scripts
  std::vector<TextRange> quoted;     // of `visible`: blockquote, gmail_quote, Outlook's reply block …
  std::vector<TextRange> signature;  // of `visible`: signature blocks that mail programs mark
  bool is_cut = false;
};

// Whether parts of that type are read so: HTML, XHTML, enriched text (RFC 1896).
bool IsMarkup(std::string_view media_type);

// `markup` must be valid UTF-8.
HtmlText ReadHtml(std::string_view markup, const Limits& limits);

}  // namespace listwarden
