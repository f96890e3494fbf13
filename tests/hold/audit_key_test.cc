// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>

#include "base/error.h"
#include "hold/records.h"

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

  std::filesystem::path folder_, file_;
};

TEST_F(AuditKeyFile, IsMadeOnceAndForItsOwnerAlone) {
  AuditKey::Create(file_);
  const std::string first = AuditKey(file_).public_key();
  AuditKey::Create(file_);
  EXPECT_EQ(AuditKey(file_).public_key(), first) << "what was signed can still be checked";
  EXPECT_EQ(std::filesystem::status(file_).permissions(), std::filesystem::perms{0600});
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
}

}  // namespace
}  // namespace listwarden
