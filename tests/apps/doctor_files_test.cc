// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>

#include "apps/doctor.h"
#include "folder_test.h"
#include "hold/hold_store.h"
#include "hold/records.h"

namespace listwarden {
namespace {

namespace fs = std::filesystem;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::StartsWith;

class DoctorFiles : public FolderTest {
 protected:
  DoctorFiles() {
    for (const char* one : {"etc", "state", "run"}) {
      fs::create_directory(folder / one);
      chmod((folder / one).c_str(), 0750);
    }
    Write("etc/listwarden.conf", 0644);
    Write("state/release.key", 0600);
    Write("state/audit.key", 0600);
    settings.folder = folder / "etc";
    settings.store = folder / "state/hold.db";
    settings.release_key = folder / "state/release.key";
    settings.audit_key = folder / "state/audit.key";
    settings.milter.socket = "unix:" + (folder / "run/milter.sock").string();
  }
  ~DoctorFiles() override {
    if (socket_file >= 0) close(socket_file);
  }

  void Write(const char* name, mode_t mode) {
    std::ofstream(folder / name) << "made up\n";
    chmod((folder / name).c_str(), mode);
  }
  sockaddr_un Address() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (folder / "run/milter.sock").string().copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
  }
  void Listen(mode_t mode) {
    const sockaddr_un address = Address();
    socket_file = socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(bind(socket_file, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(socket_file, 5), 0);
    chmod(address.sun_path, mode);
  }
  // As many connections as the listener's queue takes while nobody accepts.
  void FillTheQueue() {
    const sockaddr_un address = Address();
    for (bool is_taken = true; is_taken;) {
      const int file = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
      is_taken = connect(file, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
      close(file);
    }
  }
  // What nobody can look at, not even root.
  void Loop(const char* name) {
    fs::remove(folder / name);
    fs::create_symlink(folder / name, folder / name);
  }
  static std::string Said(const Diagnoses& all) {
    std::string text;
    for (const Diagnosis& one : all) {
      if (one.grade == Grade::kOk) continue;
      text += (one.grade == Grade::kUnsafe ? "unsafe " : "warning ") + one.subject + " " + one.reason + "\n";
    }
    return text;
  }
  // A user who is neither the owner nor in the group of what is here, unless told.
  static SystemUser Stranger(std::vector<gid_t> groups = {}) {
    SystemUser user;
    user.name = "postfix";
    user.id = getuid() + 4711;
    user.groups = std::move(groups);
    return user;
  }

  Settings settings;
  int socket_file = -1;
};

TEST_F(DoctorFiles, NothingIsSaidOfClosedOnes) { EXPECT_EQ(Said(ExamineFiles(settings)), ""); }

TEST_F(DoctorFiles, AKeyThatOthersReadIsUnsafe) {
  chmod((folder / "state/release.key").c_str(), 0640);
  EXPECT_EQ(Said(ExamineFiles(settings)), "") << "the daemons' own group";
  chmod((folder / "state/release.key").c_str(), 0644);
  EXPECT_THAT(Said(ExamineFiles(settings)), HasSubstr("unsafe files/release-key"));
  chmod((folder / "state/audit.key").c_str(), 0640);
  EXPECT_THAT(Said(ExamineFiles(settings)), HasSubstr("unsafe files/audit-key"));
}

TEST_F(DoctorFiles, AMissingAuditKeyIsTold) {
  fs::remove(folder / "state/audit.key");
  EXPECT_THAT(Said(ExamineFiles(settings)), HasSubstr("warning files/audit-key"));
  fs::remove(folder / "state/release.key");
  EXPECT_THAT(Said(ExamineFiles(settings)), testing::Not(HasSubstr("files/release-key")));
}

TEST_F(DoctorFiles, TheAuditKeyIsNeverToBeRemoved) {
  chmod((folder / "state/audit.key").c_str(), 0640);
  for (const Diagnosis& one : ExamineFiles(settings)) {
    if (one.subject != "files/audit-key") continue;
    EXPECT_EQ(one.grade, Grade::kUnsafe);
    EXPECT_THAT(one.remedy, StartsWith("chmod go= "));
  }
}

TEST_F(DoctorFiles, WhatCannotBeLookedAtIsAWarning) {
  for (const char* name : {"state/release.key", "state/audit.key", "state/hold.db", "run/milter.sock"})
    Loop(name);
  const std::string files = Said(ExamineFiles(settings));
  for (const char* subject : {"release-key", "audit-key", "store"})
    EXPECT_THAT(files, ContainsRegex("warning files/" + std::string(subject) + " .*cannot be looked at"));
  EXPECT_THAT(Said(ExamineStore(settings)), ContainsRegex("warning store .*cannot be looked at"));
  EXPECT_THAT(Said(ExamineSocket(settings, {})),
              ContainsRegex("warning milter/socket .*cannot be looked at"));
}

TEST_F(DoctorFiles, RulesThatAnybodyMayChangeAreUnsafe) {
  fs::create_directories(folder / "etc/policies/one");
  Write("etc/policies/one/rule.toml", 0646);
  EXPECT_THAT(Said(ExamineFiles(settings)), HasSubstr("policies/one/rule.toml"));
}

TEST_F(DoctorFiles, AStoreOpenToOthersIsUnsafe) {
  Write("state/hold.db", 0664);
  EXPECT_THAT(Said(ExamineFiles(settings)), HasSubstr("unsafe files/store"));
  chmod((folder / "state/hold.db").c_str(), 0660);
  EXPECT_EQ(Said(ExamineFiles(settings)), "");
  chmod((folder / "state").c_str(), 0777);
  EXPECT_THAT(Said(ExamineFiles(settings)), HasSubstr("anybody may change"));
}

TEST_F(DoctorFiles, AMissingFolderIsUnsafe) {
  settings.store = folder / "nowhere/hold.db";
  EXPECT_THAT(Said(ExamineFiles(settings)), HasSubstr("nothing can be held"));
}

TEST_F(DoctorFiles, TheSocketIsForPostfixAlone) {
  Listen(0660);
  chmod(folder.c_str(), 0755);
  EXPECT_EQ(Said(ExamineSocket(settings, Stranger({getgid()}))), "");
  chmod((folder / "run/milter.sock").c_str(), 0666);
  EXPECT_THAT(Said(ExamineSocket(settings, Stranger({getgid()}))),
              HasSubstr("anybody on this machine may talk to"));
}

TEST_F(DoctorFiles, WhatKeepsPostfixFromTheSocketIsNamed) {
  Listen(0660);
  chmod(folder.c_str(), 0755);
  EXPECT_THAT(Said(ExamineSocket(settings, Stranger())),
              HasSubstr("kept out by " + (folder / "run").string() + ":"));
  chmod((folder / "run").c_str(), 0755);
  EXPECT_THAT(Said(ExamineSocket(settings, Stranger())),
              HasSubstr("kept out by " + (folder / "run/milter.sock").string()));
}

TEST_F(DoctorFiles, ASocketThatNobodyServesIsTold) {
  EXPECT_THAT(Said(ExamineSocket(settings, {})), HasSubstr("is not there: mail to lists is put off"));
  Listen(0660);
  close(socket_file);
  socket_file = -1;
  EXPECT_THAT(Said(ExamineSocket(settings, {})), HasSubstr("nobody answers at"));
}

TEST_F(DoctorFiles, ADaemonThatHangsIsNotWaitedFor) {
  Listen(0660);
  FillTheQueue();
  alarm(20);
  EXPECT_THAT(Said(ExamineSocket(settings, {})), HasSubstr("nobody answers at"));
  alarm(0);
}

TEST_F(DoctorFiles, TcpIsOpenToMoreThanPostfix) {
  settings.milter.socket = "inet:8893@127.0.0.1";
  EXPECT_THAT(Said(ExamineSocket(settings, {})), HasSubstr("warning milter/socket"));
  settings.milter.socket = "inet:8893";
  EXPECT_THAT(Said(ExamineSocket(settings, {})), HasSubstr("unsafe milter/socket"));
}

TEST_F(DoctorFiles, AnAuditThatNobodySignsIsTold) {
  class Past : public Clock {
   public:
    Time Now() const override { return SystemClock().Now() - std::chrono::hours(3); }
  };
  const Past past;
  const SystemClock now;
  const auto records = OpenRecords(settings.store, past);
  EXPECT_EQ(Said(ExamineStore(settings)), "");
  const auto note = [&](const Clock& clock) {
    OpenHoldStore(settings.store, clock)->SetTrust({"l", "bo@example.org", now.Now(), "ann", "known"});
  };
  note(past);
  EXPECT_THAT(Said(ExamineStore(settings)), HasSubstr("warning audit 1 rows since"));
  fs::remove(settings.audit_key);
  AuditKey::Create(settings.audit_key);
  records->SignHead(AuditKey(settings.audit_key));
  EXPECT_EQ(Said(ExamineStore(settings)), "");
  note(now);
  EXPECT_EQ(Said(ExamineStore(settings)), "") << "the desk has its hour";
}

TEST_F(DoctorFiles, TheStoreIsLookedAt) {
  EXPECT_THAT(Said(ExamineStore(settings)), HasSubstr("warning store"));
  const SystemClock clock;
  OpenHoldStore(settings.store, clock);
  EXPECT_EQ(Said(ExamineStore(settings)), "");
  std::ofstream(settings.store, std::ios::trunc) << "no database, but long enough to be looked at\n";
  fs::remove(settings.store + "-wal");
  fs::remove(settings.store + "-shm");
  EXPECT_THAT(Said(ExamineStore(settings)), HasSubstr("unsafe store"));
}

TEST_F(DoctorFiles, PolicyLettersAndPagesMustBeReadable) {
  settings.folder = fs::path(SOURCE_DIR) / "etc";
  settings.policy = "ipem";
  settings.notices.templates = settings.folder / "notices";
  settings.desk.pages = settings.folder / "pages";
  EXPECT_EQ(Said(ExaminePolicy(settings)), "");
  settings.notices.templates = folder / "nowhere";
  EXPECT_THAT(Said(ExaminePolicy(settings)), StartsWith("unsafe policy " + (folder / "nowhere").string()));
  settings.policy = "nowhere";
  settings.desk.pages = folder / "nowhere";
  settings.desk.site.base_url = "http://lists.example.org";
  const std::string said = Said(ExaminePolicy(settings));
  EXPECT_THAT(said, HasSubstr("unsafe policy"));
  EXPECT_THAT(said, HasSubstr("unsafe pages " + (folder / "nowhere").string()));
  EXPECT_THAT(said, HasSubstr("warning pages base-url http://lists.example.org is not https"));
}

TEST(DoctorHost, LittleSpaceIsTold) {
  const std::uint64_t gib = 1u << 30;
  EXPECT_EQ(OfSpace("/srv", 40 * gib, 100 * gib).grade, Grade::kOk);
  EXPECT_EQ(OfSpace("/srv", 4 * gib, 100 * gib).grade, Grade::kWarning);
  EXPECT_EQ(OfSpace("/srv", gib / 2, 2 * gib).grade, Grade::kWarning);
  EXPECT_EQ(OfSpace("/srv", gib / 64, 2 * gib).grade, Grade::kUnsafe);
}

TEST(DoctorHost, AClockThatNobodySetsIsTold) {
  EXPECT_EQ(OfClock(true).grade, Grade::kOk);
  EXPECT_EQ(OfClock(false).grade, Grade::kWarning);
}

TEST(DoctorHost, OnlyVersionsBeforeTheMendingAreUnsafe) {
  EXPECT_EQ(OfPackage("postfix", "3.7.6-0+deb12u2").grade, Grade::kUnsafe);
  EXPECT_EQ(OfPackage("postfix", "3.7.9-0+deb12u1").grade, Grade::kOk);
  EXPECT_EQ(OfPackage("libxml2", "2.9.14+dfsg-1.3~deb12u1").grade, Grade::kUnsafe);
  EXPECT_EQ(OfPackage("libxml2", "2.9.14+dfsg-1.3~deb12u6").grade, Grade::kOk);
  EXPECT_THAT(OfPackage("libsqlite3-0", "3.40.1-2+deb12u2").reason, HasSubstr("let no other program write"));
  EXPECT_EQ(OfPackage("libsqlite3-0", "3.51.3-1").reason, "3.51.3-1");
}

TEST(DoctorHost, UnitsAreUpAndStayUp) {
  const auto grade = [](const char* shown) { return OfUnit("listwarden-milter.service", shown).grade; };
  EXPECT_EQ(grade("LoadState=loaded\nActiveState=active\nUnitFileState=enabled\nNeedDaemonReload=no\n"),
            Grade::kOk);
  EXPECT_EQ(grade("LoadState=loaded\nActiveState=failed\nUnitFileState=enabled\nNeedDaemonReload=no\n"),
            Grade::kUnsafe);
  EXPECT_EQ(grade("LoadState=loaded\nActiveState=inactive\nUnitFileState=enabled\n"), Grade::kWarning);
  EXPECT_EQ(grade("LoadState=loaded\nActiveState=active\nUnitFileState=disabled\n"), Grade::kWarning);
  EXPECT_EQ(grade("LoadState=loaded\nActiveState=active\nUnitFileState=enabled\nNeedDaemonReload=yes\n"),
            Grade::kWarning);
  EXPECT_EQ(grade("LoadState=not-found\nActiveState=inactive\nUnitFileState=\n"), Grade::kWarning);
}

}  // namespace
}  // namespace listwarden
