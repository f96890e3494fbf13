// SPDX-License-Identifier: Apache-2.0
#include "policy/finding.h"

namespace listwarden {

std::string_view ConfidenceName(Confidence confidence) {
  switch (confidence) {
    case Confidence::kLow:
      return "low";
    case Confidence::kMedium:
      return "medium";
    case Confidence::kHigh:
      break;
  }
  return "high";
}

std::string_view ActionName(Action action) {
  switch (action) {
    case Action::kNone:
      return "none";
    case Action::kObserve:
      return "observe";
    case Action::kTag:
      return "tag";
    case Action::kHold:
      break;
  }
  return "hold";
}

std::string_view DispositionName(Disposition disposition) {
  switch (disposition) {
    case Disposition::kPass:
      return "pass";
    case Disposition::kTag:
      return "tag";
    case Disposition::kHold:
      break;
  }
  return "hold";
}

std::string MaskSecret(std::string_view words) {
  std::size_t letters = 0;
  const auto counts = [](char c) {
    return c != ' ' && c != '-' && c != '.' && (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  };
  for (const char c : words) letters += counts(c);
  const std::size_t head = letters >= 8 ? 3 : letters >= 4 ? 1 : 0, tail = letters >= 8 ? 2 : 0;
  std::string out;
  std::size_t seen = 0;
  bool is_shown = true;
  for (const char c : words) {
    if (counts(c)) {
      is_shown = seen < head || seen >= letters - tail;
      ++seen;
      if (is_shown)
        out += c;
      else
        out += "•";
    } else if (c == ' ' || c == '-' || c == '.' || is_shown) {
      out += c;
    }
  }
  return out;
}

}  // namespace listwarden
