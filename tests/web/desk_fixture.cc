// SPDX-License-Identifier: Apache-2.0
#include "desk_fixture.h"

#include <sqlite3.h>
#include <unistd.h>

#include "web/password.h"

namespace listwarden {
namespace {

std::shared_ptr<const Policy> ShippedPolicy() {
  static const auto policy = Policy::Load(std::filesystem::path(SOURCE_DIR) / "etc", "ipem", MakeFilters());
  return policy;
}

const std::string& PasswordHash() {
  static const std::string hash = HashPassword("four small words here");
  return hash;
}

}  // namespace

DeskTest::DeskTest() {
  const std::filesystem::path etc = std::filesystem::path(SOURCE_DIR) / "etc";
  folder_ = std::filesystem::temp_directory_path() / ("listwarden-desk-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder_);
  policy_ = ShippedPolicy();
  store_ = OpenHoldStore(folder_ / "hold.db", clock_);
  accounts_ = OpenAccountStore(folder_ / "hold.db", clock_);
  notices_ =
      std::make_shared<Notices>(NoticeSettings{etc / "notices", "Listwarden <listwarden@lists.example.ac.uk>",
                                               "mx.example", "", "https://desk.example"});
  service_ = std::make_unique<ModerationService>(*store_, *notices_, clock_);
  pages_ = std::make_unique<Pages>(etc / "pages");
  settings_.base_url = "https://desk.example";
  site_ = std::make_unique<Site>(
      SiteParts{*store_, *accounts_, *service_, *notices_, policy_, *pages_, clock_, settings_});
}

DeskTest::~DeskTest() {
  site_.reset();
  store_.reset();
  accounts_.reset();
  std::filesystem::remove_all(folder_);
}

void DeskTest::AddUser(const std::string& name, Role role, const std::string& list) {
  User user = accounts_->FindUser(name).value_or(User{});
  user.name = name;
  user.address = name + "@ipem.example";
  user.password_hash = PasswordHash();
  user.rights.push_back({list, role});
  accounts_->PutUser(user, "test");
}

Outcome DeskTest::Receive(const std::string& raw, const std::string& list) {
  Message message = ReadMessage(raw);
  message.envelope = {"ann@hospital.example",
                      {list},
                      "Q" + std::to_string(posts_),
                      "ann@hospital.example",
                      "localhost[127.0.0.1]"};
  Intake intake(*store_, *accounts_, notices_, clock_);
  return intake.Receive(*policy_, message);
}

std::string DeskTest::HoldRaw(const std::string& raw, const std::string& list) {
  EXPECT_EQ(Receive(raw, list).kind, Outcome::Kind::kHeldAll);
  QueueQuery newest;
  newest.order = QueueOrder::kNewest;
  newest.limit = 1;
  return store_->Queue(newest).rows.at(0).held.id;
}

std::string DeskTest::HoldPost(const std::string& subject, const std::string& text, const std::string& list) {
  return HoldRaw("From: Ann Example <ann@hospital.example>\r\nTo: " + list + "\r\nSubject: " + subject +
                     "\r\nMessage-ID: <" + std::to_string(++posts_) + "@hospital.example>\r\n\r\n" + text,
                 list);
}

void DeskTest::ByHand(const char* sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open((folder_ / "hold.db").c_str(), &handle), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle);
  sqlite3_close(handle);
}

std::string DeskTest::OwnSecret() {
  constexpr std::string_view kMark = "https://desk.example/link/";
  std::string secret;
  while (const auto lease = store_->LeaseNext(std::chrono::seconds(60))) {
    std::string text;
    for (const Segment& segment : ReadMessage(lease->row.content).segments) text += segment.text.original();
    const auto at = text.find(kMark);
    if (at != std::string::npos) secret = text.substr(at + kMark.size(), 64);
  }
  return secret;
}

bool DeskTest::OpenLink(const std::string& secret) {
  const Response moved = Get("/link/" + secret);
  return moved.status == 303 && Get(moved.fields["Location"]).status == 200;
}

Response DeskTest::Ask(Request request) {
  for (const auto& [name, value] : cookies_) request.cookies.Add(name, value);
  for (const auto& [path, cookie] : own_cookies_) {
    if (request.path.rfind(path, 0) == 0) request.cookies.Add(cookie.first, cookie.second);
  }
  for (const auto& [name, value] : fields_) request.fields.Add(name, value);
  request.peer = peer_;
  Response response = site_->Answer(request);
  for (const std::string& cookie : response.fields.All("Set-Cookie")) {
    const auto equals = cookie.find('=');
    const std::string value = cookie.substr(equals + 1, cookie.find(';') - equals - 1);
    const auto path = cookie.find("Path=/mine/");
    if (path == std::string::npos)
      cookies_[cookie.substr(0, equals)] = value;
    else
      own_cookies_[cookie.substr(path + 5, cookie.find(';', path) - path - 5)] = {cookie.substr(0, equals),
                                                                                  value};
  }
  return response;
}

Response DeskTest::Get(const std::string& target) { return Ask(ReadRequest("GET", target, {}, "", "")); }

std::string DeskTest::FormToken() {
  const std::string page = Get("/keys").body;
  const std::string mark = "name=\"form-token\" value=\"";
  const auto at = page.find(mark);
  return page.substr(at + mark.size(), page.find('"', at + mark.size()) - at - mark.size());
}

Response DeskTest::Post(const std::string& path, std::map<std::string, std::string> form) {
  Request request;
  request.method = "POST";
  request.target = request.path = path;
  if (!form.contains("form-token")) form["form-token"] = FormToken();
  for (const auto& [name, value] : form) request.form.Add(name, value);
  return Ask(std::move(request));
}

Response DeskTest::SignIn(const std::string& name, const std::string& password) {
  return Post("/sign-in", {{"name", name}, {"password", password}, {"next", "/"}});
}

Response DeskTest::Decide(const std::string& id, const std::string& act,
                          std::map<std::string, std::string> form) {
  form["revision"] = Revision(id);
  return Post("/posts/" + id + "/" + act, std::move(form));
}

}  // namespace listwarden
