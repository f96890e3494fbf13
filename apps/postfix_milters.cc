// SPDX-License-Identifier: Apache-2.0
#include "apps/postfix_milters.h"

#include <algorithm>
#include <filesystem>

namespace listwarden {
namespace {

namespace fs = std::filesystem;

bool IsOurMilter(const MilterEntry& entry, const PostfixConfig& postfix, const PostfixService& service,
                 const std::string& socket) {
  const std::string place = MilterPlace(entry.address, postfix.Value("queue_directory"), service.is_chrooted);
  const auto colon = socket.find(':');
  const std::string kind = socket.substr(0, colon), rest = socket.substr(colon + 1);
  if (kind == "fd") return entry.address.find("listwarden") != std::string::npos;  // systemd knows the path
  if (kind == "unix" || kind == "local") return place == "unix:" + fs::path(rest).lexically_normal().string();
  const auto at = rest.find('@');
  const std::string host = at == std::string::npos ? "127.0.0.1" : rest.substr(at + 1);
  return place == "inet:" + rest.substr(0, at) + "@" + (IsLoopback(host) ? "127.0.0.1" : host);
}

}  // namespace

std::vector<MilterEntry> MilterEntries(std::string_view value) {
  std::vector<MilterEntry> entries;
  while (!value.empty()) {
    const auto start = value.find_first_not_of(" \t,");
    if (start == std::string_view::npos) break;
    value.remove_prefix(start);
    const bool is_braced = value.front() == '{';
    const auto end = std::min(value.find_first_of(is_braced ? "}" : " \t,"), value.size());
    MilterEntry entry;
    for (const std::string& word : PostfixWords(value.substr(is_braced, end - is_braced))) {
      const auto equals = word.find('=');
      if (entry.address.empty())
        entry.address = word;
      else if (equals != std::string::npos)
        entry.settings[word.substr(0, equals)] = word.substr(equals + 1);
    }
    entries.push_back(entry);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return entries;
}

std::string MilterPlace(const std::string& address, const std::string& queue_directory, bool is_chrooted) {
  const auto colon = address.find(':');
  if (colon == std::string::npos) return address;
  const std::string kind = address.substr(0, colon), rest = address.substr(colon + 1);
  if (kind == "unix" || kind == "local") {
    const fs::path path = rest;
    const fs::path whole =
        path.is_relative() || is_chrooted ? fs::path(queue_directory) / path.relative_path() : path;
    return "unix:" + whole.lexically_normal().string();
  }
  const auto port = rest.rfind(':');
  if (port == std::string::npos) return address;
  const std::string host = rest.substr(0, port);
  return "inet:" + rest.substr(port + 1) + "@" + (IsLoopback(host) ? "127.0.0.1" : host);
}

const MilterEntry* OurEntry(const std::vector<MilterEntry>& entries, const PostfixConfig& postfix,
                            const PostfixService& service, const std::string& socket) {
  for (const MilterEntry& entry : entries) {
    if (IsOurMilter(entry, postfix, service, socket)) return &entry;
  }
  return nullptr;
}

std::vector<MilterEntry> AskedMilters(const PostfixConfig& postfix, const PostfixService& service) {
  if (HasPostfixWord(postfix.Value(service, "receive_override_options"), "no_milters")) return {};
  return MilterEntries(postfix.Value(service, "smtpd_milters"));
}

}  // namespace listwarden
