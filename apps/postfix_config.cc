// SPDX-License-Identifier: Apache-2.0
#include "apps/postfix_config.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "apps/program_output.h"
#include "base/error.h"

namespace listwarden {
namespace {

std::string Trimmed(std::string_view text) {
  const auto start = text.find_first_not_of(" \t");
  if (start == std::string_view::npos) return "";
  return std::string(text.substr(start, text.find_last_not_of(" \t") - start + 1));
}

template <typename Take>
void ForEachLine(std::string_view text, Take take) {
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) take(line);
}

// "NAME = value" to its two sides.
bool Split(const std::string& line, std::string* name, std::string* value) {
  const auto equals = line.find('=');
  if (equals == std::string::npos) return false;
  *name = Trimmed(std::string_view(line).substr(0, equals));
  *value = Trimmed(std::string_view(line).substr(equals + 1));
  return true;
}

int PortOf(const std::string& word) {
  if (!word.empty() && word.find_first_not_of("0123456789") == std::string::npos)
    return std::atoi(word.c_str());
  const servent* known = getservbyname(word.c_str(), "tcp");
  return known == nullptr ? 0 : ntohs(static_cast<std::uint16_t>(known->s_port));
}

void ReadPlace(PostfixService* service) {
  const auto colon = service->name.rfind(':');
  service->port = PortOf(colon == std::string::npos ? service->name : service->name.substr(colon + 1));
  if (colon == std::string::npos) return;
  service->host = service->name.substr(0, colon);
  if (service->host.size() > 2 && service->host.front() == '[')
    service->host = service->host.substr(1, service->host.size() - 2);
}

// service type private unpriv chroot wakeup maxproc command …
bool ReadService(const std::string& line, bool is_chroot_usual, PostfixService* service) {
  std::istringstream words(line);
  std::string is_private, is_unprivileged, chroot, wakeup, most;
  if (!(words >> service->name >> service->type >> is_private >> is_unprivileged >> chroot >> wakeup >>
        most >> service->program))
    return false;
  service->is_chrooted = chroot == "y" || (chroot == "-" && is_chroot_usual);
  if (service->type == "inet") ReadPlace(service);
  return service->program == "smtpd";
}

std::string Printed(std::vector<std::string> words, const std::filesystem::path& folder) {
  if (!folder.empty()) words.insert(words.begin() + 1, {"-c", folder.string()});
  const auto output = OutputOf(words);
  if (!output || output->status != 0)
    throw SettingsError((folder.empty() ? "Postfix's configuration" : folder.string()) +
                        ": postconf cannot read it; run it by hand to see why: " + words.front() +
                        (folder.empty() ? "" : " -c " + folder.string()) + " -n");
  return output->text;
}

}  // namespace

PostfixConfig::PostfixConfig(std::string_view parameters, std::string_view services,
                             std::string_view overrides) {
  std::string name, value;
  ForEachLine(parameters, [&](const std::string& line) {
    if (Split(line, &name, &value)) parameters_[name] = value;
  });
  const bool is_chroot_usual = std::atof(Value("compatibility_level").c_str()) < 1;
  ForEachLine(services, [&](const std::string& line) {
    PostfixService service;
    if (ReadService(line, is_chroot_usual, &service)) smtpd_.push_back(service);
  });
  ForEachLine(overrides, [&](const std::string& line) {  // NAME/TYPE/PARAMETER = value
    if (!Split(line, &name, &value)) return;
    for (PostfixService& service : smtpd_) {
      const std::string prefix = service.name + "/" + service.type + "/";
      if (name.rfind(prefix, 0) == 0) service.overrides[name.substr(prefix.size())] = value;
    }
  });
}

PostfixConfig PostfixConfig::Read(const std::filesystem::path& folder) {
  return PostfixConfig(Printed({"postconf", "-x"}, folder), Printed({"postconf", "-M"}, folder),
                       Printed({"postconf", "-Px"}, folder));
}

std::string PostfixConfig::Value(const std::string& parameter) const {
  const auto found = parameters_.find(parameter);
  return found == parameters_.end() ? "" : found->second;
}

std::string PostfixConfig::Value(const PostfixService& service, const std::string& parameter) const {
  const auto found = service.overrides.find(parameter);
  return found == service.overrides.end() ? Value(parameter) : found->second;
}

bool PostfixConfig::IsLoopbackOnly(const PostfixService& service) const {
  if (!service.host.empty()) return IsLoopback(service.host);
  for (const std::string& one : PostfixWords(Value(service, "inet_interfaces"))) {
    if (one != "loopback-only" && !IsLoopback(one)) return false;
  }
  return true;
}

bool IsLoopback(std::string_view host) {
  return host.rfind("127.", 0) == 0 || host == "::1" || host == "[::1]" || host == "localhost";
}

std::vector<std::string> PostfixWords(std::string_view value) {
  std::vector<std::string> words;
  for (std::size_t at = 0; (at = value.find_first_not_of(" \t,", at)) != std::string_view::npos;) {
    const auto end = std::min(value.find_first_of(" \t,", at), value.size());
    words.emplace_back(value.substr(at, end - at));
    at = end;
  }
  return words;
}

bool HasPostfixWord(std::string_view value, std::string_view word) {
  const auto words = PostfixWords(value);
  return std::find(words.begin(), words.end(), word) != words.end();
}

int PostfixSeconds(const std::string& time) {
  const int number = std::atoi(time.c_str());
  switch (time.empty() ? 's' : time.back()) {
    case 'm':
      return number * 60;
    case 'h':
      return number * 3600;
    case 'd':
      return number * 86400;
    default:
      return number;
  }
}

}  // namespace listwarden
