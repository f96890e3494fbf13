// RFC 3834 section 2, RFC 5321 section 4.5.5, RFC 8601 section 5.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "message/message_builder.h"
#include "moderation/notices.h"

namespace listwarden {
namespace {

constexpr const char* kService = "mx.example.org";

struct Post {
  std::string reverse_path = "dee@example.org";
  std::string from = "Dee <dee@example.org>";
  std::string client = "mail.example.org[192.0.2.1]";
  std::string authenticated = "dee";
  std::vector<std::pair<std::string, std::string>> fields = {};
};

bool May(const Post& post, std::string* why = nullptr) {
  MessageBuilder builder;
  Envelope envelope;
  envelope.reverse_path = post.reverse_path;
  envelope.forward_paths = {"one@lists.example.org"};
  envelope.client = post.client;
  envelope.authenticated = post.authenticated;
  builder.SetEnvelope(envelope);
  for (const auto& [name, value] : post.fields) builder.AddField(name, " " + value);
  builder.AddField("From", " " + post.from);
  builder.AddBody("x\r\n");
  return MayAnswer(builder.Finish(), kService, why);
}

TEST(Manners, KnownPosterIsAnswered) { EXPECT_TRUE(May({})); }

TEST(Manners, NullSenderIsNeverAnswered) {
  std::string why;
  EXPECT_FALSE(May({.reverse_path = ""}, &why));
  EXPECT_EQ(why, "null reverse-path");
}

TEST(Manners, DaemonsAndListsAreNeverAnswered) {
  for (const char* local : {"MAILER-DAEMON", "postmaster", "noreply", "owner-physics",
                            "physics-bounces+dee=x", "physics-request", "LISTSERV", "physics-owner"}) {
    const std::string address = std::string(local) + "@example.org";
    EXPECT_FALSE(May({.reverse_path = address, .from = address})) << local;
  }
  EXPECT_FALSE(May({.reverse_path = "one@lists.example.org", .from = "one@lists.example.org"}));
}

TEST(Manners, AutomaticMailIsNeverAnswered) {
  for (const auto& field :
       std::vector<std::pair<std::string, std::string>>{{"Auto-Submitted", "auto-replied"},
                                                        {"auto-submitted", "auto-generated; x=y"},
                                                        {"Auto-Submitted", "notify"},
                                                        {"Precedence", "Bulk"},
                                                        {"Precedence", "auto_reply"},
                                                        {"X-Autoreply", "yes"},
                                                        {"Content-Type", "multipart/report; x=y"},
                                                        {"Precedence", "list"},
                                                        {"List-Id", "<other.example.org>"},
                                                        {"List-Unsubscribe", "<mailto:x>"},
                                                        {"Listwarden-Notice", "poster-held"}}) {
    EXPECT_FALSE(May({.fields = {field}})) << field.first << ": " << field.second;
  }
  EXPECT_TRUE(May({.fields = {{"Auto-Submitted", "no"}}}));
  EXPECT_TRUE(May({.fields = {{"Auto-Submitted", "no (really)"}}}));
}

TEST(Manners, AuthorAndSenderMustAgree) {
  EXPECT_FALSE(May({.from = "Dee <dee@elsewhere.example>"}));
  EXPECT_FALSE(May({.from = "dee@example.org, bob@example.org"}));
  EXPECT_TRUE(May({.reverse_path = "dee+posts@EXAMPLE.org"}));
}

TEST(Manners, AddressesBeyondAsciiAreLeftToTheModerators) {
  EXPECT_FALSE(May({.reverse_path = "d\xc3\xa9@example.org", .from = "d\xc3\xa9@example.org"}));
}

TEST(Manners, UnauthenticatedStrangersAreNotAnswered) { EXPECT_FALSE(May({.authenticated = ""})); }

TEST(Manners, LocalClientsAreKnown) {
  EXPECT_TRUE(May({.client = "localhost[127.0.0.1]", .authenticated = ""}));
  EXPECT_TRUE(May({.client = "localhost[::1]", .authenticated = ""}));
  EXPECT_FALSE(May({.client = "[127.0.0.1].evil.example[192.0.2.1]", .authenticated = ""}));
}

bool MayWithResults(const std::vector<std::pair<std::string, std::string>>& fields) {
  return May({.authenticated = "", .fields = fields});
}

TEST(Manners, DmarcPassOfOurBorderVouches) {
  EXPECT_TRUE(MayWithResults(
      {{"Authentication-Results", "mx.example.org; spf=pass; dmarc=pass header.from=example.org"}}));
  EXPECT_TRUE(MayWithResults(
      {{"Authentication-Results", "MX.example.org 1;\n dkim=fail;\n dmarc=pass (p=reject) x"}}));
}

TEST(Manners, OnlyItsOwnWordsVouch) {
  EXPECT_FALSE(MayWithResults({{"Authentication-Results", "mx.elsewhere.example; dmarc=pass"}}));
  EXPECT_FALSE(
      MayWithResults({{"Authentication-Results", "mx.example.org; dmarc=fail reason=\"; dmarc=pass\""}}));
  EXPECT_FALSE(MayWithResults({{"Authentication-Results", "mx.example.org; dmarc=fail (; dmarc=pass ;)"}}));
  EXPECT_FALSE(MayWithResults({{"Authentication-Results", "mx.example.org; x-dmarc=pass"}}));
  EXPECT_FALSE(MayWithResults({{"Authentication-Results", "mx.example.org; dmarc=passed"}}));
  EXPECT_FALSE(
      MayWithResults({{"Received", "from x"}, {"Authentication-Results", "mx.example.org; dmarc=pass"}}))
      << "below a foreign trace field anybody may have written it";
}

}  // namespace
}  // namespace listwarden
