// SPDX-License-Identifier: Apache-2.0
#include "apps/settings.h"

#include <unistd.h>

#include <boost/program_options.hpp>
#include <fstream>
#include <sstream>

#include "base/error.h"

namespace listwarden {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

template <typename T>
po::typed_value<T>* Default(T value) {
  return po::value<T>()->default_value(std::move(value));
}

po::options_description Options() {
  po::options_description options;
  auto add = options.add_options();
  add("policy", Default<std::string>("ipem"));
  add("store", Default<std::string>("/var/lib/listwarden/hold.db"));
  add("release-key", Default<std::string>("/var/lib/listwarden/release.key"));
  add("verbose", Default(false));
  add("milter.socket", Default<std::string>("unix:/var/spool/postfix/listwarden/milter.sock"));
  add("milter.socket-mode", Default<std::string>("0660"));
  add("milter.socket-group", Default<std::string>(""));
  add("milter.reinject-daemon", Default<std::string>("REINJECT"));
  add("milter.max-connections", Default(1000));
  add("milter.bytes-in-flight", Default<std::size_t>(512u << 20));
  add("milter.drain-seconds", Default(20));
  add("limits.message-bytes", Default<std::size_t>(Limits{}.message_bytes));
  add("limits.depth", Default<std::size_t>(Limits{}.depth));
  add("limits.parts", Default<std::size_t>(Limits{}.parts));
  add("limits.part-text-bytes", Default<std::size_t>(Limits{}.part_text_bytes));
  add("limits.text-bytes", Default<std::size_t>(Limits{}.text_bytes));
  add("notices.from", Default<std::string>("Listwarden <listwarden@localhost>"));
  add("notices.host-name", Default<std::string>("localhost"));
  add("notices.templates", Default<std::string>("notices"));
  add("notices.authserv-id", Default<std::string>(""));
  add("desk.listen", Default<std::string>(""));
  add("desk.socket-mode", Default<std::string>("0660"));
  add("desk.base-url", Default<std::string>("http://127.0.0.1:8025"));
  add("desk.pages", Default<std::string>("pages"));
  add("desk.undo-seconds", Default(30));
  add("desk.user-header", Default<std::string>(""));
  add("outbox.reinject-host", Default<std::string>("127.0.0.1"));
  add("outbox.reinject-port", Default(10025));
  add("outbox.letter-host", Default<std::string>("127.0.0.1"));
  add("outbox.letter-port", Default(10026));
  return options;
}

std::string Text(const boost::any& value) {
  if (const auto* text = boost::any_cast<std::string>(&value)) return *text;
  if (const auto* number = boost::any_cast<int>(&value)) return std::to_string(*number);
  if (const auto* size = boost::any_cast<std::size_t>(&value)) return std::to_string(*size);
  if (const auto* flag = boost::any_cast<bool>(&value)) return *flag ? "true" : "false";
  return "?";
}

// Program_options names the key but not the line: look for the key in the text.
int LineOf(const std::string& text, const std::string& key) {
  const auto dot = key.rfind('.');
  const std::string section = dot == std::string::npos ? "" : key.substr(0, dot);
  const std::string name = dot == std::string::npos ? key : key.substr(dot + 1);
  std::istringstream lines(text);
  std::string line, current;
  for (int number = 1; std::getline(lines, line); ++number) {
    const auto start = line.find_first_not_of(" \t");
    if (start == std::string::npos) continue;
    if (line[start] == '[') {
      current = line.substr(start + 1, line.find(']') - start - 1);
    } else if (current == section && line.compare(start, name.size(), name) == 0) {
      return number;
    }
  }
  return 1;
}

[[noreturn]] void Fail(const fs::path& file, int line, const std::string& what) {
  throw SettingsError(file.string() + ":" + std::to_string(line) + ": " + what);
}

po::variables_map Parse(const fs::path& file, const std::string& text) {
  po::variables_map values;
  try {
    std::istringstream in(text);
    po::store(po::parse_config_file(in, Options(), false), values);
    po::notify(values);
  } catch (const po::unknown_option& e) {
    Fail(file, LineOf(text, e.get_option_name()),
         "unknown key '" + e.get_option_name() + "'; `listwarden config show` lists the known ones");
  } catch (const po::multiple_occurrences& e) {
    Fail(file, LineOf(text, e.get_option_name()),
         "key '" + e.get_option_name() + "' is given twice; keep one");
  } catch (const po::error_with_option_name& e) {
    Fail(file, LineOf(text, e.get_option_name()), e.what());
  } catch (const po::error& e) {
    Fail(file, 1, std::string(e.what()) + "; expected lines of the form key = value below a [section]");
  }
  return values;
}

int SocketMode(const fs::path& file, const std::string& text, const char* key, const std::string& mode) {
  try {
    std::size_t used = 0;
    const int value = std::stoi(mode, &used, 8);
    if (used == mode.size() && value >= 0 && value <= 0777) return value;
  } catch (const std::logic_error&) {
  }
  Fail(file, LineOf(text, key), "'" + mode + "' is no file mode; expected octal digits such as 0660");
}

// Scheme and host only: every address in letters begins with it.
std::string BaseUrl(const fs::path& file, const std::string& text, const std::string& url) {
  const auto host = url.find("://");
  const bool is_http = url.rfind("https://", 0) == 0 || url.rfind("http://", 0) == 0;
  if (is_http && url.size() > host + 3 && url.find_first_of("/?# ", host + 3) == std::string::npos)
    return url;
  Fail(file, LineOf(text, "desk.base-url"),
       "'" + url + "' is no base address; expected https://HOST without a path");
}

// "milter.sock" beside the configuration, for a private instance; absolute paths and inet: stay.
std::string SocketFrom(const std::string& socket, const fs::path& folder) {
  constexpr std::string_view kUnix = "unix:";
  if (socket.rfind(kUnix, 0) != 0 || socket.size() <= kUnix.size()) return socket;
  return std::string(kUnix) + (folder / socket.substr(kUnix.size())).string();
}

}  // namespace

std::vector<std::string> SettingsKeys() {
  const po::options_description options = Options();
  std::vector<std::string> keys;
  for (const auto& option : options.options()) keys.push_back(option->long_name());
  return keys;
}

Settings ReadSettings(const fs::path& file) {
  std::ifstream in(file);
  if (!in) Fail(file, 0, "cannot be read; give the file with --config, or check its permissions");
  std::stringstream buffer;
  buffer << in.rdbuf();
  const std::string text = buffer.str();
  const po::variables_map values = Parse(file, text);
  const auto word = [&](const char* key) { return values[key].as<std::string>(); };
  const auto size = [&](const char* key) { return values[key].as<std::size_t>(); };

  Settings settings;
  settings.file = file;
  settings.folder = fs::absolute(file).parent_path();
  settings.policy = word("policy");
  settings.store = settings.folder / word("store");
  settings.release_key = settings.folder / word("release-key");
  settings.is_verbose = values["verbose"].as<bool>();
  settings.milter.socket = SocketFrom(word("milter.socket"), settings.folder);
  settings.milter.socket_mode = SocketMode(file, text, "milter.socket-mode", word("milter.socket-mode"));
  settings.milter.socket_group = word("milter.socket-group");
  settings.milter.reinject_daemon = word("milter.reinject-daemon");
  settings.milter.max_connections = values["milter.max-connections"].as<int>();
  settings.milter.bytes_in_flight = size("milter.bytes-in-flight");
  settings.drain = std::chrono::seconds(values["milter.drain-seconds"].as<int>());
  settings.milter.limits.message_bytes = size("limits.message-bytes");
  settings.milter.limits.depth = size("limits.depth");
  settings.milter.limits.parts = size("limits.parts");
  settings.milter.limits.part_text_bytes = size("limits.part-text-bytes");
  settings.milter.limits.text_bytes = size("limits.text-bytes");
  settings.notices.templates = settings.folder / word("notices.templates");
  settings.notices.from = word("notices.from");
  settings.notices.host_name = word("notices.host-name");
  settings.notices.authserv_id = word("notices.authserv-id");
  settings.desk.http.listen = SocketFrom(word("desk.listen"), settings.folder);
  settings.desk.http.socket_mode = SocketMode(file, text, "desk.socket-mode", word("desk.socket-mode"));
  settings.desk.site.base_url = BaseUrl(file, text, word("desk.base-url"));
  settings.desk.site.undo = std::chrono::seconds(values["desk.undo-seconds"].as<int>());
  settings.desk.site.user_header = word("desk.user-header");
  if (!settings.desk.http.listen.empty()) settings.notices.desk_url = settings.desk.site.base_url;
  settings.desk.pages = settings.folder / word("desk.pages");
  settings.outbox.reinject_host = word("outbox.reinject-host");
  settings.outbox.reinject_port = values["outbox.reinject-port"].as<int>();
  settings.outbox.letter_host = word("outbox.letter-host");
  settings.outbox.letter_port = values["outbox.letter-port"].as<int>();
  settings.outbox.helo_name = settings.notices.host_name;
  for (const auto& [key, value] : values) {
    settings.shown.push_back(
        {key, Text(value.value()),
         value.defaulted() ? "default" : file.string() + ":" + std::to_string(LineOf(text, key))});
  }
  return settings;
}

fs::path FindSettingsFile(const std::string& given) {
  if (!given.empty()) return given;
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  const fs::path tree = program.parent_path().parent_path().parent_path().parent_path();
  if (!tree.empty() && fs::exists(tree / "CMakeLists.txt", ignored) &&
      fs::exists(tree / "etc" / "listwarden.conf", ignored)) {
    return tree / "etc" / "listwarden.conf";
  }
  return "/etc/listwarden/listwarden.conf";
}

}  // namespace listwarden
