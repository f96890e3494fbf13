// SPDX-License-Identifier: Apache-2.0
#include "tests/moderation/smtp_sink.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>

namespace listwarden {
namespace {

class Lines {
 public:
  explicit Lines(int connection) : connection_(connection) {}
  // One line with its end, or nothing when the peer is gone.
  std::optional<std::string> Next() {
    for (;;) {
      const auto end = buffer_.find('\n');
      if (end != std::string::npos) {
        std::string line = buffer_.substr(0, end + 1);
        buffer_.erase(0, end + 1);
        return line;
      }
      char bytes[4096];
      const ssize_t count = recv(connection_, bytes, sizeof bytes, 0);
      if (count <= 0) return std::nullopt;
      buffer_.append(bytes, static_cast<std::size_t>(count));
    }
  }

 private:
  int connection_;
  std::string buffer_;
};

// The peer gets RST, not FIN, when the connection is closed.
void SetToReset(int connection) {
  const linger at_once{1, 0};
  setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

std::string Path(const std::string& line) {
  const auto open = line.find('<');
  return line.substr(open + 1, line.find('>') - open - 1);
}

}  // namespace

SmtpSink::SmtpSink() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const int room = 16'000;  // bytes: a large mail waits for its reader
  setsockopt(listener_, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
  listen(listener_, 5);
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Serve(); });
}

SmtpSink::~SmtpSink() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

void SmtpSink::Answer(const std::string& command, const std::string& reply) {
  std::lock_guard<std::mutex> guard(mutex_);
  answers_[command] = reply;
}

void SmtpSink::AnswerAll() {
  std::lock_guard<std::mutex> guard(mutex_);
  answers_.clear();
}

std::vector<SmtpSink::Mail> SmtpSink::Mails() {
  std::lock_guard<std::mutex> guard(mutex_);
  return mails_;
}

void SmtpSink::Serve() {
  for (;;) {
    const int connection = accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    Talk(connection);
    close(connection);
  }
}

void SmtpSink::Talk(int connection) {
  Lines lines(connection);
  Mail mail;
  std::string reply;
  const auto scripted = [&](const std::string& command, const std::string& otherwise) {
    std::lock_guard<std::mutex> guard(mutex_);
    return answers_.count(command) == 0 ? otherwise : answers_[command];
  };
  // False when the script says to hang up.
  const auto say = [&](const std::string& command, const std::string& otherwise) {
    reply = scripted(command, otherwise);
    if (reply == "reset") SetToReset(connection);
    if (reply == "late") lines.Next();  // QUIT, or the end
    if (reply == "reset" || reply == "late") return false;
    if (!reply.empty()) send(connection, (reply + "\r\n").data(), reply.size() + 2, MSG_NOSIGNAL);
    return !reply.empty();
  };
  if (!say("CONNECT", "220 sink")) return;
  while (const auto line = lines.Next()) {
    const std::string command = line->substr(0, 4);
    if (command == "QUIT") return;
    if (command == "MAIL") mail = {Path(*line), {}, ""};
    if (command == "RCPT") mail.to.push_back(Path(*line));
    if (!say(command, command == "DATA" ? "354 go on" : "250 yes")) return;
    if (command != "DATA" || reply.front() != '3') continue;
    if (scripted("TEXT", "") == "reset") return SetToReset(connection);
    std::optional<std::string> text;
    while ((text = lines.Next()) && *text != ".\r\n") mail.wire += *text;
    if (!text) return;  // cut off: that is no mail
    {
      std::lock_guard<std::mutex> guard(mutex_);
      mails_.push_back(mail);
    }
    if (!say(".", "250 taken")) return;
  }
}

}  // namespace listwarden
