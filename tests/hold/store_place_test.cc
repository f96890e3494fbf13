// SPDX-License-Identifier: Apache-2.0
#include "hold/store_place.h"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace listwarden {
namespace {

using testing::HasSubstr;

TEST(StorePlace, AFileAndAServerAreGood) {
  for (const char* place : {"/var/lib/listwarden/hold.db", "hold.db", "postgresql://db.example.org/hold",
                            "postgres://listwarden@db.example.org/hold?sslmode=verify-full"})
    EXPECT_EQ(PlaceComplaint(place), "") << place;
  EXPECT_FALSE(IsOnServer("/var/lib/postgres://hold.db"));
}

TEST(StorePlace, AnythingElseIsRefusedInWords) {
  EXPECT_THAT(PlaceComplaint("mysql://db.example.org/hold"), HasSubstr("neither a file nor postgresql://"));
  EXPECT_THAT(PlaceComplaint("postgresql://[::1/hold"),
              HasSubstr("expected postgresql://USER@HOST/DATABASE"));
}

TEST(StorePlace, APasswordThatEveryReaderOfTheSettingsReadsIsRefusedAndNotRepeated) {
  for (const char* place : {"postgresql://listwarden:sesame@db.example.org/hold",
                            "postgresql://db.example.org/hold?password=sesame",
                            "postgresql://db.example.org/hold?sslpassword=sesame"}) {
    EXPECT_THAT(PlaceComplaint(place), HasSubstr("holds a password")) << place;
    EXPECT_THAT(PlaceComplaint(place), testing::Not(HasSubstr("sesame")));
  }
}

TEST(StorePlace, AFileOfPasswordsIsThereAndClosed) {
  char name[] = "/tmp/listwarden-pgpass-XXXXXX";
  const std::filesystem::path folder = mkdtemp(name);
  const std::string file = folder / "pgpass", place = "postgresql://db.example.org/hold?passfile=" + file;
  EXPECT_THAT(PlaceComplaint(place), HasSubstr("is not there"));
  std::ofstream(file) << "db.example.org:5432:hold:listwarden:sesame\n";
  chmod(file.c_str(), 0640);
  EXPECT_THAT(PlaceComplaint(place), HasSubstr("chmod 0600"));
  chmod(file.c_str(), 0600);
  EXPECT_EQ(PlaceComplaint(place), "");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace listwarden
