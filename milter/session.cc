// SPDX-License-Identifier: Apache-2.0
#include "milter/session.h"

#include <algorithm>
#include <array>

#include "base/log.h"
#include "message/header_fields.h"

namespace listwarden {
namespace {

constexpr std::array<std::string_view, 4> kOwnFields = {"listwarden", "listwarden-release", "approved",
                                                        "x-approved"};

std::string_view WithoutBrackets(std::string_view path) {
  if (path.size() >= 2 && path.front() == '<' && path.back() == '>') return path.substr(1, path.size() - 2);
  return path;
}

std::string_view TrimmedName(std::string_view name) {
  while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
  return name;
}

bool IsOwnField(std::string_view name) {
  return std::any_of(kOwnFields.begin(), kOwnFields.end(),
                     [&](std::string_view own) { return EqualsIgnoringCase(own, name); });
}

MilterReply Refusal(std::string code, std::string enhanced, std::string text) {
  MilterReply reply;
  reply.final = code.front() == '4' ? MilterReply::Final::kTempFail : MilterReply::Final::kReject;
  reply.code = std::move(code);
  reply.enhanced = std::move(enhanced);
  reply.text = std::move(text);
  return reply;
}

}  // namespace

MilterReply TemporaryFailure(std::string enhanced, std::string text) {
  return Refusal("451", std::move(enhanced), std::move(text));
}

MilterReply ReplyFor(const Outcome& outcome) {
  MilterReply reply;
  switch (outcome.kind) {
    case Outcome::Kind::kPass:
      return reply;
    case Outcome::Kind::kTag:
      reply.insert_tag = outcome.tag;
      return reply;
    case Outcome::Kind::kHeldAll:
      reply.final = MilterReply::Final::kDiscard;
      return reply;
    case Outcome::Kind::kHeldSome:
      reply.delete_paths = outcome.held_paths;
      reply.insert_tag = outcome.tag;
      return reply;
    case Outcome::Kind::kDefer:
      return TemporaryFailure("4.3.0", outcome.text);
    case Outcome::Kind::kRefuse:
      return Refusal("550", "5.1.1", outcome.text);
  }
  return TemporaryFailure("4.3.0", "The message cannot be judged now; please try again later");
}

std::shared_ptr<const Policy> SessionHost::CurrentPolicy() {
  std::lock_guard<std::mutex> guard(policy_mutex);
  return policy;
}

MilterSession::MilterSession(SessionHost& host) : host_(host) { ++host_.connections; }

MilterSession::~MilterSession() {
  Abort();
  --host_.connections;
}

void MilterSession::Connect(std::string client, std::string daemon_name) {
  client_ = std::move(client);
  daemon_name_ = std::move(daemon_name);
  is_connected_ = true;
}

void MilterSession::MailFrom(std::string_view path, std::string authenticated) {
  Abort();
  policy_ = host_.CurrentPolicy();
  if (!is_connected_) return;
  builder_.emplace(host_.settings.limits);
  envelope_.reverse_path = std::string(WithoutBrackets(path));
  envelope_.authenticated = std::move(authenticated);
  envelope_.client = client_;
}

void MilterSession::Recipient(std::string_view path) {
  envelope_.forward_paths.emplace_back(WithoutBrackets(path));
  paths_as_given_.emplace_back(path);
}

// A final answer ends the message: libmilter tells us nothing more of it.
MilterReply MilterSession::Answer(MilterReply reply) {
  if (reply.final != MilterReply::Final::kContinue) Abort();
  return reply;
}

MilterReply MilterSession::Data() {
  if (!builder_)
    return Answer(TemporaryFailure("4.3.0", "The envelope could not be read; please try again later"));
  // Counted before the question whether we stop, so that a stop either waits for it or is seen here.
  if (!is_in_flight_) ++host_.messages;
  is_in_flight_ = true;
  if (host_.is_draining)
    return Answer(TemporaryFailure("4.3.2", "The service restarts; please try again in a moment"));
  const bool is_release = daemon_name_ == host_.settings.reinject_daemon;
  const auto& paths = envelope_.forward_paths;
  const bool is_ours = std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
    return host_.intake.IsOurs(*policy_, path);
  });
  MilterReply reply;
  if (!is_ours && !is_release) {
    reply.final = MilterReply::Final::kAccept;
  } else if (host_.connections > host_.settings.max_connections ||
             host_.bytes > host_.settings.bytes_in_flight) {
    reply = TemporaryFailure("4.3.2", "Too much mail at once; please try again later");
    Log(LogLevel::kWarning, "too-much-mail",
        {{"connections", std::to_string(host_.connections)}, {"bytes", std::to_string(host_.bytes)}});
  }
  return Answer(std::move(reply));
}

void MilterSession::Count(std::size_t bytes) {
  counted_ += bytes;
  host_.bytes += bytes;
  if (host_.bytes <= host_.settings.bytes_in_flight) return;
  Log(LogLevel::kWarning, "too-much-mail", {{"client", client_}, {"bytes", std::to_string(host_.bytes)}});
  Spoil();
}

void MilterSession::Field(std::string_view name, std::string_view value, bool has_leading_blank) {
  if (!builder_) return;
  if (IsOwnField(TrimmedName(name))) {
    const auto same = std::count_if(own_fields_.begin(), own_fields_.end(), [&](const auto& one) {
      return EqualsIgnoringCase(TrimmedName(one.first), TrimmedName(name));
    });
    own_fields_.emplace_back(std::string(name), static_cast<int>(same) + 1);
    if (EqualsIgnoringCase(TrimmedName(name), kReleaseField)) release_tokens_.emplace_back(value);
    // What we take off is no part of the message that is judged, held and released.
    return;
  }
  if (has_leading_blank) {
    builder_->AddField(name, value);
  } else {
    builder_->AddField(name, " " + std::string(value));
  }
  Count(name.size() + value.size());
}

void MilterSession::Body(std::string_view chunk) {
  if (!builder_) return;
  builder_->AddBody(chunk);
  Count(chunk.size());
}

MilterReply MilterSession::Released(const Message& message) {
  const std::string_view body = std::string_view(message.raw).substr(message.body_offset);
  const std::string queue_id = message.envelope.queue_id;
  if (host_.key != nullptr && release_tokens_.size() == 1) {
    const auto id =
        host_.key->Verify(release_tokens_.front(), envelope_.forward_paths, body, host_.clock.Now());
    if (id && host_.store.UseToken(*id, host_.clock.Now() + std::chrono::hours(24))) {
      Log(LogLevel::kInfo, "released", {{"queue_id", queue_id}, {"token", *id}});
      return {};
    }
    if (id) {
      Log(LogLevel::kWarning, "token-used-twice", {{"queue_id", queue_id}, {"token", *id}});
      return TemporaryFailure("4.7.1", "This release was taken already");
    }
  }
  Log(LogLevel::kWarning, "release-refused", {{"queue_id", queue_id}, {"client", client_}});
  return Refusal("550", "5.7.1", "This listener takes released mail only");
}

MilterReply MilterSession::Judged(const Message& message) {
  if (!release_tokens_.empty()) {
    Log(LogLevel::kWarning, "forged-release-field",
        {{"queue_id", message.envelope.queue_id}, {"client", client_}});
  }
  MilterReply reply = ReplyFor(host_.intake.Receive(*policy_, message));
  const std::vector<std::string> taken = std::move(reply.delete_paths);
  reply.delete_paths.clear();
  for (std::size_t i = 0; i < paths_as_given_.size(); ++i) {
    const bool is_taken = std::count(taken.begin(), taken.end(), envelope_.forward_paths[i]) > 0;
    if (is_taken) reply.delete_paths.push_back(paths_as_given_[i]);
  }
  return reply;
}

namespace {

struct Judging {
  explicit Judging(SessionHost& all) : host(all) { ++host.judging; }
  ~Judging() {
    ++host.judged;
    --host.judging;
  }
  SessionHost& host;
};

}  // namespace

MilterReply MilterSession::EndOfMessage(std::string_view queue_id) {
  MilterReply reply;
  if (!builder_) {
    reply = TemporaryFailure("4.3.2", "The message could not be taken in whole; please try again later");
  } else {
    const Judging judging(host_);
    envelope_.queue_id = std::string(queue_id);
    builder_->SetEnvelope(envelope_);
    const Message message = builder_->Finish();
    const bool is_release = daemon_name_ == host_.settings.reinject_daemon;
    reply = is_release ? Released(message) : Judged(message);
    if (reply.final == MilterReply::Final::kContinue)
      reply.delete_fields.assign(own_fields_.rbegin(), own_fields_.rend());
  }
  Abort();
  return reply;
}

void MilterSession::Spoil() noexcept {
  builder_.reset();
  host_.bytes -= counted_;
  counted_ = 0;
}

void MilterSession::Abort() {
  if (is_in_flight_) --host_.messages;
  is_in_flight_ = false;
  Spoil();
  envelope_ = {};
  paths_as_given_.clear();
  own_fields_.clear();
  release_tokens_.clear();
  policy_.reset();
}

}  // namespace listwarden
