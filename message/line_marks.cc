// SPDX-License-Identifier: Apache-2.0
#include "message/line_marks.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace listwarden {
namespace {

bool Has(std::string_view text, std::string_view words) { return text.find(words) != std::string_view::npos; }

// Phrases in order of their first byte, so that few are compared at any place.
template <std::size_t N>
struct PhraseTable {
  std::array<std::string_view, N> phrases;
  std::array<std::uint16_t, 257> first;
};

template <std::size_t N>
constexpr PhraseTable<N> Phrases(const std::string_view (&list)[N]) {
  PhraseTable<N> table{};
  const auto byte = [](std::string_view phrase) { return static_cast<unsigned char>(phrase[0]); };
  std::size_t at = 0;
  for (std::size_t c = 0; c < 256; ++c) {
    table.first[c] = static_cast<std::uint16_t>(at);
    for (const std::string_view phrase : list) {
      if (byte(phrase) == c) table.phrases[at++] = phrase;
    }
  }
  table.first[256] = static_cast<std::uint16_t>(at);
  return table;
}

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// Which phrase the text starts with.
template <std::size_t N>
std::size_t PhraseAtStart(std::string_view text, const PhraseTable<N>& table) {
  if (text.empty()) return kNone;
  const auto byte = static_cast<unsigned char>(text[0]);
  for (std::size_t i = table.first[byte]; i < table.first[byte + 1u]; ++i) {
    const std::string_view phrase = table.phrases[i];
    if (text.size() < phrase.size() || text[phrase.size() - 1] != phrase.back()) continue;
    if (text.starts_with(phrase)) return i;
  }
  return kNone;
}

template <std::size_t N>
bool StartsWithAny(std::string_view text, const PhraseTable<N>& table) {
  return PhraseAtStart(text, table) != kNone;
}

template <std::size_t N>
bool HasAny(std::string_view text, const PhraseTable<N>& table) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (StartsWithAny(text.substr(at), table)) return true;
  }
  return false;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

constexpr auto kWrote =
    Phrases({" wrote",        "> wrote",    " writes",   " said:",   " schrieb",    " a écrit",
             "a écrit :",     " escribió",  " escreveu", " scrisse", " ha scritto", " schreef",
             " geschreven",   " skrev",     " napisał",  " написал", " писал",      " пише",
             " ysgrifennodd", " kirjoitti", " yazdı",    "wrote:",   " == "});
constexpr auto kAttributionStart =
    Phrases({"on ", "am ", "le ", "el ", "em ", "ar ", "op ", "il ", "den ", "dnia ", "w dniu ", "quoting ",
             "at ", "in message", "in article", "\"", "* ", "----- ", "---- on "});

// "2003", "12:34".
bool HasDateOrTime(std::string_view text) {
  for (std::size_t i = 0; i + 4 <= text.size(); ++i) {
    if (!IsDigit(text[i]) || !IsDigit(text[i + 1])) continue;
    const bool is_year = (text[i] == '1' && text[i + 1] == '9') || (text[i] == '2' && text[i + 1] == '0');
    if (is_year && IsDigit(text[i + 2]) && IsDigit(text[i + 3])) return true;
    if ((text[i + 2] == ':' || text[i + 2] == '.' || text[i + 2] == 'h') && IsDigit(text[i + 3])) return true;
  }
  return false;
}

bool HasAddress(std::string_view text) {
  const auto at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 3 < text.size() && text[at - 1] != ' ' &&
         text[at + 1] != ' ';
}

bool EndsLikeAnAttribution(std::string_view text) {
  while (!text.empty() && (text.back() == '*' || text.back() == ' ' || text.back() == '_'))
    text.remove_suffix(1);
  if (text.empty()) return false;
  return text.back() == ':' || text.substr(0, 5) == ">>>>>" ||
         (text.size() > 8 && text.substr(text.size() - 4) == "----");
}

constexpr std::string_view kForwardAlone[] = {"forwarded",       "forward",        "fwd",
                                              "original",        "forwarded mail", "forwarded e-mail",
                                              "forwarded email", "original mail"};
constexpr auto kForwardEndWords = Phrases({"forward", "original", "message", "mail", "quot"});
constexpr auto kForwardWords =
    Phrases({"original message", "forwarded message", "original appointment", "ursprüngliche nachricht",
             "weitergeleitete", "message d'origine", "message transféré", "neges wreiddiol", "forwarded by",
             "original-nachricht", "mensaje original", "messaggio originale", "forwarded to you",
             "message forwarded", "reply message", "oprindelig meddelelse", "oorspronkelijk bericht"});

constexpr auto kFromWords = Phrases({"from:", "von:", "de :", "de:", "oddi wrth:", "da:", "från:", "fra:",
                                     "van:", "od:", "от:", "От:", "lähettäjä:", "expéditeur:"});
constexpr auto kSubjectWords =
    Phrases({"subject:", "betreff:", "objet:", "objet :", "asunto:", "assunto:", "oggetto:", "ämne:", "Ämne:",
             "emne:", "onderwerp:", "temat:", "pwnc:"});
constexpr auto kHeaderWords =
    Phrases({"sent:",  "date:",      "to:",         "cc:",       "bcc:",         "gesendet:",
             "datum:", "an:",        "envoyé",      "date :",    "à :",          "à:",
             "cc :",   "enviado",    "fecha:",      "para:",     "inviato:",     "data:",
             "a:",     "skickat:",   "till:",       "sendt:",    "til:",         "dato:",
             "aan:",   "verzonden:", "do:",         "wysłano:",  "anfonwyd:",    "dyddiad:",
             "at:",    "reply-to:",  "importance:", "risposta:", "attachments:", "organization:"});

constexpr auto kListFooterWords =
    Phrases({"mailing list", "unsubscribe", "listinfo", "jiscmail", "list-archive", "to subscribe", "mailman",
             "digest at", "list archives", "you are subscribed", "because you are subscribed",
             "yahoo! groups", "groups.io", "majordomo", "ddad-danysgrifio"});
constexpr auto kListFooterStarts = Phrases(
    {"to unsubscribe", "you received this message because you are subscribed",
     "to stop receiving emails from it", "to post to this group",
     "unsubscribe:", "you are receiving this because", "i ddad-danysgrifio",
     "this message was issued to members of", "groups.io links", "------------------------ yahoo! groups"});

constexpr auto kLegalPhrases = Phrases({"confidential",
                                        "intended solely",
                                        "intended only",
                                        "intended for the",
                                        "intended recipient",
                                        "addressee",
                                        "privileged",
                                        "disclaimer",
                                        "delete it",
                                        "delete this",
                                        "delete the",
                                        "notify the sender",
                                        "contact the sender",
                                        "inform the sender",
                                        "notify us",
                                        "advise the sender",
                                        "unauthorised",
                                        "unauthorized",
                                        "registered in england",
                                        "registered office",
                                        "company number",
                                        "company no",
                                        "registered charity",
                                        "charitable body",
                                        "views expressed",
                                        "views or opinions",
                                        "do not necessarily",
                                        "viruses",
                                        "virus",
                                        "in error",
                                        "disclos",
                                        "legally",
                                        "legal professional",
                                        "important notice",
                                        "may contain",
                                        "any attachments",
                                        "attachments to it",
                                        "freedom of information",
                                        "monitored",
                                        "copying",
                                        "distribution",
                                        "is prohibited",
                                        "strictly prohibited",
                                        "secure email",
                                        "data protection",
                                        "cyfrinachol",
                                        "derbynnydd",
                                        "bwriedir",
                                        "elusen gofrestredig",
                                        "mae'r neges",
                                        "neges e-bost",
                                        "y neges hon",
                                        "nas awdurdodwyd",
                                        "ymwadiad",
                                        "hysbysu'r",
                                        "fwriadwyd"});

constexpr auto kClosings = Phrases({"regards",
                                    "best regards",
                                    "kind regards",
                                    "warm regards",
                                    "many thanks",
                                    "thanks",
                                    "thank you",
                                    "best wishes",
                                    "best",
                                    "cheers",
                                    "all the best",
                                    "yours",
                                    "yours sincerely",
                                    "yours faithfully",
                                    "sincerely",
                                    "with thanks",
                                    "thanks in advance",
                                    "cofion",
                                    "cofion gorau",
                                    "diolch",
                                    "diolch yn fawr",
                                    "with best wishes",
                                    "kindest regards",
                                    "bw",
                                    "kr",
                                    "rgds",
                                    "br",
                                    "with kind regards",
                                    "hth"});
constexpr auto kMobile = Phrases({"sent from my ",
                                  "get outlook for",
                                  "sent from outlook",
                                  "sent from mail for",
                                  "sent from yahoo",
                                  "anfonwyd o",
                                  "sent via ",
                                  "sent from windows",
                                  "sent from mailbox",
                                  "sent with ",
                                  "envoyé de",
                                  "envoyé depuis",
                                  "von meinem ",
                                  "gesendet von",
                                  "sendt fra",
                                  "skickat från",
                                  "enviado desde",
                                  "enviado do",
                                  "inviato da",
                                  "verstuurd vanaf",
                                  "wysłane z",
                                  "отправлено с",
                                  "Отправлено с",
                                  "from my iphone",
                                  "please consider the environment",
                                  "think before you print",
                                  "cael outlook",
                                  "sent by ",
                                  "sent from "});

std::string_view WithoutMarks(std::string_view line) {
  while (!line.empty() &&
         (line.front() == '*' || line.front() == '>' || line.front() == ' ' || line.front() == '|'))
    line.remove_prefix(1);
  return line;
}

// "forwarded" of "---- forwarded ----".
std::string_view BetweenDashes(std::string_view line) {
  const std::size_t first = line.find_first_not_of("- ");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of("- ") + 1 - first);
}

}  // namespace

bool IsQuoteLine(std::string_view line) {
  if (line.empty()) return false;
  if (line[0] == '>') return line != "> wrote:";
  if (line.substr(0, 2) == "|>") return true;
  std::size_t letters = 0;
  while (letters < line.size() && letters < 5 && line[letters] >= 'A' && line[letters] <= 'Z') ++letters;
  return letters >= 2 && letters < line.size() && line[letters] == '>';
}

std::string_view QuoteName(std::string_view line) {
  const std::string_view name = line.substr(0, std::min<std::size_t>(line.find("> "), 13));
  const bool is_name = !name.empty() && name.size() < 13 && name.size() < line.size() &&
                       std::all_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return is_name ? name : std::string_view();
}

bool IsAttribution(std::string_view lines) {
  if (lines.empty() || lines.size() > 400 || !EndsLikeAnAttribution(lines)) return false;
  return HasAny(lines, kWrote) || (HasAddress(lines) && HasDateOrTime(lines));
}

bool IsDatedAttribution(std::string_view lines) {
  if (lines.empty() || lines.size() > 300) return false;
  if (!HasDateOrTime(lines))
    return lines.size() < 120 && lines.back() == ':' && HasAny(lines, kWrote) && HasAddress(lines);
  if (EndsLikeAnAttribution(lines)) return HasAny(lines, kWrote) || HasAddress(lines);
  // "2013/7/20 Ann <ann@…>".
  return IsDigit(lines.front()) && lines.size() > 10 && IsDigit(lines[3]) &&
         (lines[4] == '/' || lines[4] == '-') && lines.back() == '>' && HasAddress(lines);
}

bool StartsAttribution(std::string_view line) {
  return !line.empty() && (IsDigit(line.front()) || StartsWithAny(line, kAttributionStart));
}

bool IsForwardEnd(std::string_view line) {
  if (line.size() > 120 || line.substr(0, 2) != "--") return false;
  const std::string_view words = BetweenDashes(line);
  return words == "end" || (words.substr(0, 4) == "end " && HasAny(words, kForwardEndWords));
}

bool IsForwardMark(std::string_view line) {
  if (line.empty() || line.size() > 120 || IsForwardEnd(line)) return false;
  if (line.substr(0, 2) == "--" &&
      std::ranges::find(kForwardAlone, BetweenDashes(line)) != std::end(kForwardAlone))
    return true;
  const bool may_be = line.substr(0, 2) == "--" || line.substr(0, 3) == "\u2010" ||
                      line.substr(0, 2) == "__" || line.substr(0, 5) == "begin" || line.front() == '=' ||
                      line.front() == '*';
  return may_be && HasAny(line, kForwardWords);
}

HeaderWord HeaderWordOf(std::string_view line) {
  line = WithoutMarks(line);
  if (!Has(line.substr(0, 20), ":") && line.substr(0, 7) != "envoyé" && line.substr(0, 7) != "enviado")
    return HeaderWord::kNone;
  if (StartsWithAny(line, kFromWords)) return HeaderWord::kFrom;
  if (StartsWithAny(line, kSubjectWords)) return HeaderWord::kSubject;
  return StartsWithAny(line, kHeaderWords) ? HeaderWord::kOther : HeaderWord::kNone;
}

bool IsSeparator(std::string_view line) {
  if (line.size() < 15) return false;
  const char c = line.front();
  if (c != '_' && c != '#' && c != '=' && c != '-' && c != '*' && c != '~') return false;
  if (line.substr(0, 6) == "-=-=-=") return true;
  return std::count(line.begin(), line.end(), c) >= static_cast<std::ptrdiff_t>(line.size()) - 2;
}

bool StartsListFooter(std::string_view line) { return StartsWithAny(line, kListFooterStarts); }
bool SpeaksOfAList(std::string_view line) { return HasAny(line, kListFooterWords); }

int LegalPhrases(std::string_view paragraph, int enough) {
  static_assert(kLegalPhrases.phrases.size() <= 64);
  std::uint64_t seen = 0;
  for (std::size_t at = 0; at < paragraph.size(); ++at) {
    const std::size_t phrase = PhraseAtStart(paragraph.substr(at), kLegalPhrases);
    if (phrase == kNone) continue;
    seen |= std::uint64_t{1} << phrase;
    if (std::popcount(seen) >= enough) break;
  }
  return std::popcount(seen);
}

bool IsClosing(std::string_view line) {
  while (!line.empty() && (line.back() == ',' || line.back() == '.' || line.back() == '!'))
    line.remove_suffix(1);
  const auto& all = kClosings.phrases;
  return line.size() < 20 && std::find(all.begin(), all.end(), line) != all.end();
}

bool IsMobileSignature(std::string_view line) {
  while (!line.empty() && (line.front() == '(' || line.front() == '<' || line.front() == '['))
    line.remove_prefix(1);
  return line.size() < 90 && StartsWithAny(line, kMobile) && std::count(line.begin(), line.end(), ' ') <= 10;
}

bool ShowsContact(std::string_view line) {
  return Has(line, "@") || Has(line, "www.") || Has(line, "http") || Has(line, "tel") ||
         std::count_if(line.begin(), line.end(), IsDigit) >= 6;
}

bool SpeaksToReader(std::string_view line) {
  for (std::size_t at = line.find("you"); at != std::string_view::npos; at = line.find("you", at + 3)) {
    const auto is_letter = [&](std::size_t i) { return i < line.size() && line[i] >= 'a' && line[i] <= 'z'; };
    if (at > 0 && is_letter(at - 1)) continue;
    const std::string_view rest = line.substr(at + 3);
    if (!is_letter(at + 3) || rest.substr(0, 1) == "r" || rest.substr(0, 2) == "'r") return true;
  }
  return false;
}

bool IsProse(std::string_view line) {
  if (line.size() > 90 || SpeaksToReader(line)) return true;
  if (line[0] == '[') return true;  // "[1] …": a note
  const auto blanks = std::count(line.begin(), line.end(), ' ');
  return blanks >= 5 && (line.back() == '.' || line.back() == '!' || line.back() == '?');
}

}  // namespace listwarden
