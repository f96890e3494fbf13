// An SMTP server of a script: one connection after the other, a reply for each command, everything kept.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace listwarden {

class SmtpSink {
 public:
  SmtpSink();
  ~SmtpSink();
  SmtpSink(const SmtpSink&) = delete;
  SmtpSink& operator=(const SmtpSink&) = delete;

  int port() const { return port_; }
  // What to say to "MAIL", "RCPT", "DATA", "TEXT" (its first line) or "." (the final dot) instead of yes; "" hangs
  // up without a word, "reset" resets the connection, "late" waits until the client has given up.
  void Answer(const std::string& command, const std::string& reply);
  void AnswerAll();  // yes to everything again

  struct Mail {
    std::string from;
    std::vector<std::string> to;
    std::string wire;  // between DATA and the final dot, as it came over the wire
  };
  std::vector<Mail> Mails();

 private:
  void Serve();
  void Talk(int connection);

  int listener_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  std::map<std::string, std::string> answers_;
  std::vector<Mail> mails_;
  std::thread thread_;
};

}  // namespace listwarden
