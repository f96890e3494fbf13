// Any request to the desk: only a form of ours from somebody with a right changes anything, what came in comes
// back escaped, and every answer forbids what no page of ours does. An input is "METHOD TARGET", header fields,
// an empty line and a body; "{id}" and "{rejected}" are posts, secrets are fixed.
// SPDX-License-Identifier: Apache-2.0
#include <SQLiteCpp/SQLiteCpp.h>

#include "base/log.h"
#include "hold/identity.h"
#include "message/header_fields.h"
#include "moderation/moderation_service.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/house.h"
#include "web/site.h"

using namespace listwarden;

namespace {

const std::string kCookie(64, 'c'), kFormToken(64, 'f'), kAuthor(64, 'a'), kRejected(64, 'b');
const std::string kPeer = "192.0.2.1";
// What every "<" and every quotation mark that comes in is made into.
const std::string kTag = "<xss7 ", kAttribute = "\"xss8=", kOdd = kTag + kAttribute;
constexpr auto kHour = std::chrono::hours(1);

std::string Replaced(std::string text, std::string_view mark, std::string_view with) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + with.size()))
    text.replace(at, mark.size(), with);
  return text;
}

class Desk {
 public:
  Desk() {
    SetLogLevel(LogLevel::kError);
    house_.notices = std::make_shared<Notices>(
        NoticeSettings{SOURCE_DIR "/etc/notices", "Listwarden <listwarden@lists.example.org>",
                       "mx.example.org", "mx.example.org", "https://desk.example"});
    house_.intake->SetNotices(house_.notices);
    waiting_ = Held("one@lists.example.org", kAuthor);
    rejected_ = Held("two@lists.example.org", kRejected);
    const Choice choice{.to = HoldState::kRejected, .actor = "mo", .why = kOdd, .revision = 0};
    ModerationService(*house_.store, *house_.notices, house_.clock).Decide(rejected_, choice);
    User user;
    user.name = "mo";
    user.address = "mo@example.org";
    user.rights = {{"*", Role::kAdmin}};
    house_.accounts->PutUser(user, "test");
    const Time now = house_.clock.now;
    house_.accounts->AddSession({Sha256Hex(kCookie), "mo", kFormToken, now, now, now + kHour});
    // Whoever guesses passwords is told to wait: none is hashed here.
    for (int i = 0; i < 20; ++i) house_.accounts->CountFailure("peer:" + kPeer, kHour);
    all_ = Everything();
    Close();
    std::filesystem::copy(store(), kept(), std::filesystem::copy_options::recursive);
    Open();
  }

  void Ask(std::string text) {
    for (const std::string mark : {"<", "%3C", "%3c"}) text = Replaced(text, mark, mark + kTag.substr(1));
    for (const std::string mark : {"\"", "%22"}) text = Replaced(text, mark, mark + kAttribute.substr(1));
    const Request request = Read(Replaced(Replaced(text, "{id}", waiting_), "{rejected}", rejected_));
    const Response response = site_->Answer(request);
    const bool is_html = response.type.rfind("text/html", 0) == 0;
    Require(response.status < 500, "a request is answered");
    Require(!is_html || (response.body.find(kTag) == std::string::npos &&
                         response.body.find(kAttribute) == std::string::npos),
            "what came in is escaped");
    Require(response.fields["Content-Security-Policy"].rfind("default-src 'none'", 0) == 0,
            "no page runs much");
    Require(response.fields["X-Content-Type-Options"] == "nosniff", "nothing is taken for a page");
    for (const auto& [name, value] : response.fields.all())
      Require(value.find_first_of(std::string("\r\n\0", 3)) == std::string::npos, "a field is one line");
    const std::string& where = response.fields["Location"];
    Require(where.empty() || (where[0] == '/' && where.substr(0, 2) != "//"), "nobody is led elsewhere");
    if (Everything() == all_) return;
    const bool is_moderator = request.cookies["__Host-session"] == kCookie;
    const std::string& secret = request.cookies["__Secure-post"];
    const bool is_author = secret == kAuthor || secret == kRejected;
    const std::string& token = is_moderator ? kFormToken : request.cookies["__Host-form"];
    Require(request.method == "POST" && (is_moderator || is_author) && !token.empty() &&
                request.form["form-token"] == token,
            "only a form of ours from somebody with a right changes anything");
    Close();
    std::filesystem::remove_all(store());
    std::filesystem::copy(kept(), store(), std::filesystem::copy_options::recursive);
    Open();
  }

 private:
  // A post with the marks wherever it can hold them, and its author's link.
  std::string Held(const std::string& list, const std::string& secret) {
    const std::string quoted = Replaced(kOdd, "\"", "\\\"");
    Message post =
        ReadMessage("From: \"" + quoted + "\" <dee@example.org>\r\nSubject: " + kOdd + "\r\nMessage-ID: <" +
                    list + kOdd + ">\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + "--b\r\n\r\n" +
                    kOdd + " holdme\r\n--b\r\nContent-Type: text/plain; name=\"" + quoted + "\"\r\n\r\n" +
                    kOdd + "\r\n--b--\r\n");
    post.envelope = {"dee@example.org", {list}, "QUEUE1", "dee@example.org", kOdd};
    house_.intake->Receive(*house_.policy, post);
    QueueQuery query;
    query.lists = {list};
    const std::string id = house_.store->Queue(query).rows.at(0).held.id;
    SQLite::Database file(store() / "hold.db", SQLite::OPEN_READWRITE);
    file.exec("UPDATE link SET hash = '" + Sha256Hex(secret) + "' WHERE held_id = '" + id + "'");
    return id;
  }

  std::filesystem::path store() const { return house_.folder / "store"; }
  std::filesystem::path kept() const { return house_.folder / "kept"; }

  static Request Read(std::string_view text) {
    const auto line = [&] {
      const std::string_view one = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(one.size() + 1, text.size()));
      return std::string(one);
    };
    const std::string first = line();
    FieldList fields;
    for (std::string field = line(); !field.empty(); field = line()) {
      const auto colon = std::min(field.find(": "), field.size());
      fields.Add(LowerAscii(field.substr(0, colon)), field.substr(std::min(colon + 2, field.size())));
    }
    const auto blank = std::min(first.find(' '), first.size());
    return ReadRequest(first.substr(0, blank), first.substr(std::min(blank + 1, first.size())), fields, text,
                       kPeer);
  }

  // Every row of the store but the failures that are counted.
  std::string Everything() const {
    const SQLite::Database file(store() / "hold.db");
    std::string all;
    SQLite::Statement tables(file,
                             "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'failure'");
    while (tables.executeStep()) {
      SQLite::Statement rows(file, "SELECT * FROM " + tables.getColumn(0).getString());
      while (rows.executeStep()) {
        for (int i = 0; i < rows.getColumnCount(); ++i) all += rows.getColumn(i).getString() + '\n';
      }
    }
    return all;
  }

  void Close() {
    site_.reset();
    service_.reset();
    house_.intake.reset();
    house_.accounts.reset();
    house_.store.reset();
    std::filesystem::remove(store() / "hold.db.ballast");
  }
  void Open() {
    house_.store = OpenHoldStore(store() / "hold.db", house_.clock, {0, 0});
    house_.accounts = OpenAccountStore(store() / "hold.db", house_.clock);
    service_ = std::make_unique<ModerationService>(*house_.store, *house_.notices, house_.clock);
    SiteSettings settings;
    settings.base_url = "https://desk.example";
    site_ = std::make_unique<Site>(SiteParts{*house_.store, *house_.accounts, *service_, *house_.notices,
                                             house_.policy, pages_, house_.clock, settings});
  }

  House house_;
  std::string waiting_, rejected_, all_;
  Pages pages_{SOURCE_DIR "/etc/pages"};
  std::unique_ptr<ModerationService> service_;
  std::unique_ptr<Site> site_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Desk desk;
  desk.Ask(std::string(Text(data, size)));
  return 0;
}
