// SPDX-License-Identifier: Apache-2.0
#include "apps/settings.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "apps/nearest.h"
#include "base/error.h"
#include "hold/store_place.h"

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
  add("limits.text-bytes", Default<std::size_t>(Limits{}.text_bytes));
  add("notices.from", Default<std::string>("Listwarden <listwarden@localhost>"));
  add("notices.host-name", Default<std::string>("localhost"));
  add("notices.templates", Default<std::string>("notices"));
  add("notices.authserv-id", Default<std::string>(""));
  add("notices.decide-address", Default<std::string>(""));
  add("desk.listen", Default<std::string>(""));
  add("desk.socket-mode", Default<std::string>("0660"));
  add("desk.base-url", Default<std::string>("http://127.0.0.1:8025"));
  add("desk.pages", Default<std::string>("pages"));
  add("desk.undo-seconds", Default(30));
  add("desk.user-header", Default<std::string>(""));
  add("desk.proxies", Default<std::string>(""));
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

// Program_options names the key but not the line: look for its n-th place in the text.
int LineOf(const std::string& text, const std::string& key, int place = 1) {
  const auto dot = key.rfind('.');
  const std::string section = dot == std::string::npos ? "" : key.substr(0, dot);
  const std::string name = dot == std::string::npos ? key : key.substr(dot + 1);
  std::istringstream lines(text);
  std::string line, current;
  for (int number = 1; std::getline(lines, line); ++number) {
    const auto start = line.find_first_not_of(" \t");
    if (start == std::string::npos) continue;
    const std::string word = line.substr(start, line.find_first_of(" \t=", start) - start);
    if (line[start] == '[') {
      current = line.substr(start + 1, line.find(']') - start - 1);
    } else if (current == section && word == name && --place == 0) {
      return number;
    }
  }
  return 1;
}

// All that is wrong with a file, told at once.
class Mistakes {
 public:
  Mistakes(const fs::path& file, const std::string& text) : file_(file), text_(text) {}

  void Add(int line, const std::string& what) {
    all_ += (all_.empty() ? "" : "\n") + file_.string() + ":" + std::to_string(line) + ": " + what;
  }
  void At(const std::string& key, const std::string& what, int place = 1) {
    Add(LineOf(text_, key, place), what);
  }
  void ThrowIfAny() const {
    if (!all_.empty()) throw SettingsError(all_);
  }

 private:
  const fs::path& file_;
  const std::string& text_;
  std::string all_;
};

struct Bounds {
  const char* key;
  long long least, most;
};
constexpr Bounds kBounds[] = {{"milter.max-connections", 1, 100000},
                              {"milter.bytes-in-flight", 1 << 20, 1LL << 40},
                              {"milter.drain-seconds", 0, 3600},
                              {"limits.message-bytes", 1024, 1LL << 31},
                              {"limits.depth", 1, 100},
                              {"limits.parts", 1, 100000},
                              {"limits.part-text-bytes", 1024, 1LL << 31},
                              {"limits.text-bytes", 1024, 1LL << 31},
                              {"desk.undo-seconds", 0, 3600},
                              {"outbox.reinject-port", 1, 65535},
                              {"outbox.letter-port", 1, 65535}};

// Scheme and host only: every address in letters begins with it.
bool IsBaseUrl(const std::string& url) {
  const auto host = url.find("://");
  const bool is_http = url.rfind("https://", 0) == 0 || url.rfind("http://", 0) == 0;
  return is_http && url.size() > host + 3 && url.find_first_of("/?# ", host + 3) == std::string::npos;
}

// With "+TOKEN" after it the local part must not pass 64 octets (RFC 5321 section 4.5.3.1).
bool IsDecideAddress(const std::string& address) {
  const auto at = address.find('@');
  return address.empty() ||
         (at != std::string::npos && at > 0 && at <= 23 && at + 1 < address.size() &&
          address.find_first_of("+<>\" @", 0) == at && address.find('@', at + 1) == std::string::npos);
}

std::vector<std::string> Words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

bool IsIpAddress(const std::string& text) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, text.c_str(), bytes) == 1 || inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

// What Program_options would take although it makes no sense; empty when it is good.
std::string Complaint(const std::string& key, const std::string& value) {
  for (const Bounds& bounds : kBounds) {
    if (key != bounds.key) continue;
    char* end = nullptr;
    errno = 0;
    const long long number = std::strtoll(value.c_str(), &end, 10);
    if (!value.empty() && *end == '\0' && errno == 0 && number >= bounds.least && number <= bounds.most)
      return "";
    return "'" + value + "' is out of range; expected a whole number from " + std::to_string(bounds.least) +
           " to " + std::to_string(bounds.most);
  }
  if ((key == "milter.socket-mode" || key == "desk.socket-mode") &&
      (value.empty() || value.size() > 4 || value.find_first_not_of("01234567") != std::string::npos))
    return "'" + value + "' is no file mode; expected octal digits such as 0660";
  if (key == "milter.socket" && value.rfind("unix:", 0) != 0 && value.rfind("local:", 0) != 0 &&
      value.rfind("inet", 0) != 0 && value.rfind("fd:", 0) != 0)
    return "'" + value + "' is no socket; expected unix:/path, inet:port@host or fd:3";
  if (key == "store") return PlaceComplaint(value);  // the value may hold a password: it is not repeated
  if (key == "desk.base-url" && !IsBaseUrl(value))
    return "'" + value + "' is no base address; expected https://HOST without a path";
  if (key == "notices.decide-address" && !IsDecideAddress(value))
    return "'" + value + "' cannot be answered to; expected a plain name@domain of at most 23 characters " +
           "before the @, such as decide@lists.example.org";
  if (key == "desk.proxies") {
    for (const std::string& one : Words(value)) {
      if (!IsIpAddress(one)) return "'" + one + "' is no IP address; expected addresses with blanks between";
    }
  }
  if (key == "notices.from" && value.find('@') == std::string::npos)
    return "'" + value + "' is no mailbox; expected Name <address@domain>";
  return "";
}

void CheckOption(const po::option& option, int place, Mistakes* mistakes) {
  const std::string& key = option.string_key;
  if (option.unregistered) {
    const std::string near = Nearest(key, SettingsKeys());
    mistakes->At(key,
                 "unknown key '" + key + "'" + (near.empty() ? "" : "; did you mean '" + near + "'?") +
                     "; `listwarden config show` lists the known ones",
                 place);
    return;
  }
  if (place > 1) {
    mistakes->At(key, "key '" + key + "' is given twice; keep one", place);
    return;
  }
  const std::string value = option.value.empty() ? "" : option.value.front();
  if (const std::string what = Complaint(key, value); !what.empty()) {
    mistakes->At(key, key + ": " + what);
    return;
  }
  try {
    const po::options_description options = Options();
    po::parsed_options alone(&options);
    alone.options.push_back(option);
    po::variables_map values;
    po::store(alone, values);
  } catch (const po::validation_error& e) {
    // Boost 1.74's what() puts the value into its sentence until no "%value%" is left, which may be never.
    const bool is_flag = e.kind() == po::validation_error::invalid_bool_value;
    mistakes->At(key, key + ": '" + value + "' cannot be read; expected " +
                          (is_flag ? "true or false" : "a whole number"));
  }
}

// Lines that are neither a section, a comment nor key = value.
void CheckLines(const std::string& text, Mistakes* mistakes) {
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    line.resize(std::min(line.find('#'), line.size()));
    const auto start = line.find_first_not_of(" \t\r"), end = line.find_last_not_of(" \t\r");
    if (start == std::string::npos) continue;
    const bool is_section = line[start] == '[' && line[end] == ']';
    if (!is_section && line.find('=') == std::string::npos)
      mistakes->Add(number, "'" + line.substr(start, end + 1 - start) +
                                "' is no setting; expected key = value below a [section]");
  }
}

po::variables_map Parse(const fs::path& file, const std::string& text) {
  Mistakes mistakes(file, text);
  CheckLines(text, &mistakes);
  mistakes.ThrowIfAny();
  const po::options_description options = Options();
  std::istringstream in(text);
  const po::parsed_options parsed = po::parse_config_file(in, options, true);
  std::map<std::string, int> places;
  for (const po::option& option : parsed.options) CheckOption(option, ++places[option.string_key], &mistakes);
  mistakes.ThrowIfAny();
  po::variables_map values;
  po::store(parsed, values);
  po::notify(values);
  return values;
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
  if (!in)
    throw SettingsError(file.string() +
                        ":0: cannot be read; give the file with --config, or check its permissions");
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
  settings.release_key = settings.folder / word("release-key");
  settings.store = word("store");
  if (!IsOnServer(settings.store)) settings.store = settings.folder / settings.store;
  settings.audit_key =
      fs::path(IsOnServer(settings.store) ? settings.release_key.string() : settings.store).parent_path() /
      "audit.key";
  settings.is_verbose = values["verbose"].as<bool>();
  settings.milter.socket = SocketFrom(word("milter.socket"), settings.folder);
  settings.milter.socket_mode = std::stoi(word("milter.socket-mode"), nullptr, 8);
  settings.milter.socket_group = word("milter.socket-group");
  settings.milter.reinject_daemon = word("milter.reinject-daemon");
  settings.milter.max_connections = values["milter.max-connections"].as<int>();
  settings.milter.bytes_in_flight = size("milter.bytes-in-flight");
  settings.drain = std::chrono::seconds(values["milter.drain-seconds"].as<int>());
  settings.milter.limits.message_bytes = size("limits.message-bytes");
  settings.milter.limits.depth = size("limits.depth");
  settings.milter.limits.parts = size("limits.parts");
  settings.milter.limits.text_bytes = size("limits.text-bytes");
  settings.notices.templates = settings.folder / word("notices.templates");
  settings.notices.from = word("notices.from");
  settings.notices.host_name = word("notices.host-name");
  settings.notices.authserv_id = word("notices.authserv-id");
  settings.notices.decide_address = word("notices.decide-address");
  settings.desk.http.listen = SocketFrom(word("desk.listen"), settings.folder);
  settings.desk.http.socket_mode = std::stoi(word("desk.socket-mode"), nullptr, 8);
  settings.desk.site.base_url = word("desk.base-url");
  settings.desk.site.undo = std::chrono::seconds(values["desk.undo-seconds"].as<int>());
  settings.desk.site.user_header = word("desk.user-header");
  settings.desk.site.proxies = Words(word("desk.proxies"));
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
