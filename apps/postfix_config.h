// Postfix's configuration as Postfix itself understands it (postconf(1)): parameters with their defaults,
// services of master.cf with their overrides.
// Threads: immutable.
// Errors: SettingsError when it cannot be read.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

struct PostfixService {
  std::string name, type, program;  // "127.0.0.1:10025", "inet", "smtpd"
  bool is_chrooted = false;
  std::string host;  // empty: where inet_interfaces says
  int port = 0;
  std::map<std::string, std::string> overrides;
};

class PostfixConfig {
 public:
  // What `postconf -x`, `postconf -M` and `postconf -Px` print.
  PostfixConfig(std::string_view parameters, std::string_view services, std::string_view overrides);
  // Runs postconf. An empty folder means Postfix's own.
  static PostfixConfig Read(const std::filesystem::path& folder);

  bool Knows(const std::string& parameter) const { return parameters_.count(parameter) > 0; }
  std::string Value(const std::string& parameter) const;  // empty when Postfix does not know it
  std::string Value(const PostfixService& service, const std::string& parameter) const;
  // What takes mail by SMTP.
  const std::vector<PostfixService>& smtpd() const { return smtpd_; }
  bool IsLoopbackOnly(const PostfixService& service) const;

 private:
  std::map<std::string, std::string> parameters_;
  std::vector<PostfixService> smtpd_;
};

bool IsLoopback(std::string_view host);
std::vector<std::string> PostfixWords(std::string_view value);  // between blanks and commas
bool HasPostfixWord(std::string_view value, std::string_view word);
int PostfixSeconds(const std::string& time);  // "30s", "5m"; plain numbers are seconds

}  // namespace listwarden
