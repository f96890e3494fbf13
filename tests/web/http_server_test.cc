// SPDX-License-Identifier: Apache-2.0
#include "web/http_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"

namespace listwarden {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class HttpServerTest : public testing::Test {
 protected:
  static HttpSettings Settings() {
    HttpSettings settings;
    settings.listen = "127.0.0.1:0";
    settings.body_bytes = 1000;
    return settings;
  }
  static Response Echo(const Request& request) {
    if (request.path == "/throw") throw std::runtime_error("secret detail");
    Response response;
    response.body = request.method + " " + request.path + " q=" + request.query["q"] +
                    " f=" + request.form["f"] + " from=" + request.peer;
    return response;
  }
  // Sends the bytes, reads until the server closes.
  std::string Ask(const std::string& bytes) const {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(server_.port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return Exchange(fd, bytes);
  }
  static std::string Exchange(int fd, const std::string& bytes) {
    (void)!send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    std::string reply;
    char part[4096];
    for (ssize_t got; (got = recv(fd, part, sizeof part, 0)) > 0;)
      reply.append(part, static_cast<std::size_t>(got));
    close(fd);
    return reply;
  }
  HttpServer server_{Settings(), Echo};
};

TEST_F(HttpServerTest, AnswersWithDecodedPathQueryAndForm) {
  EXPECT_THAT(Ask("GET /a%20b?q=x%26y HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
              HasSubstr("GET /a b q=x&y f= from=127.0.0.1"));
  EXPECT_THAT(Ask("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: "
                  "application/x-www-form-urlencoded\r\nContent-Length: 5\r\n\r\nf=1+2"),
              HasSubstr("f=1 2"));
}

TEST_F(HttpServerTest, TakesNoFormFromAnotherTypeOfBody) {
  EXPECT_THAT(Ask("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: text/plain\r\n"
                  "Content-Length: 3\r\n\r\nf=1"),
              HasSubstr("f= from"));
}

TEST_F(HttpServerTest, HeadHasNoBody) {
  const std::string reply = Ask("HEAD /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(reply, Not(HasSubstr("from=")));
}

TEST_F(HttpServerTest, RefusesOtherMethodsLongHeadersAndLongBodies) {
  EXPECT_THAT(Ask("DELETE / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(Ask("GET / HTTP/1.1\r\nX: " + std::string(20000, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(Ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n"), StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(Ask("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n"),
              testing::AnyOf(StartsWith("HTTP/1.1 413"), StartsWith("HTTP/1.1 400")));
}

TEST_F(HttpServerTest, RefusesTwoLengthsSoThatNothingIsSmuggled) {
  EXPECT_THAT(
      Ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
      StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
              StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Ask("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400"));
}

TEST_F(HttpServerTest, TellsNothingOfAnInnerFailure) {
  const std::string reply = Ask("GET /throw HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 500"));
  EXPECT_THAT(reply, Not(HasSubstr("secret")));
}

TEST_F(HttpServerTest, SendsStrictHeadersWithItsOwnErrorsTooAndNamesNoSoftware) {
  const std::vector<std::string> wrong = {"nonsense\r\n\r\n",
                                          "DELETE / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
                                          "GET / HTTP/1.1\r\nX: " + std::string(20000, 'x') + "\r\n\r\n",
                                          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n",
                                          "GET /throw HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"};
  for (const std::string& request : wrong) {
    const std::string reply = Ask(request);
    for (const char* field : {"Content-Security-Policy: default-src 'none'",
                              "X-Content-Type-Options: nosniff", "Cache-Control: no-store",
                              "Content-Type: text/plain; charset=utf-8", "Referrer-Policy: same-origin"})
      EXPECT_THAT(reply, HasSubstr(field)) << request.substr(0, 40);
    EXPECT_THAT(reply, Not(HasSubstr("Server:")));
    EXPECT_THAT(reply, Not(HasSubstr("Beast")));
  }
}

TEST_F(HttpServerTest, KeepsAConnectionForTheNextRequest) {
  const std::string reply =
      Ask("GET /one HTTP/1.1\r\nHost: h\r\n\r\nGET /two HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(reply, HasSubstr("/one"));
  EXPECT_THAT(reply, HasSubstr("/two"));
}

TEST(HttpServer, ListensOnAUnixSocketWithItsMode) {
  HttpSettings settings;
  const std::string file = "/tmp/listwarden-http-" + std::to_string(getpid());
  settings.listen = "unix:" + file;
  {
    HttpServer server(settings, [](const Request& request) {
      Response response;
      response.body = "peer " + request.peer;
      return response;
    });
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    file.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const std::string text = "GET / HTTP/1.0\r\n\r\n";
    ASSERT_EQ(send(fd, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    char reply[1000] = {};
    ASSERT_GT(recv(fd, reply, sizeof reply - 1, MSG_WAITALL), 0);
    EXPECT_THAT(reply, HasSubstr("peer unix"));
    close(fd);
  }
  EXPECT_NE(access(file.c_str(), F_OK), 0);
}

TEST(HttpServer, NamesAnAddressItCannotListenOn) {
  HttpSettings settings;
  settings.listen = "somewhere";
  EXPECT_THROW(HttpServer(settings, [](const Request&) { return Response{}; }), SettingsError);
}

}  // namespace
}  // namespace listwarden
