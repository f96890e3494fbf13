// What people see on a terminal: colour only there (and not with NO_COLOR), tables that fit, progress on one
// line. Text from mail is shown with its control characters taken out.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

enum class Colour { kPlain, kRed, kYellow, kGreen, kDim, kBold };

bool IsTerminal(int fd);
// The text in that colour when standard output is a terminal.
std::string Paint(Colour colour, std::string_view text);
// Without control characters; invalid UTF-8 is left to the terminal.
std::string Printable(std::string_view text);
// Columns padded to their widest cell, the last one cut to the terminal's width.
std::string Table(const std::vector<std::vector<std::string>>& rows);
// Text wrapped at `width` with `indent` blanks in front of each line.
std::string Wrapped(std::string_view text, std::size_t indent, std::size_t width = 78);

// "1234 of 9000  13 %" on standard error, at most ten times a second, only on a terminal.
class Progress {
 public:
  explicit Progress(std::size_t total);
  ~Progress();
  void Step() { Reach(done_ + 1); }
  void Reach(std::size_t done);

 private:
  std::size_t total_, done_ = 0;
  double next_ = 0;
  bool is_shown_;
};

}  // namespace listwarden
