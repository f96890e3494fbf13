// A disk whose writes and syncs fail where a test says so: stands between SQLite and its files.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace listwarden {

class FailingDisk {
 public:
  FailingDisk();  // under every database of this process that is opened while it lives
  ~FailingDisk();
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;

  enum class How { kFull, kBroken };  // no write is taken; no sync either
  void FailAt(int call, How how);     // that write or sync alone, counted from now
  void FailFrom(int call, How how);   // and all after it
  void FailDatabase();                // of the file that the log is copied to, all
  void Mend();
  bool has_failed() const;  // since the last word
};

}  // namespace listwarden
