// SPDX-License-Identifier: Apache-2.0
#include "milter/milter_server.h"

#include <grp.h>
#include <libmilter/mfapi.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>
#include <thread>

#include "base/error.h"
#include "base/log.h"
#include "milter/listener.h"
#include "milter/session.h"

namespace listwarden {
namespace {

// The one pointer that libmilter's callbacks, which carry no data of ours before a session exists, force on
// us.
SessionHost* g_host = nullptr;

constexpr unsigned long kActions = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_DELRCPT;
constexpr auto kLongestJudgement = std::chrono::seconds(60), kPatience = std::chrono::seconds(10);
constexpr int kIdleSeconds = 7210;  // longer than any SMTP timeout, as libmilter asks

// What the MTA negotiated last. Its connections are alike; one that is used again (SMFIC_QUIT_NC) does not
// negotiate anew.
std::atomic<bool> g_keeps_leading_blank{false};

struct Connection {
  explicit Connection(SessionHost& host) : session(host), keeps_leading_blank(g_keeps_leading_blank) {}
  MilterSession session;
  const bool keeps_leading_blank;
};

Connection* Of(SMFICTX* context) { return static_cast<Connection*>(smfi_getpriv(context)); }

std::string Macro(SMFICTX* context, const char* name) {
  const char* value = smfi_getsymval(context, const_cast<char*>(name));
  return value == nullptr ? "" : value;
}

void LogFailure(SMFICTX* context, const char* why) noexcept {
  try {
    Log(LogLevel::kError, "callback-failed", {{"queue_id", Macro(context, "i")}, {"why", why}});
  } catch (...) {
  }
}

// The wall: whatever goes wrong in a callback is a temporary failure, now or, where the MTA waits for no
// answer, at the end of the message. Without a negotiation before it an event is refused.
template <typename Body>
sfsistat Guard(SMFICTX* context, Body body) noexcept {
  Connection* connection = Of(context);
  if (connection == nullptr) return SMFIS_TEMPFAIL;
  try {
    return body(*connection);
  } catch (const std::exception& e) {
    LogFailure(context, e.what());
  } catch (...) {
    LogFailure(context, "unknown");
  }
  connection->session.Spoil();
  return SMFIS_TEMPFAIL;
}

std::string Doubled(const std::string& text) {
  std::string out;
  for (const char c : text.substr(0, 500)) {
    if (c == '\r' || c == '\n') continue;
    out += c;
    if (c == '%') out += '%';
  }
  return out;
}

void Begin(SMFICTX* context) noexcept {
  delete Of(context);
  smfi_setpriv(context, new (std::nothrow) Connection(*g_host));
}

sfsistat OnNegotiate(SMFICTX* context, unsigned long f0, unsigned long f1, unsigned long, unsigned long,
                     unsigned long* actions, unsigned long* steps, unsigned long* f2,
                     unsigned long* f3) noexcept {
  try {
    if ((f0 & kActions) != kActions) {
      Log(LogLevel::kError, "mta-refused",
          {{"why", "it offers no adding, changing of fields or deleting of recipients"}});
      return SMFIS_REJECT;
    }
    *actions = kActions | (f0 & SMFIF_SETSYMLIST);
    // Every event but DATA goes unanswered; over TCP an answer there is what breaks the stall of Nagle and
    // delayed ACK.
    // The end of the header is asked for: without it libmilter waits for ever on mail that has no fields.
    *steps = f1 & (SMFIP_NOHELO | SMFIP_NOUNKNOWN | SMFIP_NR_EOH | SMFIP_NR_CONN | SMFIP_NR_MAIL |
                   SMFIP_NR_RCPT | SMFIP_NR_HDR | SMFIP_NR_BODY | SMFIP_HDR_LEADSPC);
    *f2 = *f3 = 0;
    if ((f0 & SMFIF_SETSYMLIST) != 0) {
      smfi_setsymlist(context, SMFIM_CONNECT,
                      const_cast<char*>("j {daemon_name} {client_addr} {client_name}"));
      smfi_setsymlist(context, SMFIM_ENVFROM, const_cast<char*>("i {auth_authen}"));
      smfi_setsymlist(context, SMFIM_EOM, const_cast<char*>("i"));
    }
    g_keeps_leading_blank = (f1 & SMFIP_HDR_LEADSPC) != 0;
    Begin(context);
    return SMFIS_CONTINUE;
  } catch (const std::exception& e) {
    LogFailure(context, e.what());
    return SMFIS_REJECT;
  }
}

sfsistat OnConnect(SMFICTX* context, char* host, _SOCK_ADDR*) {
  if (Of(context) == nullptr) Begin(context);
  return Guard(context, [&](Connection& connection) -> sfsistat {
    const std::string address = Macro(context, "{client_addr}");
    connection.session.Connect(std::string(host == nullptr ? "" : host) + "[" + address + "]",
                               Macro(context, "{daemon_name}"));
    return SMFIS_NOREPLY;
  });
}

sfsistat OnMail(SMFICTX* context, char** words) {
  return Guard(context, [&](Connection& connection) -> sfsistat {
    connection.session.MailFrom(words[0], Macro(context, "{auth_authen}"));
    return SMFIS_NOREPLY;
  });
}

sfsistat OnRecipient(SMFICTX* context, char** words) {
  return Guard(context, [&](Connection& connection) -> sfsistat {
    connection.session.Recipient(words[0]);
    return SMFIS_NOREPLY;
  });
}

sfsistat OnField(SMFICTX* context, char* name, char* value) {
  return Guard(context, [&](Connection& connection) -> sfsistat {
    connection.session.Field(name, value, connection.keeps_leading_blank);
    return SMFIS_NOREPLY;
  });
}

sfsistat OnEndOfFields(SMFICTX*) { return SMFIS_NOREPLY; }

sfsistat OnBody(SMFICTX* context, unsigned char* chunk, size_t size) {
  return Guard(context, [&](Connection& connection) -> sfsistat {
    connection.session.Body({reinterpret_cast<const char*>(chunk), size});
    return SMFIS_NOREPLY;
  });
}

sfsistat CarryOut(SMFICTX* context, const MilterReply& reply) {
  for (const auto& [name, index] : reply.delete_fields) {
    if (smfi_chgheader(context, const_cast<char*>(name.c_str()), index, nullptr) != MI_SUCCESS)
      return SMFIS_TEMPFAIL;
  }
  if (!reply.insert_tag.empty()) {
    const std::string value = (Of(context)->keeps_leading_blank ? " " : "") + reply.insert_tag;
    if (smfi_insheader(context, 0, const_cast<char*>("Listwarden"), const_cast<char*>(value.c_str())) !=
        MI_SUCCESS)
      return SMFIS_TEMPFAIL;
  }
  for (const std::string& path : reply.delete_paths) {
    if (smfi_delrcpt(context, const_cast<char*>(path.c_str())) != MI_SUCCESS) return SMFIS_TEMPFAIL;
  }
  const bool is_refusal =
      reply.final == MilterReply::Final::kTempFail || reply.final == MilterReply::Final::kReject;
  if (is_refusal && !reply.text.empty()) {
    const std::string text = Doubled(reply.text);
    smfi_setreply(context, const_cast<char*>(reply.code.c_str()), const_cast<char*>(reply.enhanced.c_str()),
                  const_cast<char*>(text.c_str()));
  }
  switch (reply.final) {
    case MilterReply::Final::kContinue:
      return SMFIS_CONTINUE;
    case MilterReply::Final::kAccept:
      return SMFIS_ACCEPT;
    case MilterReply::Final::kDiscard:
      return SMFIS_DISCARD;
    case MilterReply::Final::kTempFail:
      return SMFIS_TEMPFAIL;
    case MilterReply::Final::kReject:
      return SMFIS_REJECT;
  }
  return SMFIS_TEMPFAIL;
}

sfsistat OnData(SMFICTX* context) {
  return Guard(context, [&](Connection& connection) -> sfsistat {
    return CarryOut(context, connection.session.Data());
  });
}

sfsistat OnEndOfMessage(SMFICTX* context) {
  return Guard(context, [&](Connection& connection) -> sfsistat {
    return CarryOut(context, connection.session.EndOfMessage(Macro(context, "i")));
  });
}

sfsistat OnAbort(SMFICTX* context) {
  return Guard(context, [&](Connection& connection) -> sfsistat {
    connection.session.Abort();
    return SMFIS_CONTINUE;
  });
}

sfsistat OnClose(SMFICTX* context) {
  delete Of(context);
  smfi_setpriv(context, nullptr);
  return SMFIS_CONTINUE;
}

std::string UnixPath(const std::string& socket) {
  for (const std::string_view prefix : {"unix:", "local:"}) {
    if (socket.rfind(prefix, 0) == 0) return socket.substr(prefix.size());
  }
  return "";
}

void Fail(const std::string& socket, const std::string& what) {
  throw SettingsError("milter.socket " + socket + ": " + what);
}

}  // namespace

MilterServer::MilterServer(MilterSettings settings, std::shared_ptr<const Policy> policy, Intake& intake,
                           HoldStore& store, const ReleaseKey* key, const Clock& clock)
    : settings_(std::move(settings)), host_(new SessionHost{settings_, intake, store, key, clock}) {
  host_->policy = std::move(policy);
  g_host = host_.get();
}

MilterServer::~MilterServer() { g_host = nullptr; }

void MilterServer::Open() {
  smfiDesc description{};
  description.xxfi_name = const_cast<char*>("listwarden");
  description.xxfi_version = SMFI_VERSION;
  description.xxfi_flags = kActions | SMFIF_SETSYMLIST;
  description.xxfi_connect = OnConnect;
  description.xxfi_envfrom = OnMail;
  description.xxfi_envrcpt = OnRecipient;
  description.xxfi_header = OnField;
  description.xxfi_eoh = OnEndOfFields;
  description.xxfi_body = OnBody;
  description.xxfi_eom = OnEndOfMessage;
  description.xxfi_abort = OnAbort;
  description.xxfi_close = OnClose;
  description.xxfi_data = OnData;
  description.xxfi_negotiate = OnNegotiate;
  std::string socket_name = settings_.socket;
  if (smfi_setconn(socket_name.data()) != MI_SUCCESS)
    Fail(socket_name, "is no socket; expected unix:/path, inet:port@host or fd:3");
  if (smfi_register(description) != MI_SUCCESS) Fail(socket_name, "libmilter refused to register");
  smfi_settimeout(kIdleSeconds);
  smfi_setmaxdatasize(1 << 20);
  const mode_t before = umask(static_cast<mode_t>(0777 & ~settings_.socket_mode));
  errno = 0;
  const bool is_open = smfi_opensocket(1) == MI_SUCCESS;
  umask(before);
  if (!is_open)
    Fail(socket_name, std::string("cannot be opened: ") + std::strerror(errno) +
                          "; is its folder there, and no other instance running?");
  const std::string path = UnixPath(socket_name);
  if (!path.empty() && !settings_.socket_group.empty()) {
    const group* found = getgrnam(settings_.socket_group.c_str());
    if (found == nullptr)
      throw SettingsError("milter.socket-group " + settings_.socket_group + ": no such group");
    if (chown(path.c_str(), static_cast<uid_t>(-1), found->gr_gid) != 0) {
      throw SettingsError("milter.socket-group " + settings_.socket_group + ": " + std::strerror(errno));
    }
  }
  listener_ = std::make_unique<Listener>(Listener::Find());
  last_progress_ = std::chrono::steady_clock::now();
}

bool MilterServer::Run() { return smfi_main() == MI_SUCCESS; }

void MilterServer::Stop(std::chrono::seconds drain) {
  host_->is_draining = true;
  const auto deadline = std::chrono::steady_clock::now() + drain;
  while (host_->messages > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  smfi_stop();
  listener_->Knock();
}

bool MilterServer::IsAlive() {
  const auto now = std::chrono::steady_clock::now();
  const std::size_t judged = host_->judged;
  if (host_->judging == 0 || judged != last_judged_) last_progress_ = now;
  last_judged_ = judged;
  return now - last_progress_ < kLongestJudgement && listener_->Answers(kPatience);
}

void MilterServer::SetPolicy(std::shared_ptr<const Policy> policy) {
  std::lock_guard<std::mutex> guard(host_->policy_mutex);
  host_->policy = std::move(policy);
}

}  // namespace listwarden
