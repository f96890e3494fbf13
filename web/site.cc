// SPDX-License-Identifier: Apache-2.0
#include "web/site.h"

#include <sodium.h>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "message/header_fields.h"
#include "web/acts.h"
#include "web/draft_page.h"
#include "web/hardening.h"
#include "web/own_correction_page.h"
#include "web/own_post_page.h"
#include "web/password.h"
#include "web/post_page.h"
#include "web/queue_page.h"
#include "web/report_page.h"

namespace listwarden {
namespace {

constexpr long kYear = 365L * 24 * 3600;

Response KeysPage(Call& call) {
  View view;
  const bool is_off = call.request.cookies["keys"] == "off";
  view.texts["keys-state"] = call.phrases.Say(is_off ? "keys-off" : "keys-on");
  view.texts["keys-switch"] = call.phrases.Say(is_off ? "keys-turn-on" : "keys-turn-off");
  view.texts["keys-other"] = is_off ? "on" : "off";
  return Page(call, "keys", std::move(view), call.phrases.Say("keys-title"));
}

Response AccessibilityPage(Call& call) {
  return Page(call, "accessibility", {}, call.phrases.Say("accessibility-title"));
}

struct Route {
  std::string_view method, before, after;  // "/posts/" ID "/release"; no ID when `after` is "-"
  Permission permission;
  Response (*answer)(Call&);
};

// Every page and every act that needs a permission or none; "/posts/ID" asks for it on that post's list.
constexpr Route kRoutes[] = {
    {"GET", "/", "-", Permission::kSee, ShowQueue},
    {"GET", "/decided", "-", Permission::kSee, ShowDecided},
    {"GET", "/live", "-", Permission::kSee, ShowChanges},
    {"GET", "/posts/", "", Permission::kSee, ShowPost},
    {"GET", "/posts/", "/source", Permission::kSee, SendSource},
    {"POST", "/posts/", "/release", Permission::kDecide, ReleasePost},
    {"POST", "/posts/", "/reject", Permission::kDecide, RejectPost},
    {"POST", "/posts/", "/discard", Permission::kDecide, DiscardPost},
    {"POST", "/posts/", "/undo", Permission::kDecide, UndoPost},
    {"POST", "/posts/", "/claim", Permission::kNote, ClaimPost},
    {"POST", "/posts/", "/note", Permission::kNote, NotePost},
    {"POST", "/posts/", "/forward", Permission::kNote, ForwardPost},
    {"POST", "/decide", "-", Permission::kDecide, DecideMany},
    {"GET", "/mine/", "", Permission::kOwnPost, ShowOwnPost},
    {"GET", "/mine/", "/correct", Permission::kOwnPost, ShowCorrection},
    {"POST", "/mine/", "/correct", Permission::kOwnPost, CorrectOwnPost},
    {"GET", "/mine/", "/withdraw", Permission::kOwnPost, AskToWithdraw},
    {"POST", "/mine/", "/withdraw", Permission::kOwnPost, WithdrawOwnPost},
    {"POST", "/mine/", "/undo", Permission::kOwnPost, UndoWithdrawal},
    {"GET", "/mine/", "/appeal", Permission::kOwnPost, AskToAppeal},
    {"POST", "/mine/", "/appeal", Permission::kOwnPost, AppealOwnPost},
    {"GET", "/check", "-", Permission::kNone, ShowDraftCheck},
    {"POST", "/check", "-", Permission::kNone, CheckDraft},
    {"GET", "/reports", "-", Permission::kReport, ShowReport},
    {"GET", "/reports.csv", "-", Permission::kReport, SendReportCsv},
    {"GET", "/keys", "-", Permission::kNone, KeysPage},
    {"GET", "/accessibility", "-", Permission::kNone, AccessibilityPage},
};

// The ID in the path when the route is meant; "-" for a route without one.
std::optional<std::string> IdOf(const Route& route, const Request& request) {
  const std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
  const std::string& path = request.path;
  if (route.method != method) return std::nullopt;
  if (route.after == "-") return path == route.before ? std::optional<std::string>("-") : std::nullopt;
  const std::size_t around = route.before.size() + route.after.size();
  if (path.size() <= around || path.compare(0, route.before.size(), route.before) != 0 ||
      path.compare(path.size() - route.after.size(), route.after.size(), route.after) != 0)
    return std::nullopt;
  std::string id = path.substr(route.before.size(), path.size() - around);
  if (id.find_first_not_of("0123456789abcdef") != std::string::npos) return std::nullopt;
  return id;
}

// A path of ours, so that no redirect leads elsewhere.
std::string LocalPath(const std::string& path) {
  const bool is_plain = std::all_of(path.begin(), path.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  const bool is_local =
      !path.empty() && path[0] == '/' && path.substr(0, 2) != "//" && path.find('\\') == std::string::npos;
  return is_plain && is_local ? path : "/";
}

bool IsSame(const std::string& a, const std::string& b) {
  return !a.empty() && a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string LanguageOf(const Request& request, const std::optional<User>& user) {
  const std::string& chosen = request.cookies["language"];
  if (chosen == "en" || chosen == "cy") return chosen;
  if (user) return user->language == "cy" ? "cy" : "en";
  return request.fields["accept-language"].rfind("cy", 0) == 0 ? "cy" : "en";
}

// Where a page that answers a form is reached by its address.
std::string PageBehind(const Call& call) {
  if (call.link) return OwnPath(call);
  return call.request.path == "/check" ? "/check" : "/";
}

// For people without an account, who have no queue to go to.
bool IsForAuthors(const std::string& path) {
  return path == "/check" || path.rfind("/mine/", 0) == 0 || path.rfind(kLinkPath, 0) == 0;
}

// No path of ours has a secret but that of a link.
std::string PathToLog(const Request& request) {
  return request.path.rfind(kLinkPath, 0) == 0 ? std::string(kLinkPath) : request.path;
}

// Who was kept from what.
void LogRefusal(const Call& call) {
  Log(LogLevel::kWarning, "refused",
      {{"method", call.request.method},
       {"path", PathToLog(call.request)},
       {"name", call.user ? call.user->name : ""},
       {"peer", PeerOf(call.request, call.site.settings)}});
}

View MessageView(const Call& call, std::string_view heading_key, const std::vector<std::string>& paragraphs) {
  View view;
  view.texts["heading"] = call.phrases.Say(heading_key);
  for (const std::string& paragraph : paragraphs)
    view.lists["paragraphs"].emplace_back().texts["text"] = paragraph;
  return view;
}

Response DownPage(const Call& call) {
  const bool is_form = call.request.method == "POST";
  const char* key = !is_form                          ? "down-text"
                    : IsForAuthors(call.request.path) ? "down-form-author"
                                                      : "down-form";
  View view = MessageView(call, "down-title", {call.phrases.Say(key)});
  if (is_form && call.request.path != "/sign-in") {
    view.texts["retry"] = call.request.path;
    for (const auto& [name, value] : call.request.form.all()) {
      View field;
      field.texts["name"] = name;
      field.texts["value"] = value;
      view.lists["fields"].push_back(field);
    }
  }
  return Page(call, "message", std::move(view), call.phrases.Say("down-title"), 503);
}

}  // namespace

// Only a proxy can write to the Unix socket.
bool IsProxy(const std::string& peer, const SiteSettings& settings) {
  return peer == "unix" ||
         std::find(settings.proxies.begin(), settings.proxies.end(), peer) != settings.proxies.end();
}

std::string PeerOf(const Request& request, const SiteSettings& settings) {
  std::string peer = request.peer, hops;
  for (const std::string& field : request.fields.All("x-forwarded-for")) hops += "," + field;
  // Each proxy appends whom it saw: what stands before the first that is not ours, anybody may have written.
  while (IsProxy(peer, settings) && !hops.empty()) {
    const auto comma = hops.rfind(',');
    peer = Trim(std::string_view(hops).substr(comma + 1));
    hops.resize(comma);
  }
  return peer;
}

View Error(const std::string& field, const std::string& text) {
  View error;
  error.texts["field"] = field;
  error.texts["text"] = text;
  return error;
}

View Option(const std::string& value, const std::string& text, const std::string& chosen) {
  View option;
  option.texts["value"] = value;
  option.texts["text"] = text;
  option.flags["is-chosen"] = value == chosen;
  return option;
}

Response Page(const Call& call, std::string_view page, View view, const std::string& title, int status) {
  const std::string& language = call.phrases.language();
  const std::string other = language == "cy" ? "en" : "cy";
  const bool is_post = call.request.method == "POST";
  view.texts["title"] =
      view.lists["errors"].empty() ? title : call.phrases.Say("errors-title") + ": " + title;
  view.texts["lang"] = language;
  view.texts["other-lang"] = other;
  view.texts["other-lang-name"] = call.site.pages.Say(other, "language-name");
  view.texts["page"] = page;
  view.texts["keys"] = call.request.cookies["keys"] == "off" ? "off" : "on";
  view.texts["here"] = is_post ? PageBehind(call) : LocalPath(call.request.target);
  view.flags["has-draft-check"] = OffersDraftCheck(call);
  view.texts["form-token"] = call.form_token;
  view.texts["user"] = call.user ? call.user->name : "";
  const auto reported = call.user ? ListsWhere(*call.user, Permission::kReport) : std::vector<std::string>();
  view.flags["may-report"] = !reported || !reported->empty();
  Response response;
  response.status = status;
  response.body = call.site.pages.Render(page, language, view);
  return response;
}

Response Redirect(const std::string& path) {
  Response response;
  response.status = 303;
  response.fields.Add("Location", path);
  return response;
}

Response ShowMessage(const Call& call, int status, std::string_view heading_key,
                     const std::vector<std::string>& paragraphs) {
  View view = MessageView(call, heading_key, paragraphs);
  if (call.link) {
    view.texts["link"] = OwnPath(call);
    view.texts["link-text"] = call.phrases.Say("own-back");
  } else if (call.held && call.user) {
    view.texts["link"] = "/posts/" + call.held->id;
    view.texts["link-text"] = call.phrases.Say("conflict-link");
  } else if (call.user || !IsForAuthors(call.request.path)) {
    view.texts["link"] = "/";
    view.texts["link-text"] = call.phrases.Say("home");
  }
  return Page(call, "message", std::move(view), call.phrases.Say(heading_key), status);
}

Response NotFound(const Call& call) {
  return ShowMessage(call, 404, "not-found-title", {call.phrases.Say("not-found")});
}

Site::Site(SiteParts parts)
    : parts_(std::move(parts)),
      sessions_(parts_.accounts, parts_.clock),
      own_links_(parts_.store, parts_.accounts, parts_.clock),
      is_https_(parts_.settings.base_url.rfind("https://", 0) == 0) {}

std::string Site::Cookie(const std::string& name, const std::string& value, long seconds) const {
  return (is_https_ ? "__Host-" : "") + name + "=" + value + "; Path=/; HttpOnly; SameSite=Lax" +
         (is_https_ ? "; Secure" : "") + (seconds == 0 ? "" : "; Max-Age=" + std::to_string(seconds));
}

std::optional<Visitor> Site::Visit(const Request& request, std::string* new_cookie) {
  const std::string& cookie = request.cookies[is_https_ ? "__Host-session" : "session"];
  const std::string header = LowerAscii(parts_.settings.user_header);
  auto visitor = sessions_.Find(cookie);
  if (header.empty() || !IsProxy(request.peer, parts_.settings)) return visitor;
  const std::vector<std::string> names = request.fields.All(header);
  // Twice: one of them may be the client's own.
  const std::string name = names.size() == 1 ? LowerAscii(names[0]) : "";
  if (name.empty() || (visitor && visitor->user.name == name)) return visitor;
  *new_cookie = sessions_.Begin(name);
  return sessions_.Find(*new_cookie);
}

Response Site::AssetFile(const Request& request) const {
  const Asset* asset = parts_.pages.FindAsset(request.path.substr(std::string_view("/assets/").size()));
  Response response;
  response.status = asset == nullptr ? 404 : 200;
  response.type = asset == nullptr ? "text/plain; charset=utf-8" : asset->type;
  if (asset != nullptr) {
    response.body = asset->bytes;
    response.fields.Add("Cache-Control", "public, max-age=31536000, immutable");
  }
  return response;
}

Response Site::Answer(const Request& request) {
  Response response = request.path.rfind("/assets/", 0) == 0 ? AssetFile(request) : Dispatch(request);
  Harden(&response, is_https_);
  return response;
}

Response Site::Dispatch(const Request& request) {
  Call call{parts_, request, Phrases(parts_.pages, LanguageOf(request, {}), parts_.clock.Now()), {}, {},
            {},     {}};
  std::string new_session, new_form;
  Response response;
  try {
    const auto visitor = Visit(request, &new_session);
    if (visitor) {
      call.user = visitor->user;
      call.form_token = visitor->form_token;
      call.phrases = Phrases(parts_.pages, LanguageOf(request, call.user), parts_.clock.Now());
    } else {
      call.form_token = request.cookies[is_https_ ? "__Host-form" : "form"];
      if (call.form_token.empty()) call.form_token = new_form = NewSecret();
    }
    response = Guarded(call);
    if (response.status == 403) LogRefusal(call);
  } catch (const StoreError& e) {
    Log(LogLevel::kError, "store-failed", {{"path", PathToLog(request)}, {"why", e.what()}});
    response = DownPage(call);
  }
  if (!new_form.empty()) response.fields.Add("Set-Cookie", Cookie("form", new_form, 0));
  if (!new_session.empty()) response.fields.Add("Set-Cookie", Cookie("session", new_session, 0));
  return response;
}

Response Site::Guarded(Call& call) {
  const Request& request = call.request;
  if (request.method == "POST") {
    const std::string &origin = request.fields["origin"], &site = request.fields["sec-fetch-site"];
    if ((!origin.empty() && origin != parts_.settings.base_url) || (!site.empty() && site != "same-origin"))
      return ShowMessage(call, 403, "forbidden-title",
                         {call.phrases.Say("forbidden-origin", {{"address", parts_.settings.base_url}})});
    if (!IsSame(request.form["form-token"], call.form_token))
      return ShowMessage(call, 403, "forbidden-title", {call.phrases.Say("forbidden-form")});
    if (request.path == "/sign-in") return SignIn(call);
    if (request.path == "/sign-out") return SignOut(call);
    if (request.path == "/preferences") return Preferences(call);
  } else if (request.path == "/sign-in") {
    return call.user ? Redirect("/") : SignInPage(call, "", 200);
  } else if (request.path.rfind(kLinkPath, 0) == 0) {
    return OpenLink(call);
  }
  for (const Route& route : kRoutes) {
    const auto id = IdOf(route, request);
    if (id) return Allowed(call, route.permission, *id, route.answer);
  }
  return NotFound(call);
}

// The one place where a permission is asked for.
Response Site::Allowed(Call& call, Permission permission, const std::string& id, Response (*answer)(Call&)) {
  if (permission == Permission::kNone) return answer(call);
  if (permission == Permission::kOwnPost) return Owned(call, id, answer);
  if (!call.user) {
    return Redirect("/sign-in?" + (call.request.method == "POST"
                                       ? std::string("said=again")
                                       : "next=" + PercentEncoded(LocalPath(call.request.target))));
  }
  if (id == "-") {
    const auto lists = ListsWhere(*call.user, permission);
    const bool is_none = lists && lists->empty();
    if (is_none) return ShowMessage(call, 403, "forbidden-title", {call.phrases.Say("forbidden-right")});
    return answer(call);
  }
  call.held = parts_.store.Find(id);
  // A post of somebody else's list looks like none.
  if (!call.held || !call.May(Permission::kSee, call.held->list)) {
    if (call.held) LogRefusal(call);
    call.held.reset();
    return NotFound(call);
  }
  if (!call.May(permission, call.held->list))
    return ShowMessage(call, 403, "forbidden-title", {call.phrases.Say("forbidden-right")});
  return answer(call);
}

Response Site::SignInPage(Call& call, const std::string& error, int status) {
  View view;
  const bool is_again = call.request.query["said"] == "again";
  if (!error.empty() || is_again)
    view.lists["errors"].push_back(Error("name", error.empty() ? call.phrases.Say("sign-in-again") : error));
  view.texts["name"] = call.request.form["name"];
  const std::string& next =
      call.request.method == "POST" ? call.request.form["next"] : call.request.query["next"];
  view.texts["next"] = LocalPath(next);
  return Page(call, "sign-in", std::move(view), call.phrases.Say("sign-in-title"), status);
}

Response Site::SignIn(Call& call) {
  const FieldList& form = call.request.form;
  const Sessions::Attempt attempt =
      sessions_.SignIn(form["name"], form["password"], PeerOf(call.request, call.site.settings));
  if (attempt.must_wait) return SignInPage(call, call.phrases.Say("sign-in-wait"), 429);
  if (attempt.cookie.empty()) return SignInPage(call, call.phrases.Say("sign-in-wrong"), 403);
  sessions_.End(call.request.cookies[is_https_ ? "__Host-session" : "session"]);
  Response response = Redirect(LocalPath(form["next"]));
  response.fields.Add("Set-Cookie", Cookie("session", attempt.cookie, 0));
  return response;
}

Response Site::SignOut(Call& call) {
  sessions_.End(call.request.cookies[is_https_ ? "__Host-session" : "session"]);
  Response response = Redirect("/sign-in");
  response.fields.Add("Set-Cookie", Cookie("session", "", -1));
  return response;
}

Response Site::Preferences(Call& call) {
  const FieldList& form = call.request.form;
  Response response = Redirect(LocalPath(form["back"]));
  const auto remember = [&](const char* name) {
    response.fields.Add("Set-Cookie", std::string(name) + "=" + form[name] +
                                          "; Path=/; SameSite=Lax; Max-Age=" + std::to_string(kYear) +
                                          (is_https_ ? "; Secure" : ""));
  };
  if (form["language"] == "en" || form["language"] == "cy") remember("language");
  if (form["keys"] == "on" || form["keys"] == "off") remember("keys");
  return response;
}

}  // namespace listwarden
