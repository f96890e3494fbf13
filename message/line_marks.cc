// SPDX-License-Identifier: Apache-2.0
#include "message/line_marks.h"

#include <algorithm>
#include <array>

namespace listwarden {
namespace {

using Words = std::string_view;

bool Has(std::string_view text, std::string_view words) { return text.find(words) != std::string_view::npos; }

template <std::size_t N>
bool HasAny(std::string_view text, const std::array<Words, N>& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view one) { return Has(text, one); });
}

template <std::size_t N>
bool StartsWithAny(std::string_view text, const std::array<Words, N>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view one) { return text.substr(0, one.size()) == one; });
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

constexpr auto kWrote =
    std::to_array<Words>({" wrote",        "> wrote",    " writes",   " said:",   " schrieb",    " a écrit",
                          "a écrit :",     " escribió",  " escreveu", " scrisse", " ha scritto", " schreef",
                          " geschreven",   " skrev",     " napisał",  " написал", " писал",      " пише",
                          " ysgrifennodd", " kirjoitti", " yazdı",    "wrote:",   " == "});
constexpr auto kAttributionStart =
    std::to_array<Words>({"on ", "am ", "le ", "el ", "em ", "ar ", "op ", "il ", "den ", "dnia ", "w dniu ",
                          "quoting ", "at ", "in message", "in article", "\"", "* ", "----- ", "---- on "});

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

constexpr auto kForwardWords = std::to_array<Words>(
    {"original message", "forwarded message", "original appointment", "ursprüngliche nachricht",
     "weitergeleitete", "message d'origine", "message transféré", "neges wreiddiol", "forwarded by",
     "original-nachricht", "mensaje original", "messaggio originale", "forwarded to you", "message forwarded",
     "reply message", "oprindelig meddelelse", "oorspronkelijk bericht"});

constexpr auto kFromWords =
    std::to_array<Words>({"from:", "von:", "de :", "de:", "oddi wrth:", "da:", "från:", "fra:", "van:", "od:",
                          "от:", "От:", "lähettäjä:", "expéditeur:"});
constexpr auto kSubjectWords =
    std::to_array<Words>({"subject:", "betreff:", "objet:", "objet :", "asunto:", "assunto:", "oggetto:",
                          "ämne:", "Ämne:", "emne:", "onderwerp:", "temat:", "pwnc:"});
constexpr auto kHeaderWords = std::to_array<Words>(
    {"sent:",  "date:",      "to:",         "cc:",       "bcc:",         "gesendet:",
     "datum:", "an:",        "envoyé",      "date :",    "à :",          "à:",
     "cc :",   "enviado",    "fecha:",      "para:",     "inviato:",     "data:",
     "a:",     "skickat:",   "till:",       "sendt:",    "til:",         "dato:",
     "aan:",   "verzonden:", "do:",         "wysłano:",  "anfonwyd:",    "dyddiad:",
     "at:",    "reply-to:",  "importance:", "risposta:", "attachments:", "organization:"});

constexpr auto kListFooterWords = std::to_array<Words>(
    {"mailing list", "unsubscribe", "listinfo", "jiscmail", "list-archive", "to subscribe", "mailman",
     "digest at", "list archives", "you are subscribed", "because you are subscribed", "yahoo! groups",
     "groups.io", "majordomo", "ddad-danysgrifio"});
constexpr auto kListFooterStarts = std::to_array<Words>(
    {"to unsubscribe", "you received this message because you are subscribed",
     "to stop receiving emails from it", "to post to this group",
     "unsubscribe:", "you are receiving this because", "i ddad-danysgrifio",
     "this message was issued to members of", "groups.io links", "------------------------ yahoo! groups"});

constexpr auto kLegalPhrases = std::to_array<Words>({"confidential",
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

constexpr auto kClosings = std::to_array<Words>({"regards",
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
constexpr auto kMobile = std::to_array<Words>({"sent from my ",
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

bool IsForwardMark(std::string_view line) {
  if (line.empty() || line.size() > 120) return false;
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
  int count = 0;
  for (const std::string_view phrase : kLegalPhrases) {
    count += Has(paragraph, phrase);
    if (count >= enough) break;
  }
  return count;
}

bool IsClosing(std::string_view line) {
  while (!line.empty() && (line.back() == ',' || line.back() == '.' || line.back() == '!'))
    line.remove_suffix(1);
  return std::find(kClosings.begin(), kClosings.end(), line) != kClosings.end();
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
