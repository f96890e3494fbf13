// Ways of breaking MIME and text so that a reader's program shows words that a
// filter misses. Each recipe hides a marker in each place it can: the message
// must show it in some segment, or say that it could not be read.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "message/message_builder.h"
#include "message/unmask.h"

namespace listwarden {
namespace {

const std::string kMarker = "hiddenmarker";

std::string Base64(const std::string &bytes) {
  static const char *const kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    for (int j = 3; j >= 0; --j) {
      const bool is_pad = i + static_cast<std::size_t>(3 - j) > bytes.size();
      out += is_pad ? '=' : kDigits[group >> (6 * j) & 63];
    }
  }
  return out;
}

std::string Hex(const std::string &bytes, const char *format) {
  std::string out;
  for (const char c : bytes) {
    char text[16];
    std::snprintf(text, sizeof text, format, static_cast<unsigned char>(c));
    out += text;
  }
  return out;
}

std::string Uu(const std::string &bytes) {
  std::string out = "begin 644 notes.txt\n";
  for (std::size_t at = 0; at < bytes.size(); at += 45) {
    const std::string line = bytes.substr(at, 45);
    out += static_cast<char>(32 + line.size());
    for (std::size_t i = 0; i < line.size(); i += 3) {
      unsigned group = 0;
      for (std::size_t j = 0; j < 3; ++j)
        group = group << 8 | (i + j < line.size() ? static_cast<unsigned char>(line[i + j]) : 0u);
      for (int j = 3; j >= 0; --j)
        out += static_cast<char>((group >> (6 * j) & 63) == 0 ? '`' : 32 + (group >> (6 * j) & 63));
    }
    out += '\n';
  }
  return out + "`\nend\n";
}

std::string Utf16(const std::string &text, bool little) {
  std::string out;
  for (const char c : text) {
    if (!little) out += '\0';
    out += c;
    if (little) out += '\0';
  }
  return out;
}

// A part: its header section and body.
struct Entity {
  std::string fields, body;
  std::string Text() const { return fields + "\n" + body + "\n"; }
};

struct Place {
  const char *name;
  Entity entity;
};

std::vector<Place> Places(const std::string &marker) {
  const std::string words = "Some words " + marker + " more words.";
  return {
      {"text", {"Content-Type: text/plain; charset=utf-8\n", words}},
      {"html", {"Content-Type: text/html; charset=utf-8\n", "<p>" + words + "</p>"}},
      {"file_name",
       {"Content-Type: application/pdf; name=\"" + marker + ".pdf\"\nContent-Disposition: attachment\n",
        "%PDF"}},
      {"file",
       {"Content-Type: application/octet-stream\nContent-Disposition: "
        "attachment; filename=notes.txt\n",
        words}},
      {"text_file",
       {"Content-Type: text/plain\nContent-Disposition: attachment; "
        "filename=notes.txt\n",
        words}},
      {"inner_message", {"Content-Type: message/rfc822\n", "From: b@x.example\nSubject: inner\n\n" + words}},
      {"inner_subject",
       {"Content-Type: message/rfc822\n", "From: b@x.example\nSubject: " + words + "\n\nclean"}},
      {"description",
       {"Content-Type: text/plain; charset=utf-8\nContent-Description: " + words + "\n", "clean"}}};
}

const std::string kTop =
    "From: Ann <ann@hospital.example>\nSubject: An "
    "ordinary subject\nMIME-Version: 1.0\n";
const std::string kClean = "--b\nContent-Type: text/plain\n\nclean\n";

std::string Mixed(const std::string &parts, const std::string &boundary = "b") {
  return kTop + "Content-Type: multipart/mixed; boundary=" + boundary + "\n\n" + parts;
}

struct Recipe {
  const char *name;
  std::function<std::string(const Entity &)> make;
};

Entity Encoded(const Entity &entity, const std::string &field, const std::string &body) {
  return {entity.fields + "Content-Transfer-Encoding: " + field + "\n", body};
}

// What goes wrong around a part.
std::vector<Recipe> StructureRecipes() {
  const auto in_parts = [](const std::string &before, const std::string &after) {
    return [=](const Entity &e) { return Mixed(before + e.Text() + after); };
  };
  const auto top = [](const std::string &fields, const std::string &before, const std::string &after) {
    return [=](const Entity &e) { return kTop + fields + "\n" + before + e.Text() + after; };
  };
  const std::string close = "--b--\n";
  return {
      {"plain_multipart", in_parts(kClean + "--b\n", close)},
      {"two_types_multipart_last", top("Content-Type: text/plain\nContent-Type: multipart/mixed; "
                                       "boundary=b\n",
                                       "--b\n", close)},
      {"two_types_multipart_first", top("Content-Type: multipart/mixed; boundary=b\nContent-Type: "
                                        "text/plain\n",
                                        "--b\n", close)},
      {"two_boundaries_first",
       top("Content-Type: multipart/mixed; boundary=b; boundary=c\n", "--b\n", close)},
      {"two_boundaries_last", top("Content-Type: multipart/mixed; boundary=c; boundary=b\n", "--b\n", close)},
      {"two_boundary_fields", top("Content-Type: multipart/mixed; boundary=c\nContent-Type: "
                                  "multipart/mixed; boundary=b\n",
                                  "--b\n", close)},
      {"boundary_in_pieces",
       top("Content-Type: multipart/mixed; boundary*0=b; boundary*1=1\n", "--b1\n", "--b1--\n")},
      {"boundary_percent",
       top("Content-Type: multipart/mixed; boundary*=utf-8''%62%31\n", "--b1\n", "--b1--\n")},
      {"boundary_plain_and_pieces",
       top("Content-Type: multipart/mixed; boundary=c; boundary*0=b\n", "--b\n", close)},
      {"boundary_quoted_specials",
       top("Content-Type: multipart/mixed; boundary=\"b;\\\"(x)\"\n", "--b;\"(x)\n", "--b;\"(x)--\n")},
      {"boundary_missing", top("Content-Type: multipart/mixed\n", "--b\n", close)},
      {"boundary_empty", top("Content-Type: multipart/mixed; boundary=\"\"\n", "--\n", "----\n")},
      {"boundary_long", top("Content-Type: multipart/mixed; boundary=" + std::string(200, 'b') + "\n",
                            "--" + std::string(200, 'b') + "\n", "")},
      {"boundary_too_long", top("Content-Type: multipart/mixed; boundary=" + std::string(900, 'b') + "\n",
                                "--" + std::string(900, 'b') + "\n", "")},
      {"boundary_blanks", in_parts("--b \t \n", close)},
      {"boundary_prefix", [=](const Entity &e) { return Mixed(kClean + "--b2\n" + e.Text() + "--b--\n"); }},
      {"boundary_wrong",
       [=](const Entity &e) { return Mixed(kClean + "--other\n" + e.Text() + "--other--\n--b--\n"); }},
      {"boundary_same_inside",
       [=](const Entity &e) {
         return Mixed("--b\nContent-Type: multipart/alternative; boundary=b\n\n--b\n" + e.Text() +
                      "--b--\n--b--\n");
       }},
      {"boundary_midline", in_parts("text --b\nclean\n--b\n", close)},
      {"not_closed", in_parts(kClean + "--b\n", "")},
      {"inner_not_closed",
       [=](const Entity &e) {
         return Mixed(
             "--b\nContent-Type: multipart/alternative; "
             "boundary=i\n\n--i\n\nclean\n--b\n" +
             e.Text() + "--b--\n");
       }},
      {"after_close", in_parts(kClean + "--b--\n--b\n", close)},
      {"close_first", in_parts("--b--\n--b\n", close)},
      {"preamble", [=](const Entity &e) { return Mixed(e.Text() + kClean + "--b--\n"); }},
      {"epilogue", [=](const Entity &e) { return Mixed(kClean + "--b--\n" + e.Text()); }},
      {"no_blank_line",
       [=](const Entity &e) { return Mixed("--b\n" + e.body + "\n\n" + e.Text() + "--b--\n"); }},
      {"stray_line_in_part_header", in_parts("--b\nstray line\n", close)},
      {"space_before_colon",
       [=](const Entity &e) {
         std::string fields = e.fields;
         for (std::size_t at = fields.find(':'); at != std::string::npos; at = fields.find(':', at + 3))
           fields.insert(at, " ");
         return Mixed("--b\n" + fields + "\n" + e.body + "\n--b--\n");
       }},
      {"blank_first_header_line", in_parts("--b\n \n", close)},
      {"encoded_multipart",
       [=](const Entity &e) {
         return kTop +
                "Content-Type: multipart/mixed; "
                "boundary=b\nContent-Transfer-Encoding: base64\n\n" +
                Base64(kClean + "--b\n" + e.Text() + "--b--\n");
       }},
      {"digest",
       [=](const Entity &e) {
         return kTop +
                "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: "
                "x\n" +
                e.Text() + "--b--\n";
       }},
      {"related",
       [=](const Entity &e) {
         return kTop + "Content-Type: multipart/related; boundary=b\n\n" + kClean + "--b\n" + e.Text() +
                "--b--\n";
       }},
      {"unknown_multipart",
       [=](const Entity &e) {
         return kTop + "Content-Type: multipart/x-odd; boundary=b\n\n--b\n" + e.Text() + "--b--\n";
       }},
      {"folded_type", top("Content-Type:\n\tmultipart/mixed;\n\tboundary=b\n", "--b\n", close)},
      {"commented_type",
       top("Content-Type: (a) multipart / mixed (b); boundary=\"b\" (c)\n", "--b\n", close)},
      {"nested_21",
       [=](const Entity &e) {
         std::string text = kTop;
         for (int i = 0; i < 21; ++i)
           text += "Content-Type: multipart/mixed; boundary=n" + std::to_string(i) + "\n\n--n" +
                   std::to_string(i) + "\n";
         return text + e.Text();
       }},
      {"encrypted",
       [=](const Entity &e) {
         return kTop + "Content-Type: multipart/encrypted; boundary=b\n\n--b\n" + e.Text() + "--b--\n";
       }},
      {"partial",
       [=](const Entity &e) {
         return kTop + "Content-Type: message/partial; id=x; number=1\n\n" + Base64(e.Text());
       }},
      {"bare_lf_and_cr",
       [=](const Entity &e) {
         std::string text = Mixed(kClean + "--b\n" + e.Text() + "--b--\n"), out;
         for (const char c : text)
           out += c == '\n' ? std::string(out.size() % 3 == 0 ? "\n" : "\r\n") : std::string(1, c);
         return out;
       }},
  };
}

// What goes wrong inside a part: its encodings.
std::vector<Recipe> EncodingRecipes() {
  const auto part = [](std::function<Entity(const Entity &)> change) {
    return [=](const Entity &e) { return Mixed(kClean + "--b\n" + change(e).Text() + "--b--\n"); };
  };
  const auto b64 = [&](const char *field, std::function<std::string(std::string)> change) {
    return part([=](const Entity &e) { return Encoded(e, field, change(Base64(e.body))); });
  };
  const auto same = [](std::string text) { return text; };
  const auto every = [](std::size_t step, const std::string &put) {
    return [=](const std::string &text) {
      std::string out;
      for (std::size_t i = 0; i < text.size(); ++i) out += (i % step == step - 1 ? put : "") + text[i];
      return out;
    };
  };
  return {
      {"base64", b64("base64", same)},
      {"base64_quoted_name", b64("\"base64\"", same)},
      {"base64_commented", b64("(x) BASE64 (y)", same)},
      {"base64_folded", b64("\n base64", same)},
      {"base64_semicolon", b64("base64;", same)},
      {"base64_x", b64("x-base64", same)},
      {"base64_two_values", b64("7bit base64", same)},
      {"base64_list", b64("base64, quoted-printable", same)},
      {"base64_encoded_word", b64("=?us-ascii?Q?base64?=", same)},
      {"base64_two_fields",
       part([](const Entity &e) { return Encoded(Encoded(e, "7bit", ""), "base64", Base64(e.body)); })},
      {"base64_two_fields_other_order",
       part([](const Entity &e) { return Encoded(Encoded(e, "base64", ""), "7bit", Base64(e.body)); })},
      {"base64_junk", b64("base64", every(5, "."))},
      {"base64_bar", b64("base64", every(7, "|"))},
      {"base64_hash_colon", b64("base64", every(3, "#:"))},
      {"base64_pads_in_between", part([](const Entity &e) {
         return Encoded(e, "base64", Base64(e.body.substr(0, 4)) + "\n" + Base64(e.body.substr(4)));
       })},
      {"base64_stray_pads", b64("base64", every(9, "="))},
      {"base64_leading_pads", b64("base64", [](std::string text) { return "====" + text; })},
      {"base64_no_pad", b64("base64", [](std::string text) { return text.substr(0, text.find('=')); })},
      {"base64_odd_lines", b64("base64", every(3, "\n"))},
      {"base64_after_a_stray_line", part([](const Entity &e) {
         return Entity{e.fields + "Content-Transfer-Encoding: base64\nCon\n", Base64(e.body)};
       })},
      {"base64_after_a_from_line", part([](const Entity &e) {
         return Entity{e.fields + "Content-Transfer-Encoding: base64\nFrom x\n",
                       Base64("abc" + e.body).substr(1)};
       })},
      {"qp", part([](const Entity &e) { return Encoded(e, "quoted-printable", Hex(e.body, "=%02X")); })},
      {"qp_lower",
       part([](const Entity &e) { return Encoded(e, "quoted-printable", Hex(e.body, "=%02x")); })},
      {"qp_soft_breaks",
       part([](const Entity &e) { return Encoded(e, "quoted-printable", Hex(e.body, "%c=\n")); })},
      {"qp_soft_breaks_with_blanks",
       part([](const Entity &e) { return Encoded(e, "Quoted-Printable", Hex(e.body, "=%02X= \t\n")); })},
      {"uuencode", part([](const Entity &e) { return Encoded(e, "x-uuencode", Uu(e.body)); })},
      {"unknown_encoding", part([](const Entity &e) { return Encoded(e, "x-gzip64", Base64(e.body)); })},
      {"uuencode_said_of_plain_text",
       part([](const Entity &e) { return Encoded(e, "x-uuencode", "begin 644 a\n`\nend\n" + e.body); })},
      {"uu_in_text", [](const Entity &e) { return kTop + "\nclean\n\n" + Uu(e.body); }},
      {"encoded_inner_message",
       [](const Entity &e) {
         return kTop +
                "Content-Type: message/rfc822\nContent-Transfer-Encoding: "
                "base64\n\n" +
                Base64("Subject: x\n" + e.Text());
       }},
  };
}

bool Shows(const std::string &raw) {
  static const Vocabulary words({kMarker});
  const Message message = ReadMessage(raw);
  if (message.IsUnread()) return true;
  for (const Segment &segment : message.segments) {
    if (segment.text.folded().find(kMarker) != std::string::npos) return true;
    if (UnmaskedText(segment.text.folded(), words).text().find(kMarker) != std::string::npos) return true;
  }
  return false;
}

TEST(Evasion, NoBrokenStructureHidesWords) {
  for (const Recipe &recipe : StructureRecipes()) {
    for (const Place &place : Places(kMarker))
      EXPECT_TRUE(Shows(recipe.make(place.entity))) << recipe.name << " " << place.name;
  }
}

TEST(Evasion, NoBrokenEncodingHidesWords) {
  for (const Recipe &recipe : EncodingRecipes()) {
    for (const Place &place : Places(kMarker)) {
      // Some of these take only the body of the part, and these words stand in its header.
      const bool is_in_header = place.entity.body.find(kMarker) == std::string::npos;
      EXPECT_TRUE(Shows(recipe.make(place.entity)) || is_in_header) << recipe.name << " " << place.name;
    }
  }
}

TEST(Evasion, OrdinaryStructureIsReadWithoutDoubt) {
  for (const Place &place : Places(kMarker))
    EXPECT_FALSE(ReadMessage(Mixed(kClean + "--b\n" + place.entity.Text() + "--b--\n")).IsUnread())
        << place.name;
}

std::string Part(const std::string &fields, const std::string &body) {
  return kTop + fields + "\n" + body + "\n";
}

std::string Times(const std::string &text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

struct Trick {
  const char *name;
  std::string raw;
};

void PrintTo(const Trick &trick, std::ostream *out) { *out << trick.name; }

class TrickTest : public testing::TestWithParam<Trick> {};

TEST_P(TrickTest, HidesNoWords) { EXPECT_TRUE(Shows(GetParam().raw)); }

const std::string kHtml = "Content-Type: text/html; charset=utf-8\n";
const std::string kM = kMarker;

INSTANTIATE_TEST_SUITE_P(
    Charsets, TrickTest,
    testing::Values(
        Trick{"utf7", Part("Content-Type: text/plain; charset=utf-7\n", "+AGgAaQBkAGQAZQBu-marker")},
        Trick{"ascii_said_utf7", Part("Content-Type: text/plain; charset=utf-7\n", kM)},
        Trick{"ascii_said_utf16", Part("Content-Type: text/plain; charset=utf-16\n", kM)},
        Trick{"utf16_without_mark_le", Part("Content-Type: text/plain; charset=utf-16\n", Utf16(kM, true))},
        Trick{"utf16_without_mark_be", Part("Content-Type: text/plain; charset=utf-16\n", Utf16(kM, false))},
        Trick{"utf16_undeclared", Part("Content-Type: text/plain\n", Utf16(kM, true))},
        Trick{"utf16_mark_said_utf8",
              Part("Content-Type: text/plain; charset=utf-8\n", "\xff\xfe" + Utf16(kM, true))},
        Trick{"unknown_charset", Part("Content-Type: text/plain; charset=x-none\n", kM)},
        Trick{"ascii_said_iso_2022_jp",
              Part("Content-Type: text/plain; charset=iso-2022-jp\n", "\x1b(J" + kM)},
        Trick{"ascii_said_ebcdic", Part("Content-Type: text/plain; charset=ibm037\n", kM)},
        Trick{"overlong", Part("Content-Type: text/plain; charset=utf-8\n",
                               "h\xc1\xa9"
                               "ddenmarker")},
        Trick{"nul_between", Part("Content-Type: text/plain\n", std::string("hidden\0marker", 13))},
        Trick{"no_type", Part("", kM)}, Trick{"odd_type", Part("Content-Type: words\n", kM)},
        Trick{"garbled_type", Part("Content-Type: \xe7"
                                   "ext/plain\n",
                                   "caf\xe9 " + kM)},
        Trick{"odd_text_type", Part("Content-Type: text/x-odd\n", kM)},
        Trick{"enriched", Part("Content-Type: text/enriched\n", "hid<bold>den</bold>marker")},
        Trick{"xhtml", Part("Content-Type: application/xhtml+xml\n", "<p>hid<b>den</b>marker</p>")}),
    [](const auto &trick) { return trick.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Html, TrickTest,
    testing::Values(Trick{"after_the_end", Part(kHtml, "<html><body>x</body></html><p>" + kM)},
                    Trick{"stray_end_first", Part(kHtml, "</p></body></html>\n<p>" + kM)},
                    Trick{"tags", Part(kHtml, "<p>hid<b></b>den<i>mar</i>ker")},
                    Trick{"comments", Part(kHtml, "hid<!-- x -->denmar<!---->ker")},
                    Trick{"entities", Part(kHtml, "&#104;i&#x64;&#100en&ZeroWidthSpace;marker")},
                    Trick{"display_none", Part(kHtml, "<div style='display : none'>" + kM + "</div>")},
                    Trick{"zero_font", Part(kHtml, "<font style='font-size:0px'>" + kM + "</font>")},
                    Trick{"opacity", Part(kHtml, "<p style='opacity:0.0'>" + kM)},
                    Trick{"off_screen", Part(kHtml, "<p style='text-indent:-9999px'>" + kM)},
                    Trick{"hidden_attribute", Part(kHtml, "<p hidden>" + kM)},
                    Trick{"same_colour", Part(kHtml, "<p style='color:#fff;background:#fff'>" + kM)},
                    Trick{"template", Part(kHtml, "<template>" + kM + "</template>")},
                    Trick{"noscript", Part(kHtml, "<noscript>" + kM + "</noscript>")},
                    Trick{"title", Part(kHtml, "<head><title>" + kM + "</title></head><body>x")},
                    Trick{"textarea", Part(kHtml, "<textarea>" + kM + "</textarea>")},
                    Trick{"select", Part(kHtml, "<select><option>" + kM + "</select>")},
                    Trick{"object", Part(kHtml, "<object>" + kM + "</object>")},
                    Trick{"conditional_comment", Part(kHtml, "<!--[if mso]><p>" + kM + "</p><![endif]-->x")},
                    Trick{"downlevel_revealed", Part(kHtml, "<![if !mso]><p>" + kM + "</p><![endif]>x")},
                    Trick{"soft_hyphens", Part(kHtml, "hid&shy;den&shy;marker")},
                    Trick{"wbr", Part(kHtml, "hid<wbr>den<wbr>marker")},
                    Trick{"bdo", Part(kHtml, "<bdo dir=rtl>rekramneddih</bdo>")},
                    Trick{"unclosed_tag", Part(kHtml, "x <p title='x " + kM)},
                    Trick{"unclosed_comment", Part(kHtml, "<!-- " + kM)},
                    Trick{"script_not_closed", Part(kHtml, "<script>x</script >" + kM)},
                    Trick{"nul_in_tag", Part(kHtml, std::string("<sc\0ript>", 9) + kM)},
                    Trick{"many_divs", Part(kHtml, Times("<div>", 9000) + kM)}),
    [](const auto &trick) { return trick.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Text, TrickTest,
    testing::Values(
        Trick{"zero_width",
              Part("Content-Type: text/plain; charset=utf-8\n", "hid\u200bden\u2060mar\ufeffker")},
        Trick{"bidi_override", Part("Content-Type: text/plain; charset=utf-8\n", "\u202erekramneddih\u202c")},
        Trick{"full_width", Part("Content-Type: text/plain; charset=utf-8\n",
                                 "\uff48\uff49\uff44\uff44\uff45\uff4e\uff4d"
                                 "\uff41\uff52\uff4b\uff45\uff52")},
        Trick{"look_alikes",
              Part("Content-Type: text/plain; charset=utf-8\n", "h\u0456dd\u0435nm\u0430rk\u0435r")},
        Trick{"leet", Part("", "h1dd3nm4rk3r")}, Trick{"spaced", Part("", "h i d d e n m a r k e r")},
        Trick{"combining",
              Part("Content-Type: text/plain; charset=utf-8\n", "h\u0336i\u0336d\u0336d\u0336enmarker")},
        Trick{"tags_block",
              Part("Content-Type: text/plain; charset=utf-8\n", "hid\U000e0041den\ufe0fmarker")},
        Trick{"past_the_limit",
              Part("", std::string(5u << 20, 'x') + "\n" + kM + "\n" + std::string(5u << 20, 'x'))},
        Trick{"subject_words",
              "Subject: =?utf-8?B?aGlkZGVu?= "
              "=?utf-8?Q?mark?==?us-ascii?q?er?=\n\nx"},
        Trick{"subject_split_character", "Subject: =?utf-8?Q?hidden=D0?= =?utf-8?Q?=BCarker?=\n\nx"},
        Trick{"subject_twice", "Subject: clean\nSubject: " + kM + "\n\nx"},
        Trick{"subject_many_words", "Subject: " + Times("=?utf-8?Q?a?= ", 600) + kM + "\n\nx"},
        Trick{"two_from", "From: a@b.example\nFrom: c@d.example\nSubject: x\n\nx"},
        Trick{"stray_line_before_header",
              "From: a@b.example\nstray\nContent-Type: "
              "text/plain\nContent-Transfer-Encoding: base64\n\n" +
                  Base64(kM)},
        Trick{"inner_subject_words", Part("Content-Type: message/rfc822\n",
                                          "Subject: =?utf-8?B?aGlkZGVu?=\n =?utf-8?Q?marker?=\n\nx")},
        Trick{"inner_subject_after_much",
              Part("Content-Type: message/rfc822\n",
                   Times("X-Filler: " + std::string(990, 'x') + "\n", 20) + "Subject: " + kM + "\n\nx")},
        Trick{"part_behind_the_closing_boundary",
              Mixed("--b\n--b--\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n" +
                    Base64(kM + kM).insert(20, "\xff"))},
        Trick{"blank_before_the_colon_of_the_type",
              kTop + "Content-Type : multipart/mixed; boundary=b\n\n--b\nContent-Type: text/pla\xefn name=" +
                  kM + "\n\nx\n--b--\n"},
        Trick{"control_before_a_parameter",
              Part("Content-Type: application/pdf;\x1fname=" + kM + ".pdf\n", "%PDF")},
        Trick{"boundary_in_a_part_header", Mixed("--b\nContent-Transfer-Encoding: base64\n--b--\n" +
                                                 Base64(kM + "xx").insert(9, "(") + "\n")},
        Trick{"bare_return_before_a_boundary",
              Mixed(kClean + "\r--b\nContent-Transfer-Encoding: base64\n\n" + Base64(kM) + "\n--b--\n")},
        Trick{"bare_return_in_a_part_header",
              Mixed("--b\nContent-Type: text\r/plain; x=" + kM + "\n\nx\n--b--\n")},
        Trick{"blank_before_the_colon_of_any_field",
              "From: a@b.example\nSubject : x\nX-Words: " + kM + "\n\nx"},
        Trick{"description_of_all", Part("Content-Description: " + kM + "\n", "x")},
        Trick{"description_of_parts",
              Mixed("--b\nContent-Type: multipart/mixed; boundary=c\nContent-Description: " + kM +
                    "\n\n--c\n\nx\n--c--\n--b--\n")},
        Trick{"base64_with_padding_and_a_dash",
              Part("Content-Transfer-Encoding: base64\n", "-" + Base64(kM + "xx").insert(9, "="))},
        Trick{"bare_return_in_the_header",
              kTop + "Date: 20\r26\nContent-Type: message/rfc822\n\nFrom the start " + kM + "\nFrom: b\n"},
        Trick{"type_that_begins_with_a_bar",
              Part("Content-Type:| text/plain; charset=utf-8\n", "Dear \xaf\x10 " + kM)},
        Trick{"file_name_of_a_multipart",
              Mixed("--b\nContent-Type: multipart/mixed; boundary=c; name=" + kM + ".txt\n\nx\n--b--\n")},
        Trick{"file_name_of_a_message",
              Mixed("--b\nContent-Type: message/rfc822\nContent-Disposition: attachment; filename=" + kM +
                    ".eml\n\nSubject: x\n\nx\n--b--\n")},
        Trick{"file_name_pieces", Part("Content-Type: application/pdf\nContent-Disposition: "
                                       "attachment; "
                                       "filename*1=marker.pdf; filename*0=hidden\n",
                                       "%PDF")},
        Trick{"file_name_twice", Part("Content-Type: application/pdf\nContent-Disposition: "
                                      "attachment; "
                                      "filename=a.pdf; filename=hiddenmarker.pdf\n",
                                      "%PDF")},
        Trick{"file_name_plain_and_pieces", Part("Content-Type: application/pdf\nContent-Disposition: "
                                                 "attachment; "
                                                 "filename=hiddenmarker.pdf; filename*=utf-8''a.pdf\n",
                                                 "%PDF")},
        Trick{"file_name_encoded_word", Part("Content-Type: application/pdf; "
                                             "name=\"=?utf-8?B?aGlkZGVubWFya2Vy?=.pdf\"\n",
                                             "%PDF")},
        Trick{"external_body", Part("Content-Type: message/external-body; access-type=url; "
                                    "url=\"http://x.example/\"\n",
                                    "x")}),
    [](const auto &trick) { return trick.param.name; });

}  // namespace
}  // namespace listwarden
