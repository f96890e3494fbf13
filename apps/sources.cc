// SPDX-License-Identifier: Apache-2.0
#include "apps/sources.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace listwarden {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFromLine = "From ";

std::string ReadAll(std::istream& in) {
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// "From a@b Thu Jan …": a mailbox and a time follow; prose that begins with "From " has no such year.
bool IsFromLine(std::string_view line) {
  if (line.substr(0, kFromLine.size()) != kFromLine) return false;
  const auto colon = line.find(':');
  return colon != std::string_view::npos && colon > kFromLine.size() + 2 &&
         line.find_first_of("0123456789", kFromLine.size()) != std::string_view::npos;
}

// Every file below the paths, in order; "-" stays.
std::vector<std::string> Files(const std::vector<std::string>& paths, std::vector<std::string>* failed) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (path == "-" || !fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (fs::recursive_directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
      if (it->is_regular_file(error) && it->path().filename().string().front() != '.')
        found.push_back(it->path());
    }
    if (error) failed->push_back(path + ": " + error.message());
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

}  // namespace

std::vector<std::string> SplitMbox(std::string_view text) {
  std::vector<std::string> messages;
  if (!IsFromLine(text.substr(0, text.find('\n')))) return messages;
  bool after_blank = true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    std::string_view line = text.substr(at, end - at);
    if (after_blank && IsFromLine(line)) {
      messages.emplace_back();
    } else {
      const auto mark = line.find_first_not_of('>');
      const bool is_quoted_from =
          mark != std::string_view::npos && mark > 0 && line.substr(mark, kFromLine.size()) == kFromLine;
      messages.back().append(is_quoted_from ? line.substr(1) : line);
    }
    after_blank = line == "\n" || line == "\r\n";
    at = end;
  }
  return messages;
}

std::vector<std::string> ForEachMessage(
    const std::vector<std::string>& paths, const std::function<void(std::size_t)>& total,
    const std::function<void(const std::string&, std::string_view)>& take) {
  std::vector<std::string> failed;
  const std::vector<std::string> files = Files(paths, &failed);
  total(files.size());
  for (const std::string& file : files) {
    std::string text;
    if (file == "-") {
      text = ReadAll(std::cin);
    } else {
      std::ifstream in(file, std::ios::binary);
      if (!in) {
        failed.push_back(file + ": " + std::strerror(errno));
        continue;
      }
      text = ReadAll(in);
    }
    if (text.empty()) {
      failed.push_back(file + ": is empty; expected a message");
      continue;
    }
    const std::vector<std::string> messages = SplitMbox(text);
    if (messages.size() < 2) {
      take(file, text);
      continue;
    }
    for (std::size_t i = 0; i < messages.size(); ++i) take(file + "#" + std::to_string(i + 1), messages[i]);
  }
  return failed;
}

}  // namespace listwarden
