// SPDX-License-Identifier: Apache-2.0
#include "failing_disk.h"

#include <sqlite3.h>

#include <atomic>
#include <limits>

namespace listwarden {
namespace {

constexpr int kNever = std::numeric_limits<int>::max();

std::atomic<int> calls{0}, first{kNever}, last{kNever}, failure{SQLITE_OK};
std::atomic<bool> is_database_broken{false};
const sqlite3_io_methods* real = nullptr;
sqlite3_vfs vfs;
sqlite3_vfs* below = nullptr;

enum class File { kDatabase, kLog };

template <File kFile>
bool Fails() {
  const int call = ++calls;
  return (call >= first && call <= last) || (kFile == File::kDatabase && is_database_broken);
}

template <File kFile>
int Write(sqlite3_file* file, const void* bytes, int length, sqlite3_int64 at) {
  return Fails<kFile>() ? failure.load() : real->xWrite(file, bytes, length, at);
}

template <File kFile>
int Sync(sqlite3_file* file, int flags) {
  if (failure == SQLITE_FULL) return real->xSync(file, flags);
  return Fails<kFile>() ? SQLITE_IOERR_FSYNC : real->xSync(file, flags);
}

// Databases and logs are files of one kind, with one table of methods.
template <File kFile>
const sqlite3_io_methods* Failing(const sqlite3_io_methods* methods) {
  static const sqlite3_io_methods failing = [&] {
    real = methods;
    sqlite3_io_methods changed = *methods;
    changed.xWrite = Write<kFile>;
    changed.xSync = Sync<kFile>;
    return changed;
  }();
  return &failing;
}

int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  const int result = below->xOpen(below, name, file, flags, flags_out);
  if (result != SQLITE_OK) return result;
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) file->pMethods = Failing<File::kDatabase>(file->pMethods);
  if ((flags & SQLITE_OPEN_WAL) != 0) file->pMethods = Failing<File::kLog>(file->pMethods);
  return result;
}

void Set(int from, int to, FailingDisk::How how) {
  first = kNever;
  is_database_broken = false;
  failure = how == FailingDisk::How::kFull ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  calls = 0;
  last = to;
  first = from;
}

}  // namespace

FailingDisk::FailingDisk() {
  Mend();
  below = sqlite3_vfs_find(nullptr);
  vfs = *below;
  vfs.zName = "failing-disk";
  vfs.xOpen = Open;
  sqlite3_vfs_register(&vfs, 1);
}

FailingDisk::~FailingDisk() { sqlite3_vfs_unregister(&vfs); }

void FailingDisk::FailAt(int call, How how) { Set(call, call, how); }
void FailingDisk::FailFrom(int call, How how) { Set(call, kNever, how); }
void FailingDisk::Mend() { Set(kNever, kNever, How::kBroken); }
bool FailingDisk::has_failed() const { return calls >= first; }

void FailingDisk::FailDatabase() {
  Mend();
  is_database_broken = true;
}

}  // namespace listwarden
