// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace listwarden {
namespace {

spdlog::logger& Logger() {
  static const auto logger = [] {
    auto made =
        std::make_shared<spdlog::logger>("listwarden", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::info);
    return made;
  }();
  return *logger;
}

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

const char* LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

// Everything but plain printable ASCII is written as \xNN: no value can end a line or turn it around.
std::string Escaped(std::string_view value) {
  bool is_plain = !value.empty();
  for (const char c : value) {
    is_plain = is_plain && c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
  }
  if (is_plain) return std::string(value);
  std::string out = "\"";
  constexpr char kHex[] = "0123456789abcdef";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f) {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    } else if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

void SetLogLevel(LogLevel level) { Logger().set_level(SpdlogLevel(level)); }

std::string LogLine(LogLevel level, std::string_view event, LogFields fields) {
  std::string line = std::string("level=") + LevelName(level) + " event=" + Escaped(event);
  for (const auto& [key, value] : fields) line += ' ' + std::string(key) + '=' + Escaped(value);
  return line;
}

void Log(LogLevel level, std::string_view event, LogFields fields) noexcept {
  try {
    if (!Logger().should_log(SpdlogLevel(level))) return;
    Logger().log(SpdlogLevel(level), LogLine(level, event, fields));
    Logger().flush();
  } catch (...) {
  }
}

}  // namespace listwarden
