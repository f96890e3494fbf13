// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <barrier>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <thread>

#include "base/error.h"
#include "hold/records.h"
#include "refused_calls.h"

namespace listwarden {
namespace {

class AuditKeyFile : public testing::Test {
 protected:
  AuditKeyFile() {
    char name[] = "/tmp/listwarden-key-XXXXXX";
    folder_ = mkdtemp(name);
    file_ = folder_ / "audit.key";
  }
  ~AuditKeyFile() override { std::filesystem::remove_all(folder_); }
  std::string Complaint() const {
    try {
      AuditKey{file_};
    } catch (const SettingsError& e) {
      return e.what();
    }
    return "";
  }

  std::string Refusal() const {
    try {
      AuditKey::Create(file_);
    } catch (const SettingsError& e) {
      return e.what();
    }
    return "";
  }

  std::filesystem::path folder_, file_;
};

TEST_F(AuditKeyFile, IsMadeOnceAndForItsOwnerAlone) {
  AuditKey::Create(file_);
  const std::string first = AuditKey(file_).public_key();
  AuditKey::Create(file_);
  EXPECT_EQ(AuditKey(file_).public_key(), first) << "what was signed can still be checked";
  EXPECT_EQ(std::filesystem::status(file_).permissions(), std::filesystem::perms{0600});
}

TEST_F(AuditKeyFile, OfManyWhoMakeItAtOnceAllHaveTheSame) {
  constexpr int kMakers = 8;
  std::barrier<> together(kMakers);
  std::vector<std::string> keys(kMakers);
  std::vector<std::thread> makers;
  for (std::size_t i = 0; i < kMakers; ++i) {
    makers.emplace_back([&, i] {
      together.arrive_and_wait();
      AuditKey::Create(file_);
      keys[i] = AuditKey(file_).public_key();
    });
  }
  for (std::thread& maker : makers) maker.join();
  EXPECT_THAT(keys, testing::Each(keys.front()));
  for (const auto& one : std::filesystem::directory_iterator(folder_)) EXPECT_EQ(one.path(), file_);
}

TEST_F(AuditKeyFile, ThatCannotBeMadeSaysWhy) {
  EXPECT_THROW(AuditKey::Create(folder_ / "gone" / "audit.key"), SettingsError);
  std::filesystem::create_directory(folder_ / "here");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder_ / "here");
  AuditKey::Create("audit.key");
  std::filesystem::current_path(before);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "here" / "audit.key"));
}

TEST_F(AuditKeyFile, IsNotLeftBehindByADiskThatFails) {
  for (const auto& [call, error] : {std::pair("fsync", EIO), std::pair("link", ENOSPC)}) {
    const RefusedCall refused(call, error);
    EXPECT_THAT(Refusal(), testing::HasSubstr(std::strerror(error))) << call;
    EXPECT_TRUE(std::filesystem::is_empty(folder_)) << call;
  }
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit none{0, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &none);
  const std::string refusal = Refusal();
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_THAT(refusal, testing::HasSubstr(std::strerror(EFBIG)));
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
  EXPECT_EQ(Refusal(), "");
}

TEST_F(AuditKeyFile, WhoseFolderCannotBeSyncedIsNotPromised) {
  const uid_t before = geteuid(), nobody = 65534;
  chmod(folder_.c_str(), 0300);
  if (before == 0) {
    ASSERT_EQ(chown(folder_.c_str(), nobody, nobody) + seteuid(nobody), 0) << "root may read it";
  }
  const std::string refusal = Refusal();
  ASSERT_EQ(seteuid(before), 0);
  chmod(folder_.c_str(), 0700);
  EXPECT_THAT(refusal, testing::HasSubstr(std::strerror(EACCES)));
}

TEST_F(AuditKeyFile, WithoutLibsodiumNothingIsSignedOrKept) {
  const RefusedCall refused("sodium_init");
  EXPECT_THROW(AuditKey::Create(file_), StoreError);
  EXPECT_FALSE(std::filesystem::exists(file_));
  EXPECT_THROW(AuditKey{file_}, StoreError);
}

TEST_F(AuditKeyFile, IsRefusedWhenItIsMissingShortOrOpenToOthers) {
  EXPECT_THAT(Complaint(), testing::HasSubstr("listwarden-desk makes it"));
  AuditKey::Create(file_);
  EXPECT_EQ(Complaint(), "");
  chmod(file_.c_str(), 0640);
  EXPECT_THAT(Complaint(), testing::HasSubstr("chmod go= "));
  chmod(file_.c_str(), 0600);
  std::ofstream(file_) << "short";
  EXPECT_THAT(Complaint(), testing::HasSubstr("damaged"));
}

TEST_F(AuditKeyFile, SignsWhatNoOtherTextOrKeyPassesFor) {
  AuditKey::Create(file_);
  const AuditKey key(file_);
  AuditKey::Create(folder_ / "other.key");
  const std::string signature = key.Sign("7:hash");
  EXPECT_TRUE(AuditKey::IsSigned("7:hash", signature, key.public_key()));
  EXPECT_FALSE(AuditKey::IsSigned("8:hash", signature, key.public_key()));
  EXPECT_FALSE(AuditKey::IsSigned("7:hash", signature, AuditKey(folder_ / "other.key").public_key()));
  EXPECT_FALSE(AuditKey::IsSigned("7:hash", "", key.public_key()));
  EXPECT_FALSE(AuditKey::IsSigned("7:hash", "no hex", key.public_key()));
  EXPECT_FALSE(AuditKey::IsSigned("7:hash", signature, "00"));
}

}  // namespace
}  // namespace listwarden
