// SPDX-License-Identifier: Apache-2.0
#include "moderation/outbox_worker.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>

#include "base/log.h"

namespace listwarden {
namespace {

constexpr auto kLease = std::chrono::seconds(300);
constexpr long kConnectSeconds = 30;
constexpr int kPollMilliseconds = 1000;
constexpr std::size_t kLongestReply = 500;
constexpr auto kTokenLife = std::chrono::minutes(10);
constexpr std::array<int, 6> kBackOffMinutes = {1, 5, 15, 60, 120, 240};
constexpr int kMostAttempts = 20;  // about two days

struct Upload {
  const std::string* content;
  std::size_t at = 0;
  bool is_whole = false;  // libcurl asks for more when all was written; what follows is the final dot
};

std::size_t Give(char* buffer, std::size_t size, std::size_t count, void* data) {
  auto* upload = static_cast<Upload*>(data);
  const std::size_t length = std::min(size * count, upload->content->size() - upload->at);
  std::memcpy(buffer, upload->content->data() + upload->at, length);
  upload->at += length;
  upload->is_whole = length == 0;
  return length;
}

std::size_t TakeReply(char* line, std::size_t size, std::size_t count, void* data) {
  auto* last = static_cast<std::string*>(data);
  last->assign(line,
               std::min(size * count, kLongestReply));  // within what is reserved: nothing may be thrown here
  while (!last->empty() && (last->back() == '\n' || last->back() == '\r')) last->pop_back();
  return size * count;
}

struct CloseCurl {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct CloseMulti {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct Mail {
  std::string url, reverse_path, content;
  std::vector<std::string> forward_paths;
};

struct Sent {
  long code = 0;  // of the last SMTP reply; 0 when there was none
  std::string reply;
  bool is_taken = false;
  bool is_in_doubt = false;  // all went out, the final dot too, and what became of it is not known
};

// As curl_easy_perform(), which writes the final dot after whatever has gone out so far when poll() fails
// (libcurl 7.88), but not where there are no recipients any more.
CURLcode Perform(CURL* curl) {
  const std::unique_ptr<CURLM, CloseMulti> multi(curl_multi_init());
  if (!multi || curl_multi_add_handle(multi.get(), curl) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
  CURLMcode state = CURLM_OK;
  int running = 1;
  while (running > 0 && state == CURLM_OK) {
    state = curl_multi_perform(multi.get(), &running);
    if (running > 0 && state == CURLM_OK)
      state = curl_multi_poll(multi.get(), nullptr, 0, kPollMilliseconds, nullptr);
  }
  int left = 0;
  const CURLMsg* end = curl_multi_info_read(multi.get(), &left);
  const CURLcode done = end != nullptr ? end->data.result : CURLE_SEND_ERROR;
  if (end == nullptr) curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, nullptr);
  curl_multi_remove_handle(multi.get(), curl);
  return done;
}

Sent Send(const Mail& mail, std::chrono::milliseconds limit) {
  Sent sent;
  sent.reply.reserve(kLongestReply);
  const std::unique_ptr<CURL, CloseCurl> handle(curl_easy_init());
  if (!handle) return sent;
  std::unique_ptr<curl_slist, FreeList> recipients;
  for (const std::string& path : mail.forward_paths) {
    curl_slist* const list = curl_slist_append(recipients.get(), ("<" + path + ">").c_str());
    if (list == nullptr) throw std::bad_alloc();
    if (!recipients) recipients.reset(list);
  }
  const std::string from = "<" + mail.reverse_path + ">";
  Upload upload{&mail.content};
  CURL* curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_URL, mail.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp");
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, Give);
  curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, TakeReply);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &sent.reply);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(limit.count()));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  const CURLcode done = Perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &sent.code);
  sent.is_taken = done == CURLE_OK;
  sent.is_in_doubt = !sent.is_taken && upload.is_whole && sent.code < 400;
  if (sent.is_in_doubt)
    sent.reply = std::string("no answer after the final dot: ") + curl_easy_strerror(done);
  else if (!sent.is_taken && sent.reply.empty())
    sent.reply = curl_easy_strerror(done);
  return sent;
}

// Bare CR and LF would end a line for some servers and not for others (SMTP smuggling).
std::string WithCrlf(const std::string& text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
      out += "\r\n";
      ++i;
    } else if (text[i] == '\r' || text[i] == '\n') {
      out += "\r\n";
    } else {
      out += text[i];
    }
  }
  if (out.size() < 2 || out.compare(out.size() - 2, 2, "\r\n") != 0) out += "\r\n";
  return out;
}

Outbox::SendResult ResultOf(const Sent& sent, int attempts) {
  if (sent.is_taken) return Outbox::SendResult::kSent;
  if (sent.is_in_doubt) return Outbox::SendResult::kInDoubt;
  const bool is_over = sent.code >= 500 || attempts >= kMostAttempts;
  return is_over ? Outbox::SendResult::kFailed : Outbox::SendResult::kRetry;
}

bool IsSafePath(const std::string& path) {
  return path.find_first_of(std::string_view("\r\n\0<> ", 6)) == std::string::npos;
}

}  // namespace

OutboxWorker::OutboxWorker(HoldStore& store, const ReleaseKey& key, OutboxSettings settings,
                           const Clock& clock)
    : store_(store), key_(key), settings_(std::move(settings)), clock_(clock) {}

bool OutboxWorker::Turn() {
  const auto lease = store_.LeaseNext(kLease);
  if (!lease) return false;
  const OutboxRow& row = lease->row;
  const auto fail = [&](std::string_view why) {
    store_.Report(*lease, Outbox::SendResult::kFailed, why, clock_.Now());
    return true;
  };
  // The last attempt was in doubt, or its sender died.
  if (row.attempts > kMostAttempts) return fail("given up after too many attempts: " + row.last_reply);
  Mail mail;
  mail.reverse_path = row.reverse_path;
  mail.forward_paths = row.forward_paths;
  const bool is_release = row.kind == OutboxKind::kRelease;
  const std::string host = is_release ? settings_.reinject_host : settings_.letter_host;
  const int port = is_release ? settings_.reinject_port : settings_.letter_port;
  mail.url = "smtp://" + host + ":" + std::to_string(port) + "/" + settings_.helo_name;
  if (is_release) {
    const auto held = store_.Find(row.held_id);
    if (!held || held->raw.empty()) return fail("the stored message is damaged");
    const std::string bytes = WithCrlf(held->raw);
    const auto body = bytes.find("\r\n\r\n");
    const std::string_view signed_body =
        body == std::string::npos ? std::string_view() : std::string_view(bytes).substr(body + 4);
    const std::string token = key_.Sign(row.held_id + "." + std::to_string(lease->fence), row.forward_paths,
                                        signed_body, clock_.Now() + kTokenLife);
    mail.content = std::string(kReleaseField) + ": " + token + "\r\n" + bytes;
  } else {
    mail.content = WithCrlf(row.content);
  }
  if (!std::all_of(mail.forward_paths.begin(), mail.forward_paths.end(), IsSafePath) ||
      !IsSafePath(mail.reverse_path))
    return fail("an address cannot be written in SMTP");
  const Sent sent = Send(mail, settings_.send_limit);
  const auto wait = kBackOffMinutes[std::min<std::size_t>(
      static_cast<std::size_t>(std::max(row.attempts - 1, 0)), kBackOffMinutes.size() - 1)];
  store_.Report(*lease, ResultOf(sent, row.attempts), sent.reply, clock_.Now() + std::chrono::minutes(wait));
  Log(sent.is_taken ? LogLevel::kInfo : LogLevel::kWarning, "sent",
      {{"id", row.held_id},
       {"kind", is_release ? "release" : "letter"},
       {"taken", sent.is_taken ? "yes" : "no"},
       {"reply", sent.reply}});
  return true;
}

}  // namespace listwarden
