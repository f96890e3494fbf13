// SPDX-License-Identifier: Apache-2.0
#include "web/marked_text.h"

#include <algorithm>
#include <tuple>

#include "message/header_fields.h"

namespace listwarden {
namespace {

constexpr std::string_view kDot = "•";

struct Place {
  std::size_t begin, end;
  int finding;
};

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

std::size_t CharacterEnd(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) ++at;
  return at;
}

// The end of the quote when it begins at `at`.
std::optional<std::size_t> EndOfQuote(std::string_view text, std::string_view quote, std::size_t at) {
  for (std::size_t q = 0; q < quote.size();) {
    if (at >= text.size()) return std::nullopt;
    if (IsSpace(quote[q])) {
      if (!IsSpace(text[at])) return std::nullopt;
      while (q < quote.size() && IsSpace(quote[q])) ++q;
      while (at < text.size() && IsSpace(text[at])) ++at;
    } else if (quote.compare(q, kDot.size(), kDot) == 0) {
      q += kDot.size();
      at = CharacterEnd(text, at);
    } else if (quote[q++] != text[at++]) {
      return std::nullopt;
    }
  }
  return at;
}

// A masked quote with hardly a letter would be found anywhere.
bool IsTelling(std::string_view quote) {
  constexpr int kFewest = 3;
  int letters = 0;
  bool is_masked = false;
  for (std::size_t q = 0; q < quote.size(); q = CharacterEnd(quote, q)) {
    const bool is_dot = quote.compare(q, kDot.size(), kDot) == 0;
    is_masked = is_masked || is_dot;
    letters += !is_dot && !IsSpace(quote[q]);
  }
  return letters >= (is_masked ? kFewest : 1);
}

std::optional<Place> PlaceOf(const Hit& hit, const StoredFinding& finding, int number) {
  const Finding again = FindingFrom(hit);
  if (again.rule != finding.rule || again.quote != finding.quote) return std::nullopt;
  if (hit.rule->raw) return Place{hit.begin, hit.end, number};
  const auto [begin, end] = hit.segment->text.ToOriginal(hit.begin, hit.end);
  return Place{begin, end, number};
}

std::vector<Place> PlacesIn(const Segment& segment, const std::vector<Hit>& hits,
                            const std::vector<StoredFinding>& findings) {
  std::vector<Place> places;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const StoredFinding& finding = findings[i];
    if (finding.part != segment.part || finding.region != RegionName(segment.region)) continue;
    const int number = static_cast<int>(i) + 1;
    const std::size_t before = places.size();
    for (const Hit& hit : hits) {
      if (hit.segment != &segment) continue;
      if (const auto place = PlaceOf(hit, finding, number)) places.push_back(*place);
    }
    const auto found = before == places.size() && IsTelling(finding.quote)
                           ? FindQuote(segment.text.original(), finding.quote)
                           : std::nullopt;
    if (found) places.push_back({found->first, found->second, number});
  }
  for (Place& place : places) {
    const std::string& text = segment.text.original();
    while (place.begin < place.end && IsSpace(text[place.begin])) ++place.begin;
    while (place.begin < place.end && IsSpace(text[place.end - 1])) --place.end;
  }
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::tuple(a.begin, b.end, a.finding) < std::tuple(b.begin, a.end, b.finding);
  });
  return places;
}

std::vector<Run> Cut(std::string_view text, const std::vector<Place>& places,
                     const std::vector<StoredFinding>& findings, bool is_covered) {
  std::vector<Run> runs;
  std::size_t at = 0;
  const auto plain = [&](std::size_t end) {
    if (end <= at) return;
    const std::string words(text.substr(at, end - at));
    runs.push_back({is_covered ? Covered(words, findings) : words, 0});
  };
  for (const Place& place : places) {
    if (place.begin < at || place.end > text.size()) continue;  // inside a longer one, or cut off
    plain(place.begin);
    const StoredFinding& finding = findings[static_cast<std::size_t>(place.finding) - 1];
    const bool is_hidden = is_covered && finding.IsSecret();
    runs.push_back({is_hidden ? std::string(Trim(finding.quote))
                              : std::string(text.substr(place.begin, place.end - place.begin)),
                    place.finding});
    at = place.end;
  }
  plain(text.size());
  return runs;
}

}  // namespace

std::optional<std::pair<std::size_t, std::size_t>> FindQuote(std::string_view text, std::string_view quote,
                                                             std::size_t from) {
  if (quote.empty()) return std::nullopt;
  for (std::size_t at = from; at < text.size(); at = CharacterEnd(text, at)) {
    if (const auto end = EndOfQuote(text, quote, at)) return std::pair(at, *end);
  }
  return std::nullopt;
}

std::string Covered(std::string text, const std::vector<StoredFinding>& findings) {
  for (const StoredFinding& finding : findings) {
    if (!finding.IsSecret() || !IsTelling(finding.quote)) continue;
    std::size_t from = 0;
    while (const auto found = FindQuote(text, finding.quote, from)) {
      text.replace(found->first, found->second - found->first, finding.quote);
      from = found->first + finding.quote.size();
    }
  }
  return text;
}

MarkedText Mark(const Message& message, const RuleSet& rules, const std::vector<StoredFinding>& findings,
                bool is_covered) {
  MarkedText marked;
  const std::vector<Hit> hits = rules.Scan(message);
  std::size_t left = kMostShown;
  for (const Segment& segment : message.segments) {
    if (segment.part == kSubjectPart) continue;
    std::string_view text = segment.text.original();
    if (text.size() > left) {
      marked.is_cut = true;
      text = Shortened(text, left);
      left = text.size();
    }
    left -= text.size();
    text = text.substr(0, text.find_last_not_of(" \n\t") + 1);
    if (text.empty()) continue;
    marked.segments.push_back(
        {segment.region, segment.part, Cut(text, PlacesIn(segment, hits, findings), findings, is_covered)});
  }
  return marked;
}

}  // namespace listwarden
