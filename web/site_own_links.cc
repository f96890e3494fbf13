// How an author's link opens one post and nothing else.
// SPDX-License-Identifier: Apache-2.0
#include "web/site.h"

namespace listwarden {

// The secret leaves the address bar at once, and from then on goes with the pages of its post only.
Response Site::OpenLink(Call& call) {
  const std::string secret = call.request.path.substr(kLinkPath.size());
  const OwnLinks::Opened opened = own_links_.Open(secret, "", PeerOf(call.request, call.site.settings));
  if (opened.answer != OwnLinks::Answer::kOpens) return LinkRefused(call, opened.answer, true);
  const std::string path = "/mine/" + opened.link.held_id;
  Response response = Redirect(path);
  response.fields.Add("Set-Cookie", std::string(is_https_ ? "__Secure-post=" : "post=") + secret + "; Path=" +
                                        path + "; HttpOnly; SameSite=Lax" + (is_https_ ? "; Secure" : ""));
  return response;
}

Response Site::Owned(Call& call, const std::string& id, Response (*answer)(Call&)) {
  const std::string& secret = call.request.cookies[is_https_ ? "__Secure-post" : "post"];
  const OwnLinks::Opened opened = own_links_.Open(secret, id, PeerOf(call.request, call.site.settings));
  if (opened.answer != OwnLinks::Answer::kOpens) return LinkRefused(call, opened.answer, !secret.empty());
  call.held = parts_.store.Find(id);
  if (!call.held) return LinkRefused(call, OwnLinks::Answer::kUnknown, true);
  call.link = opened.link;
  return answer(call);
}

Response Site::LinkRefused(Call& call, OwnLinks::Answer answer, bool has_secret) {
  const auto say = [&](int status, const std::string& key) {
    return ShowMessage(call, status, key + "-title", {call.phrases.Say(key)});
  };
  switch (answer) {
    case OwnLinks::Answer::kExpired:
      return say(410, "link-expired");
    case OwnLinks::Answer::kUsed:
      return say(410, "link-used");
    case OwnLinks::Answer::kMustWait:
      return say(429, "link-wait");
    case OwnLinks::Answer::kUnknown:
    case OwnLinks::Answer::kOpens:
      break;
  }
  return has_secret ? say(404, "link-unknown") : say(403, "link-missing");
}

}  // namespace listwarden
