// Mail of every kind beside what we read in it (tests/corpus/KIND/NAME.eml, .expect), with LF and with CRLF.
// LISTWARDEN_ACCEPT=1 (./dev golden) writes what is read now, for review.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "message/message_builder.h"

namespace listwarden {
namespace {

std::string FileText(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string Shown(const Message& message) {
  static constexpr const char* kKinds[] = {"over limit", "ambiguous", "unreadable", "irregular"};
  std::string out;
  for (const Mailbox& mailbox : message.from)
    out += "from: " + mailbox.display_name + " <" + mailbox.address + ">\n";
  for (const Mailbox& mailbox : message.to)
    out += "to: " + mailbox.display_name + " <" + mailbox.address + ">\n";
  for (const Part& part : message.parts) {
    out += "part " + part.id + ": " + part.media_type;
    for (const std::string& name : part.file_names) out += " [" + name + "]";
    out += part.is_inline_text ? " shown\n" : "\n";
  }
  for (const Defect& defect : message.defects)
    out += std::string(kKinds[static_cast<int>(defect.kind)]) + ": " + defect.what + "\n";
  for (const Segment& segment : message.segments) {
    out += "\n== " + std::string(RegionName(segment.region));
    if (segment.region == Region::kLegalFooter) out += " (legal)";
    if (segment.region == Region::kListFooter) out += " (list)";
    out += ", part " + segment.part + "\n" + segment.text.original();
    if (out.back() != '\n') out += '\n';
  }
  return out;
}

std::string WithCrlf(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? "\r\n" : std::string(1, c);
  return out;
}

class GoldenTest : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(GoldenTest, IsReadAsReviewed) {
  std::filesystem::path expect = GetParam();
  expect.replace_extension(".expect");
  const std::string raw = FileText(GetParam());
  const std::string shown = Shown(ReadMessage(raw));
  if (std::getenv("LISTWARDEN_ACCEPT") != nullptr) std::ofstream(expect, std::ios::binary) << shown;
  EXPECT_EQ(shown, FileText(expect));
  EXPECT_EQ(Shown(ReadMessage(WithCrlf(raw))), shown) << "with CRLF";
}

std::vector<std::filesystem::path> Corpus() {
  std::vector<std::filesystem::path> files;
  for (const char* kind : {"rfc", "lists", "legacy", "malformed"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(SOURCE_DIR) / "tests/corpus" / kind)) {
      if (entry.path().extension() == ".eml") files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

INSTANTIATE_TEST_SUITE_P(Corpus, GoldenTest, testing::ValuesIn(Corpus()), [](const auto& file) {
  std::string name = file.param.parent_path().filename().string() + "_" + file.param.stem().string();
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
});

}  // namespace
}  // namespace listwarden
