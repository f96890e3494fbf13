// A small house for tests: a folder with a policy of one filter, four lists, the real letters and a real
// store. The words "holdme" hold a post, "tagme" tags it, "secret 12345678" holds it and is masked.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "hold/account_store.h"
#include "hold/hold_store.h"
#include "message/message_builder.h"
#include "moderation/intake.h"
#include "moderation/notices.h"
#include "policy/policy.h"

namespace listwarden {

inline void WriteFile(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

class TestClock : public Clock {
 public:
  Time Now() const override { return now; }
  Time now{std::chrono::seconds(1790000000)};  // 2026-09-21
};

class WordFilter : public Filter {
 public:
  std::string_view name() const override { return "words"; }
  std::vector<Finding> Inspect(const Inspection& inspection) const override {
    std::vector<Finding> findings;
    for (const Hit& hit : inspection.hits) findings.push_back(FindingFrom(hit));
    return findings;
  }
};

// From dee@example.org; its subject makes its Message-ID.
inline Message PostTo(const std::string& list, const std::string& subject, const std::string& text) {
  MessageBuilder builder;
  Envelope envelope;
  envelope.reverse_path = "dee@example.org";
  envelope.forward_paths = {list};
  builder.SetEnvelope(envelope);
  builder.AddField("From", " Dee <dee@example.org>");
  builder.AddField("Subject", " " + subject);
  std::string id = subject;
  std::replace(id.begin(), id.end(), ' ', '.');
  builder.AddField("Message-ID", " <" + id + "@example.org>");
  builder.AddBody(text + "\r\n");
  return builder.Finish();
}

class House {
 public:
  House() {
    std::string pattern = (std::filesystem::temp_directory_path() / "listwarden-test-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    WriteFile(folder / "policies/small/clauses.toml", kClauses);
    WriteFile(folder / "policies/small/words.toml", kRules);
    WriteFile(folder / "policies/small/cy.toml", kWelsh);
    for (const auto& [file, address, rest] : kLists) {
      WriteFile(folder / "lists.d" / file,
                std::string("address = \"") + address + "\"\nname = \"The " + address +
                    " list\"\npurpose = \"p\"\naudience = \"a\"\nresponsible = \"office@example.org\"\n" +
                    rest);
    }
    std::filesystem::create_directories(folder / "store");
    Load();
    store = OpenHoldStore(folder / "store/hold.db", clock);
    accounts = OpenAccountStore(folder / "store/hold.db", clock);
    notices = std::make_shared<Notices>(NoticeSettings{std::filesystem::path(SOURCE_DIR) / "etc/notices",
                                                       "Listwarden <listwarden@lists.example.org>",
                                                       "mx.example.org", "mx.example.org"});
    intake = std::make_unique<Intake>(*store, *accounts, notices, clock);
  }
  ~House() {
    accounts.reset();
    store.reset();
    std::filesystem::remove_all(folder);
  }
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  void Load() {
    std::vector<std::unique_ptr<Filter>> filters;
    filters.push_back(std::make_unique<WordFilter>());
    policy = Policy::Load(folder, "small", std::move(filters));
  }
  // As if the disk had gone away: nothing can be kept until BringBack.
  void TakeStoreAway() { std::filesystem::rename(folder / "store", folder / "away"); }
  void BringStoreBack() { std::filesystem::rename(folder / "away", folder / "store"); }

  std::vector<HeldSummary> Held() {
    QueueQuery all;
    all.states = {};
    all.limit = 1000;
    std::vector<HeldSummary> held;
    for (QueueRow& row : store->Queue(all).rows) held.push_back(std::move(row.held));
    return held;
  }
  // Everything that waits to be sent, leased one after the other.
  std::vector<OutboxRow> Outbox() {
    std::vector<OutboxRow> rows;
    while (const auto lease = store->LeaseNext(std::chrono::seconds(60))) rows.push_back(lease->row);
    return rows;
  }

  std::filesystem::path folder;
  TestClock clock;
  std::shared_ptr<const Policy> policy;
  std::unique_ptr<HoldStore> store;
  std::unique_ptr<AccountStore> accounts;
  std::shared_ptr<Notices> notices;
  std::unique_ptr<Intake> intake;

 private:
  static constexpr const char* kClauses = R"([[clause]]
id = "plain"
filter = "words"
title = "Plain words"
text = "A post uses plain words."
tag-from = "low"
hold-from = "medium"
)";
  // The reasons of words/secret and words/number stay English.
  static constexpr const char* kWelsh = R"("Plain words" = "Geiriau plaen"
"A post uses plain words." = "Mae neges yn defnyddio geiriau plaen."
"The text says holdme." = "Mae'r testun yn dweud holdme."
"The text says tagme." = "Mae'r testun yn dweud tagme."
"Leave it out." = "Gadewch hyn allan."
"Take the number out." = "Tynnwch y rhif allan."
)";
  static constexpr const char* kRules = R"([filter]
clause = "plain"
about = "Test words."
cannot-see = "Anything else."
[[rule]]
id = "words/hold"
confidence = "high"
pattern = '\bholdme\b'
reason = "The text says holdme."
advice = "Leave it out."
hit = ["Please holdme."]
miss = ["Please do not."]
[[rule]]
id = "words/tag"
confidence = "low"
pattern = '\btagme\b'
reason = "The text says tagme."
advice = "Leave it out."
hit = ["Please tagme."]
miss = ["Please do not."]
[[rule]]
id = "words/secret"
confidence = "high"
secret = true
pattern = '\bsecret \d{8}\b'
reason = "The text shows a secret number."
advice = "Take the number out."
hit = ["secret 12345678"]
miss = ["secret 123"]
[[rule]]
id = "words/number"
confidence = "high"
secret = true
pattern = '\b\d{8}\b'
requires = ['\bsecret\b']
reason = "A number of eight digits stands beside the word secret."
advice = "Take the number out."
hit = ["secret 12345678"]
miss = ["12345678"]
)";
  struct ListFile {
    const char *file, *address, *rest;
  };
  static constexpr ListFile kLists[] = {
      {"one.toml", "one@lists.example.org", "moderators = [\"mo@example.org\"]\nmode = \"enforce\"\n"},
      {"two.toml", "two@lists.example.org",
       "moderators = [\"ann@example.org\", \"bob@example.org\"]\nmode = \"enforce\"\nexpiry-days = 3\n"},
      {"cymru.toml", "cymru@lists.example.org",
       "moderators = [\"mo@example.org\"]\nlanguage = \"cy\"\nmode = \"enforce\"\n"},
      {"watch.toml", "watch@lists.example.org", "mode = \"observe\"\n"},
      {"default.toml", "default", "mode = \"enforce\"\n"},
  };
};

}  // namespace listwarden
