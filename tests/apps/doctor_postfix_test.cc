// A made-up Postfix with a fault, and without it: what does the doctor say?
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "apps/doctor.h"
#include "apps/postfix_milters.h"
#include "base/error.h"
#include "folder_test.h"

namespace listwarden {
namespace {

using testing::HasSubstr;
using Changes = std::map<std::string, std::string>;

// As shipped in etc/postfix, with a mail port and submission.
const Changes kGoodParameters = {
    {"mail_version", "3.7.11"},
    {"compatibility_level", "3.6"},
    {"queue_directory", "/var/spool/postfix"},
    {"inet_interfaces", "all"},
    {"mynetworks", "127.0.0.0/8 [::1]/128 192.0.2.16/28"},
    {"smtpd_milters",
     "inet:localhost:8891, { unix:listwarden/milter.sock, connect_timeout=10s, command_timeout=30s, "
     "content_timeout=120s, default_action=tempfail }"},
    {"non_smtpd_milters", "unix:listwarden/milter.sock"},
    {"milter_default_action", "tempfail"},
    {"milter_protocol", "6"},
    {"milter_connect_timeout", "30s"},
    {"milter_command_timeout", "30s"},
    {"milter_content_timeout", "300s"},
    {"milter_macro_daemon_name", "mx.example.org"},
    {"smtpd_forbid_bare_newline", "normalize"},
    {"smtpd_forbid_bare_newline_exclusions", ""},
    {"smtpd_forbid_unauth_pipelining", "yes"},
    {"smtpd_client_restrictions", ""},
    {"message_size_limit", "10240000"},
    {"message_strip_characters", "\\0"},
    {"enable_long_queue_ids", "yes"},
    {"recipient_delimiter", "+"}};

const Changes kGoodOverrides = {
    {"127.0.0.1:10025/inet/milter_macro_daemon_name", "REINJECT"},
    {"127.0.0.1:10025/inet/smtpd_client_restrictions", "permit_mynetworks,reject"},
    {"127.0.0.1:10026/inet/smtpd_milters", ""},
    {"127.0.0.1:10026/inet/smtpd_client_restrictions", "permit_mynetworks,reject"}};

constexpr const char* kGoodServices =
    "smtp       inet  n       -       y       -       -       smtpd\n"
    "submission inet  n       -       y       -       -       smtpd -o smtpd_sasl_auth_enable=yes\n"
    "127.0.0.1:10025 inet n   -       y       -       -       smtpd -o milter_macro_daemon_name=REINJECT\n"
    "127.0.0.1:10026 inet n   -       y       -       -       smtpd -o smtpd_milters=\n"
    "cleanup    unix  n       -       y       -       0       cleanup\n";

std::string Lines(Changes values, const Changes& changes) {
  for (const auto& [name, value] : changes) values[name] = value;
  std::string text;
  for (const auto& [name, value] : values) text += name + " = " + value + "\n";
  return text;
}

PostfixConfig Postfix(const Changes& parameters = {}, const Changes& overrides = {},
                      const std::string& services = kGoodServices) {
  return PostfixConfig(Lines(kGoodParameters, parameters), services, Lines(kGoodOverrides, overrides));
}

Settings OurSettings() {
  Settings settings;
  settings.milter.socket = "unix:/var/spool/postfix/listwarden/milter.sock";
  settings.notices.authserv_id = "mx.example.org";
  return settings;
}

// "GRADE SUBJECT REASON; REMEDY" of all that is not good.
std::string Said(const PostfixConfig& postfix, const Settings& settings = OurSettings()) {
  std::string text;
  Diagnoses all = ExaminePostfix(postfix, settings);
  for (Diagnosis& one : ExamineListeners(postfix, settings)) all.push_back(one);
  for (const Diagnosis& one : all) {
    if (one.grade == Grade::kOk) continue;
    text += (one.grade == Grade::kUnsafe ? "unsafe " : "warning ") + one.subject + " " + one.reason + "; " +
            one.remedy + "\n";
  }
  return text;
}

TEST(DoctorPostfix, NothingIsSaidOfAGoodOne) {
  EXPECT_EQ(Said(Postfix()), "");
  EXPECT_EQ(ExaminePostfix(Postfix(), OurSettings()).size(), 8u);  // and each subject is named
}

TEST(DoctorPostfix, AcceptingWhileWeAreAwayIsUnsafe) {
  EXPECT_THAT(
      Said(Postfix({{"smtpd_milters",
                     "{ inet:localhost:8891 } { unix:listwarden/milter.sock, default_action=accept }"}})),
      HasSubstr("unsafe postfix/default-action default_action = accept at smtp"));
  EXPECT_THAT(Said(Postfix({{"smtpd_milters", "inet:localhost:8891 unix:listwarden/milter.sock"},
                            {"milter_default_action", "accept"}})),
              HasSubstr("unsafe postfix/default-action"));
  EXPECT_EQ(Said(Postfix({{"milter_default_action", "accept"}})), "") << "another milter's default";
  EXPECT_THAT(Said(Postfix({{"smtpd_milters", "inet:localhost:8891 unix:listwarden/milter.sock"},
                            {"milter_default_action", "quarantine"}})),
              HasSubstr("warning postfix/default-action"));
  EXPECT_THAT(Said(Postfix({}, {{"127.0.0.1:10025/inet/smtpd_milters",
                                 "{ unix:listwarden/milter.sock, default_action=accept }"}})),
              HasSubstr("default_action = accept at 127.0.0.1:10025"));
}

TEST(DoctorPostfix, AListenerThatDoesNotAskUsIsUnsafe) {
  EXPECT_THAT(Said(Postfix({{"smtpd_milters", ""}})), HasSubstr("unsafe postfix/milter smtp asks no milter"));
  EXPECT_THAT(Said(Postfix({}, {{"submission/inet/smtpd_milters", "inet:localhost:8891"}})),
              HasSubstr("unsafe postfix/milter submission asks other milters only"));
  EXPECT_THAT(Said(Postfix({}, {{"submission/inet/receive_override_options", "no_milters"}})),
              HasSubstr("postconf -P 'submission/inet/receive_override_options = '"));
  const std::string filter = std::string(kGoodServices) + "127.0.0.1:10030 inet n - y - - smtpd\n";
  EXPECT_THAT(Said(Postfix({}, {{"127.0.0.1:10030/inet/smtpd_milters", ""}}, filter)),
              HasSubstr("warning postfix/milter 127.0.0.1:10030"));
}

TEST(DoctorPostfix, TheRemedyKeepsOtherMilters) {
  EXPECT_THAT(Said(Postfix({{"smtpd_milters",
                             "{ inet:localhost:8891, default_action=accept } "
                             "unix:/var/spool/postfix/listwarden/milter.sock"}})),
              HasSubstr("postconf -e 'smtpd_milters = { inet:localhost:8891, default_action=accept }, "
                        "{ unix:listwarden/milter.sock, default_action=tempfail }'"));
}

TEST(DoctorPostfix, APathIsReadAsTheChrootedServiceReadsIt) {
  const std::string whole = "inet:localhost:8891 unix:/var/spool/postfix/listwarden/milter.sock";
  EXPECT_THAT(Said(Postfix({{"smtpd_milters", whole}})),
              HasSubstr("unsafe postfix/milter smtp asks other milters only"));
  std::string services = kGoodServices;
  for (std::size_t at; (at = services.find(" y ")) != std::string::npos;) services.replace(at, 3, " n ");
  EXPECT_EQ(Said(Postfix({{"smtpd_milters", whole}}, {}, services)), "");
}

TEST(DoctorPostfix, SmuggledMailIsUnsafe) {
  EXPECT_THAT(Said(Postfix({{"smtpd_forbid_bare_newline", "no"}})),
              HasSubstr("unsafe postfix/smuggling smtpd_forbid_bare_newline = no at smtp"));
  EXPECT_THAT(Said(Postfix({}, {{"submission/inet/smtpd_forbid_bare_newline", "no"}})),
              HasSubstr("postconf -P 'submission/inet/smtpd_forbid_bare_newline = normalize'"));
  EXPECT_THAT(Said(Postfix({{"smtpd_forbid_bare_newline_exclusions", "127.0.0.0/8"}})),
              HasSubstr("warning postfix/smuggling from 127.0.0.0/8"));
  EXPECT_THAT(Said(Postfix({{"smtpd_forbid_unauth_pipelining", "no"}})),
              HasSubstr("warning postfix/smuggling"));
  const PostfixConfig old("mail_version = 3.4.0\n", kGoodServices, "");
  EXPECT_THAT(Said(old),
              HasSubstr("unsafe postfix/smuggling this Postfix (3.4.0) cannot refuse smuggled mail"));
}

TEST(DoctorPostfix, TimeoutsThatCutAVerdictShortAreTold) {
  EXPECT_THAT(Said(Postfix({{"smtpd_milters",
                             "inet:localhost:8891 { unix:listwarden/milter.sock, content_timeout=10s }"}})),
              HasSubstr("warning postfix/milter-timeouts content_timeout = 10s"));
  EXPECT_THAT(Said(Postfix({{"smtpd_milters", "inet:localhost:8891 unix:listwarden/milter.sock"},
                            {"milter_command_timeout", "2s"}})),
              HasSubstr("command_timeout = 2s"));
  EXPECT_THAT(Said(Postfix({{"milter_protocol", "2"}})), HasSubstr("milter_protocol = 2"));
}

TEST(DoctorPostfix, WaysPastUsAreTold) {
  EXPECT_THAT(Said(Postfix({{"non_smtpd_milters", ""}})),
              HasSubstr("warning postfix/ways-past what programs"));
  EXPECT_THAT(Said(Postfix({{"smtpd_milter_maps", "cidr:/etc/postfix/skip"}})),
              HasSubstr("cidr:/etc/postfix/skip"));
  EXPECT_THAT(Said(Postfix({{"smtpd_proxy_filter", "127.0.0.1:10040"}})),
              HasSubstr("unsafe postfix/ways-past"));
}

TEST(DoctorPostfix, WideNetworksAreTold) {
  EXPECT_THAT(Said(Postfix({{"mynetworks", "127.0.0.0/8 0.0.0.0/0"}})),
              HasSubstr("unsafe postfix/mynetworks mynetworks has 0.0.0.0/0"));
  EXPECT_THAT(Said(Postfix({{"mynetworks", "[2001:db8::]/32"}})), HasSubstr("warning postfix/mynetworks"));
  EXPECT_EQ(
      Said(Postfix({{"mynetworks", "127.0.0.0/8, 192.0.2.7 hash:/etc/postfix/networks 198.51.100.0/24"}})),
      "");
}

TEST(DoctorPostfix, ForgedResultsOfOurOwnNameAreUnsafe) {
  const Changes alone = {{"smtpd_milters", "{ unix:listwarden/milter.sock, default_action=tempfail }"}};
  EXPECT_THAT(Said(Postfix(alone)),
              HasSubstr("unsafe postfix/authentication-results no milter before ours at smtp"));
  const Changes after = {{"smtpd_milters", "unix:listwarden/milter.sock inet:localhost:8891"}};
  EXPECT_THAT(Said(Postfix(after)), HasSubstr("unsafe postfix/authentication-results"));
  Settings trusting_none = OurSettings();
  trusting_none.notices.authserv_id = "";
  EXPECT_THAT(Said(Postfix(alone), trusting_none),
              HasSubstr("warning postfix/authentication-results [notices] authserv-id is empty"));
}

TEST(DoctorPostfix, MessagesWeCannotReadWholeAreTold) {
  EXPECT_THAT(Said(Postfix({{"message_size_limit", "0"}})),
              HasSubstr("warning postfix/messages message_size_limit = 0"));
  EXPECT_THAT(Said(Postfix({{"message_size_limit", "52428800"}})),
              HasSubstr("'message_size_limit = 26214400'"));
  EXPECT_THAT(Said(Postfix({{"message_strip_characters", ""}})), HasSubstr("NUL bytes pass"));
  EXPECT_EQ(Said(Postfix({{"message_strip_characters", ""}, {"message_reject_characters", "\\0"}})), "");
  EXPECT_THAT(Said(Postfix({{"enable_long_queue_ids", "no"}})), HasSubstr("queue IDs are short"));
  Settings answering = OurSettings();
  answering.notices.decide_address = "decide@lists.example.org";
  EXPECT_THAT(Said(Postfix({{"recipient_delimiter", ""}}), answering),
              HasSubstr("recipient_delimiter has no +"));
  EXPECT_EQ(Said(Postfix({{"recipient_delimiter", ""}})), "");
}

TEST(DoctorPostfix, ReleasedMailNeedsItsOwnListener) {
  Settings elsewhere = OurSettings();
  elsewhere.outbox.reinject_port = 10077;
  EXPECT_THAT(Said(Postfix(), elsewhere),
              HasSubstr("unsafe postfix/re-injection nothing in master.cf listens at 127.0.0.1:10077"));
  elsewhere.outbox.reinject_host = "mx2.example.org";
  EXPECT_THAT(Said(Postfix(), elsewhere),
              HasSubstr("warning postfix/re-injection released posts go to mx2.example.org:10077, another"));
  EXPECT_THAT(Said(Postfix({}, {{"127.0.0.1:10025/inet/smtpd_milters", ""}})),
              HasSubstr("unsafe postfix/re-injection 127.0.0.1:10025 does not ask Listwarden"));
  EXPECT_THAT(Said(Postfix({}, {{"127.0.0.1:10025/inet/receive_override_options", "no_milters"}})),
              HasSubstr("unsafe postfix/re-injection 127.0.0.1:10025 does not ask Listwarden"));
  EXPECT_THAT(Said(Postfix({}, {{"127.0.0.1:10025/inet/milter_macro_daemon_name", "ORIGINATING"}})),
              HasSubstr("released mail is judged and held again"));
  EXPECT_THAT(Said(Postfix({{"milter_macro_daemon_name", "REINJECT"}})),
              HasSubstr("unsafe postfix/re-injection smtp calls itself REINJECT too"));
}

TEST(DoctorPostfix, LettersNeedAListener) {
  Settings elsewhere = OurSettings();
  elsewhere.outbox.letter_port = 10077;
  EXPECT_THAT(Said(Postfix(), elsewhere),
              HasSubstr("unsafe postfix/letters nothing in master.cf listens at 127.0.0.1:10077"));
  elsewhere.outbox.letter_host = "mx2.example.org";
  EXPECT_THAT(Said(Postfix(), elsewhere),
              HasSubstr("warning postfix/letters letters go to mx2.example.org:10077, another machine"));
}

TEST(DoctorPostfix, ReleasedMailStaysAsItWas) {
  EXPECT_THAT(Said(Postfix({{"content_filter", "scan:127.0.0.1:10030"}})),
              HasSubstr("warning postfix/re-injection released mail passes content_filter"));
  const Changes checks = {{"header_checks", "regexp:/etc/postfix/checks"}};
  EXPECT_THAT(Said(Postfix(checks)), HasSubstr("released mail passes header_checks"));
  EXPECT_EQ(
      Said(Postfix(checks, {{"127.0.0.1:10025/inet/receive_override_options", "no_header_body_checks"}})),
      "");
}

TEST(DoctorPostfix, ListenersForOurselvesAreClosedToOthers) {
  std::string open = kGoodServices;
  open.replace(open.find("127.0.0.1:10026"), 15, "10026          ");
  const Changes overrides = {{"10026/inet/smtpd_milters", ""},
                             {"10026/inet/smtpd_client_restrictions", "permit_mynetworks,reject"}};
  EXPECT_THAT(Said(Postfix({}, overrides, open)),
              HasSubstr("unsafe postfix/letters port 10026 (10026) is open to other machines"));
  EXPECT_EQ(Said(Postfix({{"inet_interfaces", "loopback-only"}}, overrides, open)), "");
  EXPECT_THAT(Said(Postfix({}, {{"127.0.0.1:10025/inet/smtpd_client_restrictions", ""}})),
              HasSubstr("warning postfix/re-injection 127.0.0.1:10025 takes any client"));
  EXPECT_THAT(Said(Postfix({}, {{"127.0.0.1:10026/inet/smtpd_milters", "unix:listwarden/milter.sock"}})),
              HasSubstr("warning postfix/letters 127.0.0.1:10026 judges our own letters"));
}

TEST(DoctorPostfix, OverTcpPortsAndHostsMustBeTheSame) {
  Settings settings = OurSettings();
  settings.milter.socket = "inet:8893@127.0.0.1";
  const Changes ours = {{"smtpd_milters", "inet:localhost:8891 inet:localhost:8893"},
                        {"non_smtpd_milters", "inet:127.0.0.1:8893"}};
  EXPECT_EQ(Said(Postfix(ours), settings), "");
  EXPECT_THAT(Said(Postfix({{"smtpd_milters", "inet:localhost:8894"}}), settings),
              HasSubstr("{ inet:127.0.0.1:8893, default_action=tempfail }"));
}

class PostfixFolder : public FolderTest {};

TEST_F(PostfixFolder, TheShippedLinesLeaveTwoDecisions) {
  const std::filesystem::path shipped = std::filesystem::path(SOURCE_DIR) / "etc/postfix";
  std::filesystem::copy_file(shipped / "main.cf", folder / "main.cf");
  std::ofstream(folder / "master.cf") << "smtp inet n - y - - smtpd\n"
                                      << std::ifstream(shipped / "master.cf").rdbuf();
  std::ofstream(folder / "main.cf", std::ios::app) << "mynetworks = 127.0.0.0/8\n";
  Settings settings = OurSettings();
  settings.notices.authserv_id = "";
  const std::string said = Said(PostfixConfig::Read(folder), settings);
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 2) << "what the site has to decide: " << said;
  EXPECT_THAT(said, HasSubstr("warning postfix/authentication-results [notices] authserv-id is empty"));
  EXPECT_THAT(said, HasSubstr("warning postfix/ways-past what programs on this machine post"));
}

TEST_F(PostfixFolder, OverridesAreReadWithTheirNamesFilledIn) {
  std::ofstream(folder / "main.cf") << "edge_milters = inet:localhost:8893\nqueue_directory = /srv/queue\n";
  std::ofstream(folder / "master.cf") << "[::1]:2525 inet n - - - - smtpd\n  -o smtpd_milters=$edge_milters\n"
                                      << "  -o { smtpd_client_restrictions = permit_mynetworks, reject }\n";
  const PostfixConfig postfix = PostfixConfig::Read(folder);
  ASSERT_EQ(postfix.smtpd().size(), 1u);
  const PostfixService& service = postfix.smtpd().front();
  EXPECT_EQ(service.host, "::1");
  EXPECT_EQ(service.port, 2525);
  EXPECT_TRUE(service.is_chrooted) << "a dash, at compatibility_level 0";
  EXPECT_EQ(postfix.Value(service, "smtpd_milters"), "inet:localhost:8893");
  EXPECT_EQ(postfix.Value(service, "smtpd_client_restrictions"), "permit_mynetworks, reject");
  EXPECT_EQ(postfix.Value(service, "queue_directory"), "/srv/queue");
}

TEST_F(PostfixFolder, OneThatCannotBeReadIsNamed) {
  try {
    PostfixConfig::Read(folder / "nowhere");
    FAIL() << "it was read";
  } catch (const SettingsError& e) {
    EXPECT_THAT(e.what(), HasSubstr("nowhere: postconf cannot read it"));
  }
}

TEST(MilterEntries, BracesHoldTheirOwnSettings) {
  const auto entries = MilterEntries("unix:a, { inet:host:1, default_action=accept protocol=6 },inet:host:2");
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].address, "unix:a");
  EXPECT_EQ(entries[1].address, "inet:host:1");
  EXPECT_EQ(entries[1].settings.at("default_action"), "accept");
  EXPECT_EQ(entries[1].settings.at("protocol"), "6");
  EXPECT_EQ(entries[2].address, "inet:host:2");
}

}  // namespace
}  // namespace listwarden
