// What the desk and the milter hand out and take back: only the genuine is taken, and none with a changed byte.
// Keys and secrets are fixed, so that seeds can hold them.
// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "hold/identity.h"
#include "message/header_fields.h"
#include "moderation/letter_decisions.h"
#include "moderation/release_token.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/house.h"
#include "web/http.h"
#include "web/own_links.h"
#include "web/sessions.h"

using namespace listwarden;

namespace {

const std::string kCookie(64, 'c'), kAuthor(64, 'a'), kDecide(64, 'd');
const std::string kBody = "Good morning.\r\n", kPath = "one@lists.example.org";

class Desk {
 public:
  Desk() {
    SetLogLevel(LogLevel::kError);
    WriteFile(house_.folder / "key", std::string(32, 'k'));
    std::filesystem::permissions(house_.folder / "key", std::filesystem::perms::owner_all);
    key_.emplace(house_.folder / "key");
    release = key_->Sign("0011.1", {kPath}, kBody, house_.clock.now + std::chrono::minutes(10));
    User user;
    user.name = "mo";
    house_.accounts->PutUser(user, "test");
    const Time now = house_.clock.now, later = now + std::chrono::hours(1);
    house_.accounts->AddSession({Sha256Hex(kCookie), "mo", "form", now, now, later});
    NewHold hold;
    hold.list = kPath;
    hold.expires = later;
    hold.links = {{Sha256Hex(kAuthor), "author", "", "dee@example.org", -1, later},
                  {Sha256Hex(kDecide), std::string(kDecides), "", "mo@example.org", 0, later}};
    held_id_ = house_.store->Hold(hold).id;
    // An answer that is taken and changes nothing.
    answer_ = ReadMessage("From: mo@example.org\r\nAuto-Submitted: auto-replied\r\n\r\napprove\r\n");
  }

  void Check(std::string_view text) {
    const std::string given(text);
    const auto verifies = [&](std::string_view token, const std::string& path, std::string_view body) {
      return key_->Verify(token, {path}, body, house_.clock.now).has_value();
    };
    Require(verifies(text, kPath, kBody) == (Trim(text) == release), "only the token itself releases");
    Require(verifies(release, given, kBody) == (given == kPath), "a release is for its recipients");
    Require(verifies(release, kPath, text) == (text == kBody), "a release is for its text");
    Require(IsOpen(text, "") == (text == kAuthor), "only the author's link opens");
    Require(IsOpen(kAuthor, text) == (text.empty() || text == held_id_), "a link opens its own post");
    const FieldList cookies = ParseCookies(text);
    for (const auto& [name, value] : cookies.all())
      Require(sessions_.Find(value).has_value() == (value == kCookie),
              "only the session's cookie is a session");
    // Mail systems may change the case of an address.
    Require(IsTaken("decide+" + given + "@lists.example.org") == (LowerAscii(text) == kDecide),
            "only the letter's token is answered to");
    Require(IsTaken(given) == (LowerAscii(text) == "decide+" + kDecide + "@lists.example.org"),
            "only the letter's address is answered to");
  }

  std::string release;

 private:
  bool IsOpen(std::string_view secret, std::string_view held_id) {
    return links_.Open(secret, held_id, "192.0.2.1").answer == OwnLinks::Answer::kOpens;
  }
  bool IsTaken(const std::string& path) { return decisions_.Take(*house_.policy, notices_, answer_, path); }

  House house_;
  std::optional<ReleaseKey> key_;
  std::string held_id_;
  Message answer_;
  Sessions sessions_{*house_.accounts, house_.clock};
  OwnLinks links_{*house_.store, *house_.accounts, house_.clock};
  LetterDecisions decisions_{*house_.store, *house_.accounts, house_.clock};
  const Notices notices_{{SOURCE_DIR "/etc/notices", "Listwarden <listwarden@lists.example.org>",
                          "mx.example.org", "", "", "decide@lists.example.org"}};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Desk desk;
  const std::string_view text = Text(data, size);
  desk.Check(text);
  if (size < 2) return 0;
  for (std::string token : {desk.release, kCookie, kAuthor, kDecide}) {
    token[data[0] % token.size()] = static_cast<char>(data[1]);
    desk.Check(token);
  }
  return 0;
}
