// One line an event, `key=value` as mail logs are read, to standard error (the journal) or syslog LOG_MAIL.
// Values are escaped, so that no input can forge a line; message text is never logged.
// Threads: any.
// Errors: logging never fails the caller; a line for which there is no memory is not written.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace listwarden {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

using LogFields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

void SetLogLevel(LogLevel level);
void Log(LogLevel level, std::string_view event, LogFields fields = {}) noexcept;

// The line Log() writes, without its end; controls, quotes and bidi characters are escaped.
std::string LogLine(LogLevel level, std::string_view event, LogFields fields);

}  // namespace listwarden
