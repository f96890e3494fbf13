// Mail that is made to take much time or memory, for the reader's test and, by write_bombs, for the daemon's.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace listwarden {

inline std::string Repeated(const std::string& text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

struct Bomb {
  const char* name;
  std::function<std::string()> make;
};

inline std::vector<Bomb> Bombs() {
  const std::string multipart = "Content-Type: multipart/mixed; boundary=b\n\n";
  return {
      {"nested_messages", [] { return Repeated("Content-Type: message/rfc822\n\n", 340000); }},
      {"nested_multiparts",
       [] {
         std::string text;
         for (int i = 0; i < 150000; ++i)
           text += "Content-Type: multipart/mixed; boundary=\"b" + std::to_string(i) + "\"\n\n--b" +
                   std::to_string(i) + "\n";
         return text;
       }},
      {"many_parts", [=] { return multipart + Repeated("--b\n\nx\n", 100000); }},
      {"empty_parts", [=] { return multipart + Repeated("--b\n", 1000000); }},
      {"many_fields", [] { return Repeated("X-A: b\n", 100000) + "\nx"; }},
      {"long_field", [] { return "Subject: " + std::string(10000000, 'a') + "\n\nx"; }},
      {"descriptions",
       [=] {
         return multipart + Repeated("--b\nContent-Description: " + Repeated("word ", 3000) + "\n\nx\n", 900);
       }},
      {"inner_fields",
       [] { return "Content-Type: message/rfc822\n\n" + Repeated("Subject: some words\n", 1000000); }},
      {"base64_out_of_step",
       [] { return "Content-Transfer-Encoding: base64\n\n" + Repeated("QUJDR\n", 3000000); }},
      {"long_part_field",
       [=] {
         return multipart + "--b\nContent-Type: text/plain; a=" + std::string(9000000, 'a') +
                "\n\nx\n--b--\n";
       }},
      {"parameters", [] { return "Content-Type: text/plain" + Repeated("; a=b", 400000) + "\n\nx"; }},
      {"parameter_pieces",
       [] {
         std::string text = "Content-Type: text/plain";
         for (int i = 0; i < 50000; ++i) text += "; name*" + std::to_string(i) + "=a";
         return text + "\n\nx";
       }},
      {"encoded_words", [] { return "Subject:" + Repeated(" =?utf-8?Q?a?=", 200000) + "\n\nx"; }},
      {"addresses", [] { return "To: " + Repeated("a@b.c, ", 800000) + "\n\nx"; }},
      {"parentheses", [] { return "To: " + Repeated("(", 200000) + "\n\nx"; }},
      {"colons", [] { return "From: " + Repeated(":", 99999) + "\n\nx"; }},
      {"long_boundary",
       [] {
         return "Content-Type: multipart/mixed; boundary=" + std::string(1000000, 'b') + "\n\n--b\n\nx";
       }},
      {"dashes", [=] { return multipart + Repeated("--------\n", 120000); }},
      {"long_line", [] { return "Subject: x\n\n" + std::string(20000000, 'a'); }},
      {"nested_divs", [] { return "Content-Type: text/html\n\n" + Repeated("<div>", 8190) + "deep"; }},
      {"many_divs", [] { return "Content-Type: text/html\n\n" + Repeated("<div>", 500000) + "deep"; }},
      {"style_rules",
       [] { return "Content-Type: text/html\n\n<style>" + Repeated("a{b:c}", 1000000) + "</style>x"; }},
      {"quote_marks", [] { return "Subject: x\n\n" + Repeated("> ", 5000000); }},
      {"wrote_lines", [] { return "Subject: x\n\n" + Repeated("On 1 May A wrote:\n", 200000); }},
      {"from_lines", [] { return "Subject: x\n\n" + Repeated("From: a\nTo: b\n", 300000); }},
      {"masked_words", [] { return "Subject: x\n\n" + Repeated("s**t f**k 1d10t i d i o t ", 800000); }},
      {"invisible",
       [] { return "Content-Type: text/plain; charset=utf-8\n\n" + Repeated("a\u200b\u0301", 2000000); }},
      {"unclosed_tags", [] { return "Content-Type: text/html\n\n" + Repeated("<", 5000000); }},
      {"entities", [] { return "Content-Type: text/html\n\n" + Repeated("&", 5000000); }},
      {"comments", [] { return "Content-Type: text/html\n\n" + Repeated("<!--", 2000000); }},
      {"uu_files", [] { return "Subject: x\n\n" + Repeated("begin 644 a\n", 500000); }},
      {"base64_junk", [] { return "Content-Transfer-Encoding: base64\n\n" + Repeated("QUJD.=", 3000000); }},
      {"overrides",
       [] { return "Content-Type: text/plain; charset=utf-8\n\n" + Repeated("\u202e", 3000000); }},
      {"closings", [] { return "Subject: x\n\n" + Repeated("Regards\n", 1000000); }},
      {"blank_lines", [] { return "Subject: x\n\n" + Repeated("\n", 5000000); }}};
}

}  // namespace listwarden
