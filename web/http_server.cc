// SPDX-License-Identifier: Apache-2.0
#include "web/http_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <thread>
#include <utility>  // Boost.Asio 1.74 forgets it under C++20

#include "base/error.h"
#include "base/log.h"
#include "message/header_fields.h"
#include "web/hardening.h"

namespace listwarden {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Protocol = asio::generic::stream_protocol;
using Stream = beast::basic_stream<Protocol>;

constexpr std::size_t kHeaderBytes = 16u << 10;
constexpr int kMostConnections = 256;
constexpr auto kReadTime = std::chrono::seconds(15), kWriteTime = std::chrono::seconds(30);
constexpr auto kPause = std::chrono::milliseconds(10);  // before what could not be had is asked for again

std::string Peer(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "gone";
  char text[INET6_ADDRSTRLEN] = "unix";
  if (address.ss_family == AF_INET)
    inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in*>(&address)->sin_addr, text, sizeof text);
  if (address.ss_family == AF_INET6) {
    const in6_addr& six = reinterpret_cast<sockaddr_in6*>(&address)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&six))
      inet_ntop(AF_INET, six.s6_addr + 12, text, sizeof text);
    else
      inet_ntop(AF_INET6, &six, text, sizeof text);
  }
  return text;
}

Request Translated(const http::request<http::string_body>& from, std::string peer) {
  FieldList fields;
  for (const auto& field : from)
    fields.Add(LowerAscii({field.name_string().data(), field.name_string().size()}),
               std::string(field.value()));
  return ReadRequest(std::string(from.method_string()), std::string(from.target()), std::move(fields),
                     from.body(), std::move(peer));
}

Response Plain(int status, std::string text) {
  Response response;
  response.status = status;
  response.type = "text/plain; charset=utf-8";
  response.body = std::move(text);
  Harden(&response, false);
  return response;
}

}  // namespace

struct HttpServer::Machine {
  HttpSettings settings;
  Answer answer;
  std::atomic<int> connections{0};  // outlives the connections that `sockets` owns
  asio::io_context sockets{1};
  asio::executor_work_guard<asio::io_context::executor_type> until_stopped{sockets.get_executor()};
  asio::basic_socket_acceptor<Protocol> acceptor{sockets};
  std::weak_ptr<void> accepting;  // alive as long as somebody is waited for
  asio::thread_pool workers{HttpServer::kWorkers};
  std::thread thread;
  std::string socket_file;

  class Connection;

  void Serve();
  void Accept();
  void Listen();
  void ListenOnFile(const std::string& file);
  void ListenOnDescriptor(int fd);
  void ListenOnPort(const std::string& listen);
};

class HttpServer::Machine::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Machine& machine, Protocol::socket socket)
      : machine_(machine), peer_(Peer(socket.native_handle())), stream_(std::move(socket)) {
    ++machine_.connections;
  }
  ~Connection() { --machine_.connections; }

  void Read() {
    parser_.emplace();
    parser_->header_limit(kHeaderBytes);
    parser_->body_limit(machine_.settings.body_bytes);
    stream_.expires_after(kReadTime);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) { self->Got(error); });
  }

 private:
  void Got(beast::error_code error) {
    if (error == http::error::header_limit) return Write(Plain(431, "The header is too large.\n"), false);
    if (error == http::error::body_limit) return Write(Plain(413, "That is too large.\n"), false);
    if (error == http::error::end_of_stream || error == beast::error::timeout) return;
    static const auto& kHttp = http::make_error_code(http::error::bad_method).category();
    if (error && error.category() == kHttp) return Write(Plain(400, "That is no HTTP request.\n"), false);
    if (error) return;
    // Asked for here because both smuggle requests past a proxy (RFC 9112 section 6.3).
    const auto& request = parser_->get();
    if (request.count(http::field::content_length) > 0 && request.count(http::field::transfer_encoding) > 0)
      return Write(Plain(400, "Content-Length and Transfer-Encoding contradict.\n"), false);
    const bool is_known = request.method() == http::verb::get || request.method() == http::verb::head ||
                          request.method() == http::verb::post;
    if (!is_known) return Write(Plain(405, "Only GET, HEAD and POST.\n"), request.keep_alive());
    stream_.expires_never();
    asio::post(machine_.workers, [self = shared_from_this()] { self->Work(); });
  }

  // On a worker's thread: the wall that no failure of one page passes. Where there is not even memory to say so, the
  // connection ends.
  void Work() {
    try {
      asio::post(stream_.get_executor(), [self = shared_from_this(), response = Answered()]() mutable {
        self->Write(std::move(response), self->parser_->get().keep_alive());
      });
    } catch (const std::exception& e) {
      Log(LogLevel::kError, "connection-failed", {{"why", e.what()}});
    }
  }

  Response Answered() {
    try {
      return machine_.answer(Translated(parser_->get(), peer_));
    } catch (const std::exception& e) {
      Log(LogLevel::kError, "page-failed", {{"why", e.what()}});
      return Plain(500, "Something went wrong here. Please look whether it was done before you try again.\n");
    }
  }

  void Write(Response response, bool keep_alive) {
    const bool is_head = parser_->is_header_done() && parser_->get().method() == http::verb::head;
    reply_ = {};
    reply_.result(static_cast<unsigned>(response.status));
    reply_.set(http::field::content_type, response.type);
    for (const auto& [name, value] : response.fields.all()) reply_.insert(name, value);
    reply_.keep_alive(keep_alive);
    reply_.content_length(response.body.size());
    if (!is_head) reply_.body() = std::move(response.body);
    stream_.expires_after(kWriteTime);
    http::async_write(stream_, reply_,
                      [self = shared_from_this(), keep_alive](beast::error_code error, std::size_t) {
                        if (!error && keep_alive) return self->Read();
                        beast::error_code ignored;
                        self->stream_.socket().shutdown(Protocol::socket::shutdown_send, ignored);
                      });
  }

  Machine& machine_;
  std::string peer_;
  Stream stream_;
  beast::flat_buffer buffer_{kHeaderBytes + (64u << 10)};
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> reply_;
};

// What throws between our calls, for want of memory, costs its own connection, not the others.
void HttpServer::Machine::Serve() {
  for (;;) {
    try {
      if (accepting.expired()) Accept();
      sockets.run();
      return;
    } catch (const std::exception& e) {
      Log(LogLevel::kError, "connection-failed", {{"why", e.what()}});
      std::this_thread::sleep_for(kPause);
    }
  }
}

void HttpServer::Machine::Accept() {
  if (!acceptor.is_open()) return;
  const auto waiting = std::make_shared<char>();  // ends with the handler, even where that is never called
  accepting = waiting;
  acceptor.async_accept([this, waiting](beast::error_code error, Protocol::socket socket) {
    if (error) std::this_thread::sleep_for(kPause);
    if (!error && connections < kMostConnections)
      std::make_shared<Connection>(*this, std::move(socket))->Read();
    Accept();
  });
}

void HttpServer::Machine::ListenOnFile(const std::string& file) {
  ::unlink(file.c_str());
  acceptor.open(asio::local::stream_protocol());
  acceptor.bind(asio::local::stream_protocol::endpoint(file));
  ::chmod(file.c_str(), static_cast<mode_t>(settings.socket_mode));
  acceptor.listen();
  socket_file = file;
}

void HttpServer::Machine::ListenOnDescriptor(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw SettingsError("desk.listen: fd:" + std::to_string(fd) + " is no open socket");
  acceptor.assign(Protocol(address.ss_family, 0), fd);
}

void HttpServer::Machine::ListenOnPort(const std::string& listen) {
  const auto colon = listen.rfind(':');
  beast::error_code error;
  const auto address = asio::ip::make_address(listen.substr(0, colon), error);
  if (colon == std::string::npos || error ||
      listen.find_first_not_of("0123456789", colon + 1) != std::string::npos)
    throw SettingsError("desk.listen: '" + listen + "'; expected ADDRESS:PORT, unix:/path or fd:3");
  const asio::ip::tcp::endpoint endpoint(
      address, static_cast<std::uint16_t>(std::stoi("0" + listen.substr(colon + 1))));
  acceptor.open(endpoint.protocol());
  acceptor.set_option(asio::socket_base::reuse_address(true));
  acceptor.bind(endpoint);
  acceptor.listen();
}

void HttpServer::Machine::Listen() {
  const std::string& listen = settings.listen;
  try {
    if (listen.rfind("unix:", 0) == 0)
      ListenOnFile(listen.substr(5));
    else if (listen.rfind("fd:", 0) == 0)
      ListenOnDescriptor(std::stoi("0" + listen.substr(3)));
    else
      ListenOnPort(listen);
  } catch (const boost::system::system_error& e) {
    throw SettingsError("desk.listen: cannot listen on " + listen + ": " + e.what());
  }
}

HttpServer::HttpServer(const HttpSettings& settings, Answer answer) : machine_(std::make_unique<Machine>()) {
  machine_->settings = settings;
  machine_->answer = std::move(answer);
  machine_->Listen();
  machine_->thread = std::thread([this] { machine_->Serve(); });
}

HttpServer::~HttpServer() {
  asio::post(machine_->sockets, [this] {
    beast::error_code ignored;
    machine_->acceptor.close(ignored);
  });
  machine_->workers.join();
  machine_->sockets.stop();
  machine_->thread.join();
  if (!machine_->socket_file.empty()) ::unlink(machine_->socket_file.c_str());
}

int HttpServer::port() const {
  const auto endpoint = machine_->acceptor.local_endpoint();
  const sockaddr* address = endpoint.data();
  if (address->sa_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(address)->sin_port);
  if (address->sa_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(address)->sin6_port);
  return 0;
}

}  // namespace listwarden
