// SPDX-License-Identifier: Apache-2.0
#include "moderation/letter_template.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <kainjow/mustache.hpp>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "moderation/mail_text.h"

namespace listwarden {
namespace {

using kainjow::mustache::data;

constexpr std::string_view kLanguages[] = {"en", "cy"};
constexpr std::string_view kEvents[] = {"poster-held",          "poster-released",  "poster-passed",
                                        "poster-rejected",      "poster-expired",   "poster-limit",
                                        "moderator-held",       "moderator-asked",  "moderator-done",
                                        "moderator-not-done",   "moderator-digest", "moderator-reminder",
                                        "moderator-escalation", "moderator-appeal", "poster-withdrawn",
                                        "poster-corrected",     "poster-check"};
constexpr std::string_view kNames[] = {"subject",
                                       "list",
                                       "address",
                                       "responsible",
                                       "from",
                                       "expires",
                                       "clauses",
                                       "title",
                                       "principle",
                                       "findings",
                                       "quote",
                                       "reason",
                                       "confidence",
                                       "rule",
                                       "advice",
                                       "text",
                                       "unread",
                                       "is-unread",
                                       "what",
                                       "excerpt",
                                       "has-excerpt",
                                       "desk",
                                       "has-desk",
                                       "poster-told",
                                       "on-expiry-return",
                                       "on-expiry-release",
                                       "why",
                                       "has-why",
                                       "on-expiry-discard",
                                       "question",
                                       "has-question",
                                       "has-link",
                                       "is-held",
                                       "link",
                                       "has-reply",
                                       "release-by-letter",
                                       "verb",
                                       "when",
                                       "by",
                                       "is-released",
                                       "is-rejected",
                                       "is-discarded",
                                       "is-expired",
                                       "is-withdrawn",
                                       "not-verified",
                                       "not-yours",
                                       "not-moderator",
                                       "not-first",
                                       "not-unused",
                                       "not-in-time",
                                       "not-unchanged",
                                       "not-clear",
                                       "not-reasoned",
                                       "not-by-letter",
                                       "not-your-appeal",
                                       "posts",
                                       "lists",
                                       "count",
                                       "is-one",
                                       "more",
                                       "id",
                                       "age",
                                       "left",
                                       "is-many",
                                       "answer",
                                       "hours",
                                       "poster-not-told"};

class Checker {
 public:
  Checker(const std::filesystem::path& file, std::string_view text) : file_(file), text_(text) {}

  void Check() {
    if (text_.rfind("Subject: ", 0) != 0) Fail(0, "expected \"Subject: …\" on the first line");
    for (std::size_t at = text_.find("{{"); at != text_.npos; at = text_.find("{{", at)) {
      const std::size_t end = text_.find("}}", at);
      if (end == text_.npos) Fail(at, "\"{{\" without \"}}\"");
      Take(text_.substr(at + 2, end - at - 2), at);
      at = end + 2;
    }
    if (!open_.empty())
      Fail(open_.back().at,
           "section {{#" + open_.back().name + "}} is never closed; expected {{/" + open_.back().name + "}}");
  }

 private:
  struct Section {
    std::string name;
    std::size_t at;
  };

  void Take(std::string_view tag, std::size_t at) {
    const char kind = tag.empty() ? ' ' : tag.front();
    const bool is_section = kind == '#' || kind == '^' || kind == '/';
    const std::string name(is_section ? tag.substr(1) : tag);
    if (std::find(std::begin(kNames), std::end(kNames), name) == std::end(kNames))
      Fail(at, "unknown {{" + std::string(tag) + "}}; known are " + Known());
    if (kind == '#' || kind == '^') open_.push_back({name, at});
    if (kind != '/') return;
    if (open_.empty() || open_.back().name != name)
      Fail(at, "{{/" + name + "}} closes nothing" +
                   (open_.empty() ? "" : "; expected {{/" + open_.back().name + "}}"));
    open_.pop_back();
  }

  static std::string Known() {
    std::string all;
    for (const std::string_view one : kNames) all += (all.empty() ? "" : ", ") + std::string(one);
    return all;
  }

  [[noreturn]] void Fail(std::size_t at, const std::string& what) const {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    throw SettingsError(file_.string() + ":" + std::to_string(line) + ": " + what);
  }

  const std::filesystem::path& file_;
  std::string_view text_;
  std::vector<Section> open_;
};

std::string ReadLetterTemplate(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    throw SettingsError(file.string() +
                        ":0: the letter cannot be read; expected the wording of a letter here");
  std::string text(std::istreambuf_iterator<char>(in), {});
  Checker(file, text).Check();
  return text;
}

// Sections that say nothing leave blank lines behind: one is enough, and none at the ends.
std::string Tidy(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_third = c == '\n' && out.size() > 1 && out.compare(out.size() - 2, 2, "\n\n") == 0;
    if (!is_third && !(c == '\n' && out.empty())) out += c;
  }
  while (out.size() > 1 && out.compare(out.size() - 2, 2, "\n\n") == 0) out.pop_back();
  return out;
}

data DataOf(const LetterValues& values) {
  data all;
  for (const auto& [name, text] : values.texts) all.set(name, text);
  for (const auto& [name, flag] : values.flags) all.set(name, flag);
  for (const auto& [name, entries] : values.lists) {
    data list(data::type::list);
    for (const LetterValues& entry : entries) list.push_back(DataOf(entry));
    all.set(name, list);
  }
  return all;
}

}  // namespace

LetterTemplates::LetterTemplates(const std::filesystem::path& folder) {
  std::string mistakes;
  for (const std::string_view language : kLanguages) {
    for (const std::string_view event : kEvents) {
      const std::string name = std::string(language) + "/" + std::string(event);
      try {
        texts_[name] = ReadLetterTemplate(folder / (name + ".txt"));
      } catch (const SettingsError& e) {
        mistakes += (mistakes.empty() ? "" : "\n") + std::string(e.what());
      }
    }
  }
  if (!mistakes.empty()) throw SettingsError(mistakes);
}

bool LetterTemplates::Has(const std::string& language, const std::string& event) const {
  return texts_.count(language + "/" + event) != 0;
}

LetterText LetterTemplates::Render(const std::string& language, const std::string& event,
                                   const LetterValues& values) const {
  constexpr std::string_view kSubject = "Subject: ";
  kainjow::mustache::mustache parsed(texts_.at(language + "/" + event));
  parsed.set_custom_escape([](const std::string& text) { return text; });
  const std::string text = parsed.render(DataOf(values));
  const auto end = text.find('\n');
  return {text.substr(kSubject.size(), end - kSubject.size()), WrappedLines(Tidy(text.substr(end)))};
}

}  // namespace listwarden
