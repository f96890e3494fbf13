// SPDX-License-Identifier: Apache-2.0
#include "apps/settings.h"

#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <sstream>

#include "apps/nearest.h"
#include "base/error.h"
#include "folder_test.h"

namespace listwarden {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class SettingsTest : public FolderTest {
 protected:
  Settings Read(const std::string& text) {
    std::ofstream(folder / "listwarden.conf") << text;
    return ReadSettings(folder / "listwarden.conf");
  }
  // What is said about the text, without the folder.
  std::string Complaint(const std::string& text) {
    try {
      Read(text);
    } catch (const SettingsError& e) {
      std::string what = e.what();
      const std::string prefix = (folder / "").string();
      for (std::size_t at; (at = what.find(prefix)) != std::string::npos;) what.erase(at, prefix.size());
      return what;
    }
    return "";
  }
};

TEST_F(SettingsTest, EmptyFileMeansTheDefaults) {
  const Settings settings = Read("");
  EXPECT_EQ(settings.store, "/var/lib/listwarden/hold.db");
  EXPECT_EQ(settings.milter.socket, "unix:/var/spool/postfix/listwarden/milter.sock");
  EXPECT_EQ(settings.milter.socket_mode, 0660);
  EXPECT_EQ(settings.notices.templates, folder / "notices");
}

TEST_F(SettingsTest, PathsAreRelativeToTheFile) {
  const Settings settings = Read("store = hold.db\n[milter]\nsocket = unix:milter.sock\n");
  EXPECT_EQ(settings.store, folder / "hold.db");
  EXPECT_EQ(settings.milter.socket, "unix:" + (folder / "milter.sock").string());
}

TEST_F(SettingsTest, AStoreOnAServerStaysAsItIsWritten) {
  const std::string place = "postgresql://listwarden@db1.example.org,db2.example.org:5433/listwarden";
  const Settings settings = Read("store = " + place + "\nrelease-key = release.key\n");
  EXPECT_EQ(settings.store, place);
  EXPECT_EQ(settings.audit_key, folder / "audit.key");
  EXPECT_THAT(Complaint("store = postgresql://u:secret@db.example.org/l\n"), Not(HasSubstr("secret")));
}

TEST_F(SettingsTest, AnAddressToDecideByMustHaveRoomForItsToken) {
  EXPECT_EQ(Read("[notices]\ndecide-address = decide@lists.example.org\n").notices.decide_address,
            "decide@lists.example.org");
  for (const char* bad : {"decide", "@lists.example.org", "decide+x@lists.example.org", "a@b@c",
                          "<decide@lists.example.org>", "a-local-part-that-is-too-long@lists.example.org"})
    EXPECT_NE(Complaint(std::string("[notices]\ndecide-address = ") + bad + "\n"), "") << bad;
}

// The shipped file documents each key, commented out with the value that the code would take.
TEST_F(SettingsTest, ShippedFileAndCodeAgree) {
  std::ifstream in(fs::path(SOURCE_DIR) / "etc/listwarden.conf");
  std::map<std::string, std::string> documented;
  std::string line, section;
  while (std::getline(in, line)) {
    if (!line.empty() && line[0] == '[') section = line.substr(1, line.find(']') - 1) + ".";
    const auto equals = line.find(" =");
    if (line.size() < 2 || line[0] != '#' || line[1] == ' ' || equals == std::string::npos) continue;
    documented[section + line.substr(1, equals - 1)] = line.substr(std::min(equals + 3, line.size()));
  }
  for (const Settings::Shown& one : Read("").shown) {
    ASSERT_EQ(documented.count(one.key), 1u) << one.key << " is not in etc/listwarden.conf";
    EXPECT_EQ(documented[one.key], one.value) << one.key;
  }
  EXPECT_EQ(documented.size(), SettingsKeys().size());
}

// listwarden.conf(5) has each key in its section, with its default.
TEST_F(SettingsTest, ManualAndCodeAgree) {
  std::ifstream in(fs::path(SOURCE_DIR) / "docs/man/listwarden.conf.5");
  std::map<std::string, std::string> documented;
  std::string line, section;
  while (std::getline(in, line) && line != ".SH LISTS") {
    for (std::size_t at; (at = line.find("\\-")) != std::string::npos;) line.erase(at, 1);
    if (line.rfind(".SS [", 0) == 0) section = line.substr(5, line.find(']') - 5) + ".";
    const auto value = line.find(" \" (");
    if (line.rfind(".BR ", 0) == 0 && value != std::string::npos)
      documented[section + line.substr(4, value - 4)] = line.substr(value + 4, line.size() - value - 6);
  }
  for (const Settings::Shown& one : Read("").shown) {
    ASSERT_EQ(documented.count(one.key), 1u) << one.key << " is not in listwarden.conf(5)";
    EXPECT_EQ(documented[one.key], one.value.empty() ? "empty" : one.value) << one.key;
  }
  EXPECT_EQ(documented.size(), SettingsKeys().size());
}

TEST_F(SettingsTest, EveryOriginIsShown) {
  for (const Settings::Shown& one : Read("\nverbose = true\n").shown) {
    if (one.key == "verbose") {
      EXPECT_THAT(one.origin, HasSubstr("listwarden.conf:2"));
    } else {
      EXPECT_EQ(one.origin, "default");
    }
  }
}

struct Mistake {
  const char *text, *said;
};

class MistakeTest : public SettingsTest, public testing::WithParamInterface<Mistake> {};

TEST_P(MistakeTest, IsNamedWithFileLineAndWhatWasExpected) {
  EXPECT_THAT(Complaint(GetParam().text), HasSubstr(GetParam().said));
}

INSTANTIATE_TEST_SUITE_P(
    All, MistakeTest,
    testing::Values(
        Mistake{"\nsotre = x\n", "listwarden.conf:2: unknown key 'sotre'; did you mean 'store'?"},
        Mistake{"[milter]\nsokcet = unix:/x\n",
                "listwarden.conf:2: unknown key 'milter.sokcet'; did you mean 'milter.socket'?"},
        Mistake{"store = postgresql://u:secret@db.example.org/l\n",
                "listwarden.conf:1: store: holds a password that whoever reads this file can read; put it"},
        Mistake{"store = postgresql://db.example.org/l?passfile=/nowhere/pgpass\n",
                "listwarden.conf:1: store: passfile /nowhere/pgpass is not there"},
        Mistake{"store = postgresql://db.example.org/l?passfile=/etc/passwd\n",
                "listwarden.conf:1: store: passfile /etc/passwd is open to others"},
        Mistake{"store = postgresql://db.example.org/l?hots=x\n",
                "listwarden.conf:1: store: invalid URI query parameter: \"hots\"; expected postgresql://"},
        Mistake{"store = mysql://db.example.org/l\n",
                "listwarden.conf:1: store: is neither a file nor postgresql://HOST/DATABASE"},
        Mistake{"store = a\n\nstore = b\n", "listwarden.conf:3: key 'store' is given twice"},
        Mistake{"verbose = perhaps\n",
                "listwarden.conf:1: verbose: 'perhaps' cannot be read; expected true or false"},
        Mistake{"verbose = %value%\n", "listwarden.conf:1: verbose: '%value%' cannot be read"},
        Mistake{"[milter]\nsocket-mode = 0999\n",
                "listwarden.conf:2: milter.socket-mode: '0999' is no file mode; expected octal"},
        Mistake{"[milter]\nsocket = /x\n",
                "listwarden.conf:2: milter.socket: '/x' is no socket; expected unix:/path"},
        Mistake{"[milter]\nmax-connections = 0\n", "'0' is out of range; expected a whole number from 1 to"},
        Mistake{"[milter]\nbytes-in-flight = -1\n", "'-1' is out of range"},
        Mistake{"[limits]\ndepth = twenty\n",
                "'twenty' is out of range; expected a whole number from 1 to 100"},
        Mistake{"[outbox]\nletter-port = 70000\n", "expected a whole number from 1 to 65535"},
        Mistake{"[notices]\nfrom = nobody\n", "'nobody' is no mailbox; expected Name <address@domain>"},
        Mistake{"\n\nhello\n", "listwarden.conf:3: 'hello' is no setting; expected key = value"},
        Mistake{"[notices # x]\n", "listwarden.conf:1: '[notices' is no setting"},
        Mistake{"[notices] from\n", "listwarden.conf:1: '[notices] from' is no setting"}));

TEST_F(SettingsTest, AllMistakesAreToldAtOnce) {
  const std::string what = Complaint(
      "sotre = x\nverbose = perhaps\n[milter]\nmax-connections = none\n[outbox]\nletter-port = 0\n");
  for (const char* line :
       {"listwarden.conf:1:", "listwarden.conf:2:", "listwarden.conf:4:", "listwarden.conf:6:"})
    EXPECT_THAT(what, HasSubstr(line));
}

TEST_F(SettingsTest, MissingFileIsNamed) { EXPECT_THROW(ReadSettings(folder / "none.conf"), SettingsError); }

TEST(Nearest, FindsSlipsOfTheHand) {
  const std::vector<std::string> known = {"check", "explain", "held list", "held release", "policy test"};
  EXPECT_EQ(Nearest("chekc", known), "check");
  EXPECT_EQ(Nearest("held relase", known), "held release");
  EXPECT_EQ(Nearest("explian", known), "explain");
}

TEST(Nearest, SaysNothingOfStrangers) {
  EXPECT_EQ(Nearest("banana", {"check", "explain"}), "");
  EXPECT_EQ(Nearest(std::string(10000, 'x'), {"check"}), "");
}

}  // namespace
}  // namespace listwarden
