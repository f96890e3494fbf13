// SPDX-License-Identifier: Apache-2.0
#include "message/authentication.h"

#include <gtest/gtest.h>

#include "message/message_builder.h"

namespace listwarden {
namespace {

std::string Author(const std::string& fields, const std::string& authserv_id = "border.example") {
  return AuthenticatedAuthor(ReadMessage(fields + "From: Ann <Ann@post.example>\r\n\r\nText\r\n"),
                             authserv_id);
}

TEST(AuthenticatedAuthor, IsTheAuthorWhenOurBorderSaysDmarcPassed) {
  EXPECT_EQ(Author("Authentication-Results: border.example; dmarc=pass header.from=post.example\r\n"),
            "ann@post.example");
  EXPECT_EQ(Author("Authentication-Results: border.example; dmarc=fail header.from=post.example\r\n"), "");
}

TEST(AuthenticatedAuthor, IsTheAuthorWhomTheirOwnDomainSigned) {
  EXPECT_EQ(
      Author("Authentication-Results: border.example; spf=fail;\r\n dkim=pass header.d=Post.example\r\n"),
      "ann@post.example");
  for (const char* result :
       {"dkim=fail header.d=post.example", "dkim=pass header.d=bulk.example",
        "dkim=pass header.d=evilpost.example", "dkim=pass", "dkim=pass xheader.d=post.example",
        "dkim=pass reason=\"x header.d=post.example\" header.d=bulk.example"})
    EXPECT_EQ(Author(std::string("Authentication-Results: border.example; ") + result + "\r\n"), "")
        << result;
}

TEST(AuthenticatedAuthor, IsTheLogInThatOurBorderSaw) {
  EXPECT_EQ(Author("Authentication-Results: border.example;\r\n auth=pass smtp.auth=Office@body.example\r\n"),
            "office@body.example");
  EXPECT_EQ(Author("Authentication-Results: border.example; auth=fail smtp.auth=office@body.example\r\n"),
            "");
  EXPECT_EQ(
      Author("Authentication-Results: border.example; auth=pass; spf=pass smtp.auth=o@body.example\r\n"), "");
}

TEST(AuthenticatedAuthor, BelievesNobodyElsesField) {
  const std::string field = "Authentication-Results: other.example; dmarc=pass\r\n";
  EXPECT_EQ(Author(field), "");
  EXPECT_EQ(Author("Authentication-Results: border.example; dmarc=pass\r\n", ""), "");
  EXPECT_EQ(Author("Received: from a by b; Mon, 2 Mar 2026 09:30:00 +0000\r\n"
                   "Authentication-Results: border.example; dmarc=pass\r\n"),
            "")
      << "below the first trace field anybody may have written it";
}

TEST(AuthenticatedAuthor, IsTheSaslLogInFirst) {
  Message message = ReadMessage("From: ann@post.example\r\n\r\nText\r\n");
  message.envelope.authenticated = "Bob@post.example";
  EXPECT_EQ(AuthenticatedAuthor(message, ""), "bob@post.example");
}

}  // namespace
}  // namespace listwarden
