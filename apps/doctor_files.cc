// SPDX-License-Identifier: Apache-2.0
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "apps/doctor.h"
#include "base/error.h"
#include "hold/store_check.h"
#include "hold/store_place.h"
#include "moderation/audit_signer.h"

namespace listwarden {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOthersWrite = 02, kOthers = 07;

bool Look(const fs::path& path, struct stat* found) { return stat(path.c_str(), found) == 0; }

void CannotLook(const fs::path& path, int error, Examination* examination) {
  examination->Warn(path.string() + " cannot be looked at (" + std::strerror(error) + ")",
                    "run this as root");
}

void Configuration(const Settings& settings, Diagnoses* all) {
  Examination examination("files/configuration");
  const auto look = [&](const fs::path& path) {
    struct stat found {};
    if (lstat(path.c_str(), &found) != 0 || S_ISLNK(found.st_mode) || S_ISSOCK(found.st_mode)) return false;
    if ((found.st_mode & kOthersWrite) == 0) return false;
    examination.Unsafe("anybody on this machine may change " + path.string() + ", and so what is held",
                       "chmod o-w " + path.string());
    return true;
  };
  std::error_code error;
  bool is_open = look(settings.folder / "");
  for (auto it = fs::recursive_directory_iterator(settings.folder, error);
       !is_open && !error && it != fs::recursive_directory_iterator(); it.increment(error))
    is_open = look(it->path());
  if (error) CannotLook(settings.folder, error.value(), &examination);
  examination.MoveTo(all, settings.folder.string() + " cannot be changed by just anybody");
}

// A group may read a key only when it is the daemons' own, which has the folder of the store, and only where
// `for_group` lets it. False when there is no key.
bool Key(const fs::path& file, const struct stat& folder, mode_t for_group, const std::string& remedy,
         Examination* examination) {
  struct stat found {};
  if (!Look(file, &found)) {
    if (errno == ENOENT) return false;
    CannotLook(file, errno, examination);
    return true;
  }
  const mode_t allowed = 0700 | (found.st_gid == folder.st_gid ? for_group : 0);
  if ((found.st_mode & 0777 & ~allowed) != 0)
    examination->Unsafe(file.string() + " may be read by others, who could then sign in our name", remedy);
  if (found.st_uid != folder.st_uid)
    examination->Warn(
        file.string() + " belongs to another user than the folder of the store: the daemons cannot read it",
        "chown --reference=" + file.parent_path().string() + " " + file.string());
  return true;
}

void Keys(const Settings& settings, const struct stat& folder, Diagnoses* all) {
  Examination release("files/release-key"), audit("files/audit-key");
  const bool is_made = Key(settings.release_key, folder, 0040,
                           "stop the daemons, remove it, start them: they make a new one, which all machines "
                           "that share the store need",
                           &release);
  release.MoveTo(all, settings.release_key.string() +
                          (is_made ? " is closed to others" : " is made at the first start"));
  // Without this key no earlier signature can be verified: it must stay.
  if (!Key(settings.audit_key, folder, 0,
           "chmod go= " + settings.audit_key.string() +
               "; then compare the audit with the signed lines that are kept elsewhere",
           &audit))
    audit.Warn(
        settings.audit_key.string() + " is not there: nobody would see that the end of the audit was cut off",
        "if there was one, put it back; else listwarden-desk makes it when it starts");
  audit.MoveTo(all, settings.audit_key.string() + " is closed to others");
}

bool IsOnNetwork(const fs::path& folder) {
  constexpr unsigned kNetworks[] = {0x6969, 0xff534d42, 0xfe534d42,
                                    0x517b, 0x00c36400, 0x01021997};  // NFS, SMB…
  struct statfs found {};
  if (statfs(folder.c_str(), &found) != 0) return false;
  return std::any_of(std::begin(kNetworks), std::end(kNetworks),
                     [&](unsigned type) { return static_cast<unsigned>(found.f_type) == type; });
}

void State(const fs::path& store, Diagnoses* all) {
  Examination examination("files/store");
  const fs::path folder = store.parent_path();
  struct stat found {};
  if (!Look(folder, &found)) {
    if (errno != ENOENT)
      CannotLook(folder, errno, &examination);
    else
      examination.Unsafe(folder.string() + " is not there: nothing can be held, so mail to lists is put off",
                         "install -d -o listwarden -g listwarden -m 0750 " + folder.string());
    return examination.MoveTo(all, "");
  }
  const uid_t owner = found.st_uid;
  if ((found.st_mode & kOthersWrite) != 0)
    examination.Unsafe("anybody may change " + folder.string(), "chmod 0750 " + folder.string());
  for (const char* end : {"", "-wal", "-shm", ".lock", ".ballast"}) {
    const std::string file = store.string() + end;
    if (!Look(file, &found)) {
      if (errno == ENOENT) continue;
      CannotLook(file, errno, &examination);
      break;
    }
    if ((found.st_mode & kOthers) != 0)
      examination.Unsafe(file + " is open to everybody on this machine: held posts are confidential",
                         "chmod 0660 " + file);
    if (found.st_uid != owner)
      examination.Warn(
          file + " belongs to another user than its folder: the daemons may not be able to write it",
          "chown --reference=" + folder.string() + " " + file);
  }
  if (IsOnNetwork(folder))
    examination.Unsafe(folder.string() + " is on a network file system, where SQLite can be damaged",
                       "move the store to a local disk, or to PostgreSQL (listwarden store migrate)");
  examination.MoveTo(all, folder.string() + " is closed to others, and on a local disk");
}

bool May(const SystemUser& user, const struct stat& found, mode_t bit) {
  if (user.id == 0) return true;
  if (found.st_uid == user.id) return (found.st_mode & (bit << 6)) != 0;
  const bool is_member = std::find(user.groups.begin(), user.groups.end(), found.st_gid) != user.groups.end();
  return (found.st_mode & (is_member ? bit << 3 : bit)) != 0;
}

// What keeps the user from connecting; empty when nothing does.
fs::path Obstacle(const fs::path& socket, const SystemUser& user) {
  struct stat found {};
  fs::path so_far;
  for (const fs::path& step : socket) {
    so_far /= step;
    const bool is_end = so_far == socket;
    if (!Look(so_far, &found) || !May(user, found, is_end ? 02 : 01)) return so_far;
  }
  return {};
}

bool Listens(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return false;
  path.copy(address.sun_path, path.size());
  // Where a daemon hangs its queue is full, and connecting would wait for it.
  const int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const bool is_there = connect(file, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const bool is_refused_to_us = errno == EACCES;
  close(file);
  return is_there || is_refused_to_us;
}

void UnixSocket(const std::string& path, const SystemUser& postfix, Examination* examination) {
  struct stat found {};
  if (!Look(path, &found)) {
    if (errno != ENOENT) return CannotLook(path, errno, examination);
    return examination->Warn(path + " is not there: mail to lists is put off",
                             "systemctl start listwarden-milter");
  }
  if (!S_ISSOCK(found.st_mode))
    return examination->Unsafe(path + " is no socket", "remove it, and start listwarden-milter");
  if ((found.st_mode & kOthersWrite) != 0)
    examination->Unsafe("anybody on this machine may talk to " + path, "set [milter] socket-mode = 0660");
  if (!Listens(path))
    examination->Warn("nobody answers at " + path + ": mail to lists is put off",
                      "systemctl start listwarden-milter");
  if (postfix.name.empty()) return;
  if (const fs::path obstacle = Obstacle(path, postfix); !obstacle.empty())
    examination->Unsafe("Postfix (user " + postfix.name + ") is kept out by " + obstacle.string() +
                            ": mail to lists is put off",
                        "give it the group " + postfix.name + " ([milter] socket-group, folder mode 2750)");
}

}  // namespace

SystemUser SystemUser::Named(const std::string& name) {
  SystemUser user;
  const passwd* found = getpwnam(name.c_str());
  if (found == nullptr) return user;
  user.name = name;
  user.id = found->pw_uid;
  int count = 64;
  user.groups.resize(static_cast<std::size_t>(count));
  getgrouplist(name.c_str(), found->pw_gid, user.groups.data(), &count);
  user.groups.resize(static_cast<std::size_t>(std::clamp(count, 0, 64)));
  return user;
}

Diagnoses ExamineFiles(const Settings& settings) {
  Diagnoses all;
  Configuration(settings, &all);
  struct stat folder {};
  const bool is_there = Look(settings.audit_key.parent_path(), &folder);
  if (!IsOnServer(settings.store)) State(settings.store, &all);
  if (!is_there) return all;
  Keys(settings, folder, &all);
  return all;
}

Diagnoses ExamineSocket(const Settings& settings, const SystemUser& postfix) {
  Diagnoses all;
  Examination examination("milter/socket");
  const std::string& socket = settings.milter.socket;
  const auto colon = socket.find(':');
  const std::string kind = socket.substr(0, colon), rest = socket.substr(colon + 1);
  if (kind == "unix" || kind == "local") {
    UnixSocket(rest, postfix, &examination);
  } else if (kind != "fd") {
    const auto at = rest.find('@');
    const bool is_local = at != std::string::npos && IsLoopback(std::string_view(rest).substr(at + 1));
    const std::string remedy = "use a unix: socket below Postfix's queue directory (also faster)";
    if (is_local)
      examination.Warn("every program on this machine may talk to " + socket, remedy);
    else
      examination.Unsafe("every machine on the network may talk to " + socket, remedy);
  }
  examination.MoveTo(&all, socket + " is open to Postfix alone");
  return all;
}

// A cut-off end is seen only as far as it was signed.
void Audit(const AuditTail& tail, Diagnoses* all) {
  Examination examination("audit");
  if (tail.age >= kSigningOverdue)
    examination.Warn(
        std::to_string(tail.rows) + " rows since " + IsoTime(*tail.since) + " are not signed",
        "systemctl start listwarden-desk, which signs hourly; journalctl -u listwarden-desk | grep audit");
  examination.MoveTo(all,
                     tail.head ? "signed at " + IsoTime(tail.head->time) : "nothing is due to be signed");
}

Diagnoses ExamineStore(const Settings& settings) {
  Diagnoses all;
  Examination examination("store");
  const std::string name = IsOnServer(settings.store) ? "the database" : settings.store;
  if (!IsOnServer(settings.store) && access(settings.store.c_str(), R_OK) != 0 && errno != ENOENT) {
    CannotLook(settings.store, errno, &examination);
    examination.MoveTo(&all, "");
    return all;
  }
  try {
    const StoreCheck check = CheckStore(settings.store);
    if (!check.is_there) {
      examination.Warn(name + ": no store there yet", "it is made when listwarden-milter starts");
    } else {
      if (check.schema < check.newest_schema)
        examination.Warn(name + " has schema " + std::to_string(check.schema) + " of " +
                             std::to_string(check.newest_schema),
                         "the daemons bring it up at their next start; listwarden store backup FILE first");
      if (check.is_paused)
        examination.Warn(name + " was restored, and sends neither letters nor released mail",
                         "listwarden store resume");
      for (const std::string& fault : check.faults)
        examination.Unsafe(name + ": " + fault,
                           "stop the daemons, copy all its files away, restore a backup");
    }
    examination.MoveTo(&all, name + ": schema " + std::to_string(check.schema) + ", whole, " +
                                 std::to_string(check.texts) + " held texts as they came, write lock free");
    if (check.is_there) Audit(check.tail, &all);
  } catch (const StoreError& e) {
    examination.Unsafe(e.what(), "mend this first: nothing can be held, so mail to lists is put off");
    examination.MoveTo(&all, "");
  }
  return all;
}

}  // namespace listwarden
