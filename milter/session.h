// One SMTP connection as the MTA tells it, and what to answer: everything of the milter that is not
// libmilter.
// Threads: one call at a time, from changing threads.
// Errors: exceptions pass to the wall in milter_server.cc.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "message/message_builder.h"
#include "milter/milter_server.h"
#include "moderation/intake.h"

namespace listwarden {

// What one message gets; carried out in this order, and any step that fails makes it a temporary failure.
struct MilterReply {
  enum class Final { kContinue, kAccept, kDiscard, kTempFail, kReject } final = Final::kContinue;
  std::string code, enhanced, text;       // for kTempFail and kReject: "451", "4.3.0" and words
  std::vector<std::string> delete_paths;  // forward-paths as the MTA gave them
  std::string insert_tag;                 // value of the Listwarden field
  std::vector<std::pair<std::string, int>> delete_fields;  // name and 1-based index, the last ones first
};

// The one table from what intake did to what the MTA is told.
MilterReply ReplyFor(const Outcome& outcome);
MilterReply TemporaryFailure(std::string enhanced, std::string text);

// What all sessions share.
struct SessionHost {
  MilterSettings settings;
  Intake& intake;
  HoldStore& store;
  const ReleaseKey* key;
  const Clock& clock;
  std::atomic<int> connections{0};
  std::atomic<int> messages{0};  // whose DATA we let go on
  std::atomic<std::size_t> bytes{0};
  std::atomic<bool> is_draining{false};
  std::atomic<int> judging{0};
  std::atomic<std::size_t> judged{0};
  std::mutex policy_mutex{};
  std::shared_ptr<const Policy> policy{};

  std::shared_ptr<const Policy> CurrentPolicy();
};

class MilterSession {
 public:
  explicit MilterSession(SessionHost& host);
  ~MilterSession();
  MilterSession(const MilterSession&) = delete;
  MilterSession& operator=(const MilterSession&) = delete;

  // Without it nobody knows whose mail it is, and all of it is put off.
  void Connect(std::string client, std::string daemon_name);
  void MailFrom(std::string_view path, std::string authenticated);
  void Recipient(std::string_view path);
  // Answered: kAccept when no path is ours, kTempFail when we cannot take it now.
  MilterReply Data();
  void Field(std::string_view name, std::string_view value, bool has_leading_blank);
  void Body(std::string_view chunk);
  MilterReply EndOfMessage(std::string_view queue_id);
  void Abort();  // forgets the message, keeps the connection
  // A piece of the message was lost to us and the MTA did not ask: the end will be a temporary failure.
  void Spoil() noexcept;

 private:
  MilterReply Released(const Message& message);
  MilterReply Judged(const Message& message);
  MilterReply Answer(MilterReply reply);
  void Count(std::size_t bytes);

  SessionHost& host_;
  std::string client_, daemon_name_;
  std::shared_ptr<const Policy> policy_;
  std::optional<MessageBuilder> builder_;
  Envelope envelope_;
  std::vector<std::string> paths_as_given_;
  std::vector<std::pair<std::string, int>> own_fields_;
  std::vector<std::string> release_tokens_;
  std::size_t counted_ = 0;
  bool is_in_flight_ = false, is_connected_ = false;
};

}  // namespace listwarden
