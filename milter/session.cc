// SPDX-License-Identifier: Apache-2.0
#include "milter/session.h"

#include <algorithm>
#include <array>

#include "base/log.h"

namespace listwarden {
namespace {

constexpr std::array<std::string_view, 4> kOwnFields = {"listwarden", "listwarden-release", "approved",
                                                        "x-approved"};

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

std::string_view WithoutBrackets(std::string_view path) {
  if (path.size() >= 2 && path.front() == '<' && path.back() == '>') return path.substr(1, path.size() - 2);
  return path;
}

std::string_view TrimmedName(std::string_view name) {
  while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
  return name;
}

}  // namespace

MilterReply TemporaryFailure(std::string text) {
  MilterReply reply;
  reply.final = MilterReply::Final::kTempFail;
  reply.code = "4.3.0";
  reply.text = std::move(text);
  return reply;
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
      return TemporaryFailure(outcome.defer_text);
  }
  return TemporaryFailure("The message cannot be judged now; please try again later");
}

std::shared_ptr<const Policy> SessionHost::CurrentPolicy() {
  std::lock_guard<std::mutex> guard(policy_mutex);
  return policy;
}

Session::Session(SessionHost& host) : host_(host) { ++host_.connections; }

Session::~Session() {
  Abort();
  --host_.connections;
}

void Session::Connect(std::string client, std::string daemon_name) {
  client_ = std::move(client);
  daemon_name_ = std::move(daemon_name);
}

void Session::MailFrom(std::string_view path, std::string authenticated) {
  Abort();
  policy_ = host_.CurrentPolicy();
  builder_.emplace(host_.settings.limits);
  ++host_.messages;
  envelope_.reverse_path = std::string(WithoutBrackets(path));
  envelope_.authenticated = std::move(authenticated);
  envelope_.client = client_;
}

void Session::Recipient(std::string_view path) {
  envelope_.forward_paths.emplace_back(WithoutBrackets(path));
  paths_as_given_.emplace_back(path);
}

MilterReply Session::Data() {
  MilterReply reply;
  if (host_.is_draining) {
    reply = TemporaryFailure("The service restarts; please try again in a moment");
    reply.code = "4.3.2";
    return reply;
  }
  const bool is_release = daemon_name_ == host_.settings.reinject_daemon;
  const auto& paths = envelope_.forward_paths;
  const bool has_list = std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
    return policy_->FindList(path) != nullptr;
  });
  if (!has_list && !is_release) {
    reply.final = MilterReply::Final::kAccept;
    Abort();
    return reply;
  }
  if (host_.connections > host_.settings.max_connections || host_.bytes > host_.settings.bytes_in_flight) {
    reply = TemporaryFailure("Too much mail at once; please try again later");
    reply.code = "4.3.2";
  }
  return reply;
}

void Session::Count(std::size_t bytes) {
  counted_ += bytes;
  host_.bytes += bytes;
}

void Session::Field(std::string_view name, std::string_view value, bool has_leading_blank) {
  if (!builder_) return;
  Count(name.size() + value.size());
  const std::string lower = Lower(TrimmedName(name));
  if (std::find(kOwnFields.begin(), kOwnFields.end(), lower) != kOwnFields.end()) {
    const auto same = std::count_if(own_fields_.begin(), own_fields_.end(),
                                    [&](const auto& one) { return Lower(TrimmedName(one.first)) == lower; });
    own_fields_.emplace_back(std::string(name), static_cast<int>(same) + 1);
    if (lower == Lower(kReleaseField)) release_tokens_.emplace_back(value);
    // What we take off is no part of the message that is judged, held and released.
    return;
  }
  builder_->AddField(name, has_leading_blank ? std::string(value) : " " + std::string(value));
}

void Session::Body(std::string_view chunk) {
  if (!builder_) return;
  Count(chunk.size());
  builder_->AddBody(chunk);
}

MilterReply Session::WithoutOwnFields(MilterReply reply) const {
  if (reply.final == MilterReply::Final::kContinue) {
    reply.delete_fields.assign(own_fields_.rbegin(), own_fields_.rend());
  }
  return reply;
}

MilterReply Session::Released(const Message& message) {
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
      return TemporaryFailure("This release was taken already");
    }
  }
  Log(LogLevel::kWarning, "release-refused", {{"queue_id", queue_id}, {"client", client_}});
  MilterReply reply;
  reply.final = MilterReply::Final::kReject;
  reply.code = "5.7.1";
  reply.text = "This listener takes released mail only";
  return reply;
}

MilterReply Session::EndOfMessage(std::string_view queue_id) {
  if (!builder_) return TemporaryFailure("The message came without an envelope; please try again");
  envelope_.queue_id = std::string(queue_id);
  builder_->SetEnvelope(envelope_);
  Message message = builder_->Finish();
  MilterReply reply;
  if (daemon_name_ == host_.settings.reinject_daemon) {
    reply = WithoutOwnFields(Released(message));
  } else {
    if (!release_tokens_.empty())
      Log(LogLevel::kWarning, "forged-release-field",
          {{"queue_id", std::string(queue_id)}, {"client", client_}});
    reply = WithoutOwnFields(ReplyFor(host_.intake.Receive(*policy_, message)));
    for (std::string& path : reply.delete_paths) {
      const auto found = std::find(envelope_.forward_paths.begin(), envelope_.forward_paths.end(), path);
      if (found != envelope_.forward_paths.end())
        path = paths_as_given_[static_cast<std::size_t>(found - envelope_.forward_paths.begin())];
    }
  }
  Abort();
  return reply;
}

void Session::Abort() {
  if (builder_) --host_.messages;
  builder_.reset();
  host_.bytes -= counted_;
  counted_ = 0;
  envelope_ = {};
  paths_as_given_.clear();
  own_fields_.clear();
  release_tokens_.clear();
  policy_.reset();
}

}  // namespace listwarden
