// SPDX-License-Identifier: Apache-2.0
#include "apps/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace listwarden {
namespace {

std::size_t Width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string Cut(std::string_view text, std::size_t width) {
  std::string out;
  for (std::size_t i = 0, seen = 0; i < text.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
    if (starts && ++seen > width) return out + "…";
    out += text[i];
  }
  return out;
}

std::size_t TerminalWidth() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) return size.ws_col;
  return 0;
}

double Seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

bool IsTerminal(int fd) { return isatty(fd) == 1; }

std::string Paint(Colour colour, std::string_view text) {
  static const bool is_coloured = IsTerminal(STDOUT_FILENO) && std::getenv("NO_COLOR") == nullptr;
  if (!is_coloured || colour == Colour::kPlain) return std::string(text);
  const char* code = colour == Colour::kRed      ? "31"
                     : colour == Colour::kYellow ? "33"
                     : colour == Colour::kGreen  ? "32"
                     : colour == Colour::kDim    ? "2"
                                                 : "1";
  return "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m";
}

std::string Printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool is_c1 = c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (is_c1) {
      ++i;
      out += ' ';
    } else {
      out += (c < 0x20 || c == 0x7f) ? ' ' : text[i];
    }
  }
  return out;
}

std::string Table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    if (widths.size() < row.size()) widths.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  const std::size_t limit = TerminalWidth();
  std::string out;
  for (const auto& row : rows) {
    std::size_t used = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool is_last = i + 1 == row.size();
      if (is_last) {
        out += limit > used + 10 ? Cut(row[i], limit - used - 1) : row[i];
      } else {
        out += row[i] + std::string(widths[i] - Width(row[i]) + 2, ' ');
        used += widths[i] + 2;
      }
    }
    out += '\n';
  }
  return out;
}

std::string Wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out, line;
  const std::string margin(indent, ' ');
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view word = text.substr(at, end - at);
    if (!line.empty() && Width(line) + 1 + Width(word) > width - indent) {
      out += margin + line + '\n';
      line.clear();
    }
    if (!word.empty()) line += (line.empty() ? "" : " ") + std::string(word);
    at = end + 1;
  }
  if (!line.empty()) out += margin + line + '\n';
  return out;
}

Progress::Progress(std::size_t total) : total_(total), is_shown_(total > 50 && IsTerminal(STDERR_FILENO)) {}

Progress::~Progress() {
  if (is_shown_) std::fputs("\r\033[K", stderr);
}

void Progress::Reach(std::size_t done) {
  done_ = done;
  if (!is_shown_ || Seconds() < next_) return;
  next_ = Seconds() + 0.1;
  std::fprintf(stderr, "\r%zu of %zu  %zu %% ", done_, total_, done_ * 100 / total_);
}

}  // namespace listwarden
