// What single lines of mail give away: the words that mail programs, lists and organisations put around an
// author's text, in the languages they do it in. All take a line (or paragraph) in ASCII lower case, trimmed.
// Threads: any.
// Errors: none.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace listwarden {

// "> text", ">>text", "JD> text"; of the line as written, since initials are capitals.
bool IsQuoteLine(std::string_view line);
// "ann> text": the name, else empty; several lines with one name are quoted.
std::string_view QuoteName(std::string_view line);

// "… wrote:", "… <a@b.example>:", up to a few lines joined.
bool IsAttribution(std::string_view lines);
// One with a date (or a full address), so that it stands for itself: what follows is quoted, marks or not.
bool IsDatedAttribution(std::string_view lines);
// A line that such an attribution begins with: "on ", "am ", a date …
bool StartsAttribution(std::string_view line);

// "-----Original Message-----", "Begin forwarded message:".
bool IsForwardMark(std::string_view line);
// "----- End forwarded message -----": what follows is the poster's again.
bool IsForwardEnd(std::string_view line);

// "From:", "Sent:" … of a block of header fields within text.
enum class HeaderWord { kNone, kFrom, kSubject, kOther };
HeaderWord HeaderWordOf(std::string_view line);

// A rule of underscores, hashes, dashes …
bool IsSeparator(std::string_view line);

bool StartsListFooter(std::string_view line);
bool SpeaksOfAList(std::string_view line);

// How many of the phrases that organisations' legal footers are made of stand there, at most `enough`.
int LegalPhrases(std::string_view paragraph, int enough);

// "Kind regards,", "Diolch".
bool IsClosing(std::string_view line);
// "Sent from my …", "Please consider the environment …".
bool IsMobileSignature(std::string_view line);
// A telephone number, an address, a link.
bool ShowsContact(std::string_view line);
// A sentence, a note, or words to the reader: no part of a signature.
bool IsProse(std::string_view line);
bool SpeaksToReader(std::string_view line);

}  // namespace listwarden
