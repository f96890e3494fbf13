// What `listwarden doctor` looks at: whatever around us can lose mail, let it pass unjudged, or open what is
// confidential. It tells what it found and how to mend it, and changes nothing; secrets are never shown.
// Threads: any.
// Errors: none; what cannot be looked at is a warning.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/postfix_config.h"
#include "apps/settings.h"

namespace listwarden {

enum class Grade { kOk, kWarning, kUnsafe };

struct Diagnosis {
  Grade grade = Grade::kOk;
  std::string subject;  // "postfix/smuggling"
  std::string reason;
  std::string remedy;  // empty when there is nothing to mend
};
using Diagnoses = std::vector<Diagnosis>;

// Collects what is wrong with one subject; when nothing is, says so.
class Examination {
 public:
  explicit Examination(std::string subject) : subject_(std::move(subject)) {}
  void Warn(std::string reason, std::string remedy) { Add(Grade::kWarning, reason, remedy); }
  void Unsafe(std::string reason, std::string remedy) { Add(Grade::kUnsafe, reason, remedy); }
  void MoveTo(Diagnoses* all, const std::string& if_good);

 private:
  void Add(Grade grade, std::string& reason, std::string& remedy);
  std::string subject_;
  Diagnoses found_;
};

Diagnoses ExaminePostfix(const PostfixConfig& postfix, const Settings& settings);
// The listeners that take released mail and letters.
Diagnoses ExamineListeners(const PostfixConfig& postfix, const Settings& settings);
// The one of them at `host` and `port`, or nullptr.
const PostfixService* ListenerAt(const PostfixConfig& postfix, const std::string& host, int port);

// Who must reach the socket: Postfix's mail_owner.
struct SystemUser {
  std::string name;
  uid_t id = 0;
  std::vector<gid_t> groups;
  static SystemUser Named(const std::string& name);  // an empty name when there is no such user
};
Diagnoses ExamineFiles(const Settings& settings);
Diagnoses ExamineSocket(const Settings& settings, const SystemUser& postfix);
Diagnoses ExamineStore(const Settings& settings);

Diagnosis OfSpace(const std::filesystem::path& folder, std::uint64_t free, std::uint64_t size);
Diagnosis OfClock(bool is_synchronised);
// Debian's package and its version; an empty version: not installed.
Diagnosis OfPackage(const std::string& package, const std::string& version);
// `shown`: what `systemctl show` prints of it.
Diagnosis OfUnit(const std::string& unit, const std::string& shown);
// Policy, letters, pages; disk, clock, packages, units.
Diagnoses ExaminePolicy(const Settings& settings);
Diagnoses ExamineHost(const Settings& settings);

}  // namespace listwarden
