// A desk on a store in a temporary folder, asked without a network: Get() and Post() are a browser with a
// cookie jar.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gmock/gmock.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "filters/registry.h"
#include "message/message_builder.h"
#include "moderation/intake.h"
#include "web/site.h"

namespace listwarden {

class FakeClock : public Clock {
 public:
  Time Now() const override { return now; }
  Time now{std::chrono::seconds(1'795'000'000)};
};

class DeskTest : public testing::Test {
 protected:
  static constexpr const char* kList = "medical-physics-engineering@lists.example.ac.uk";
  static constexpr const char* kTrainees = "trainees@lists.example.ac.uk";
  static constexpr const char* kPassword = "four small words here";

  DeskTest();
  ~DeskTest() override;

  void AddUser(const std::string& name, Role role, const std::string& list = "*");
  // A held post through the real intake; returns its id.
  std::string HoldPost(const std::string& subject = "Help", const std::string& text = kSecretText,
                       const std::string& list = kList);
  Outcome Receive(const std::string& raw, const std::string& list = kList);
  std::string HoldRaw(const std::string& raw, const std::string& list = kList);

  // The secret of the newest link to an author, from the letters that wait; empty when there is none.
  std::string OwnSecret();
  // Opens it as a browser does; true when the page of that post is shown.
  bool OpenLink(const std::string& secret);

  // SQL on the store's file, as nobody should.
  void ByHand(const char* sql);

  Response Ask(Request request);
  Response Get(const std::string& target);
  // With the form token of the session, unless `form` has one.
  Response Post(const std::string& path, std::map<std::string, std::string> form = {});
  Response SignIn(const std::string& name, const std::string& password = kPassword);
  std::string FormToken();
  std::string Revision(const std::string& id) { return std::to_string(store_->Find(id)->revision); }
  HoldState State(const std::string& id) { return store_->Find(id)->state; }
  // Decides with the revision as it is now.
  Response Decide(const std::string& id, const std::string& act,
                  std::map<std::string, std::string> form = {});

  static constexpr const char* kSecretText =
      "Could somebody look at the plan of my patient, NHS number 943 476 5919?\r\n";

  std::filesystem::path folder_;
  FakeClock clock_;
  std::shared_ptr<const Policy> policy_;
  std::unique_ptr<HoldStore> store_;
  std::unique_ptr<AccountStore> accounts_;
  std::shared_ptr<Notices> notices_;
  std::unique_ptr<ModerationService> service_;
  std::unique_ptr<Pages> pages_;
  SiteSettings settings_;
  std::unique_ptr<Site> site_;
  std::map<std::string, std::string> cookies_;
  std::map<std::string, std::pair<std::string, std::string>> own_cookies_;  // by their path
  std::map<std::string, std::string> fields_;                               // header fields of every request
  std::string peer_ = "192.0.2.1";
  int posts_ = 0;
};

}  // namespace listwarden
