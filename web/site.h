// The desk's pages: every request comes through Answer(), which knows the visitor, checks that a change comes
// from our own form, and that the visitor may do it, before any page is asked.
// Threads: any.
// Errors: store failures become a page that says so; others pass to the server's wall.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "hold/account_store.h"
#include "hold/hold_store.h"
#include "moderation/moderation_service.h"
#include "moderation/notices.h"
#include "policy/policy.h"
#include "web/access.h"
#include "web/http.h"
#include "web/own_links.h"
#include "web/pages.h"
#include "web/phrases.h"
#include "web/sessions.h"

namespace listwarden {

struct SiteSettings {
  std::string base_url = "http://127.0.0.1:8025";  // as people reach it; the only source of addresses
  std::chrono::seconds undo{30};                   // how long a decision waits before anything leaves
  std::string user_header;                         // set by a trusted proxy; empty: none
  std::vector<std::string> proxies;                // addresses of trusted proxies, beside the Unix socket
};

struct SiteParts {
  HoldStore& store;
  AccountStore& accounts;
  ModerationService& service;
  const Notices& notices;
  std::shared_ptr<const Policy> policy;
  const Pages& pages;
  const Clock& clock;
  SiteSettings settings;
};

// One request on its way to a page.
struct Call {
  const SiteParts& site;
  const Request& request;
  Phrases phrases;
  std::optional<User> user;  // always there when the page needs a permission
  std::string form_token;
  std::optional<HeldMessage> held;  // of /posts/ID/… or /mine/ID/…; the visitor may do what the route says
  std::optional<LinkToken> link;    // of /mine/ID/…: whose post it is

  bool May(Permission permission, std::string_view list) const {
    return user && listwarden::May(*user, permission, list);
  }
};

class Site {
 public:
  explicit Site(SiteParts parts);
  Response Answer(const Request& request);

 private:
  Response Dispatch(const Request& request);
  Response Guarded(Call& call);
  Response Allowed(Call& call, Permission permission, const std::string& id, Response (*answer)(Call&));
  Response OpenLink(Call& call);
  Response Owned(Call& call, const std::string& id, Response (*answer)(Call&));
  Response LinkRefused(Call& call, OwnLinks::Answer answer, bool has_secret);
  std::optional<Visitor> Visit(const Request& request, std::string* new_cookie);
  std::string Cookie(const std::string& name, const std::string& value, long seconds) const;
  Response SignInPage(Call& call, const std::string& error, int status);
  Response SignIn(Call& call);
  Response SignOut(Call& call);
  Response Preferences(Call& call);
  Response AssetFile(const Request& request) const;

  SiteParts parts_;
  Sessions sessions_;
  OwnLinks own_links_;
  bool is_https_;
};

// What pages share. `page` is a template's name; the frame's texts are filled in.
Response Page(const Call& call, std::string_view page, View view, const std::string& title, int status = 200);
Response Redirect(const std::string& path);
// A page with a heading, paragraphs, and a way on.
Response ShowMessage(const Call& call, int status, std::string_view heading_key,
                     const std::vector<std::string>& paragraphs);
Response NotFound(const Call& call);
// Where the request came from, as far as it can be believed: the network address, or whom trusted proxies
// saw (X-Forwarded-For).
std::string PeerOf(const Request& request, const SiteSettings& settings);
View Error(const std::string& field, const std::string& text);
// Of a <select>.
View Option(const std::string& value, const std::string& text, const std::string& chosen);

}  // namespace listwarden
