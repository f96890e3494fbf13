// What a milter that gets no memory may not do: crash, or let go on what it should hold.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <new>

#include "base/log.h"
#include "failing_memory.h"
#include "filters/registry.h"
#include "milter/session.h"
#include "tests/support/house.h"

namespace listwarden {
namespace {

using Final = MilterReply::Final;

constexpr const char* kList = "one@lists.example.org";

// Two parts, charsets and encodings, HTML with what it hides, a quotation and a signature.
constexpr const char* kType = " multipart/alternative; boundary=\"b\"";
constexpr const char* kBody =
    "--b\r\nContent-Type: text/plain; charset=iso-8859-1; format=flowed\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    "Caf=E9: please =\r\nholdme, you are a complete idiot.\r\n> She wrote: tagme\r\n-- \r\nDee\r\n"
    "--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    "PHA+UGxlYXNlIDxiPmhvbGRtZTwvYj4gPHNwYW4gc3R5bGU9ImRpc3BsYXk6bm9uZSI+c2VjcmV0PC9zcGFuPjwvcD4=\r\n"
    "--b--\r\n";

Message Read(const std::string& list) {
  MessageBuilder builder;
  Envelope envelope;
  envelope.reverse_path = "dee@example.org";
  envelope.forward_paths = {list};
  builder.SetEnvelope(envelope);
  builder.AddField("From", " =?utf-8?q?D=C3=A9e?= <dee@example.org>");
  builder.AddField("Subject", " =?iso-8859-1?q?Caf=E9?= and other matters of the day");
  builder.AddField("Content-Type", kType);
  builder.AddBody(kBody);
  return builder.Finish();
}

class MailMemory : public testing::Test {
 protected:
  // As milter/milter_server.cc does: what fails on the way is a temporary failure at the end.
  template <typename Event>
  static void Pass(MilterSession* session, Event event) {
    try {
      event();
    } catch (const std::exception&) {
      session->Spoil();
    }
  }
  template <typename Event>
  static Final Answered(MilterSession* session, Event event) {
    try {
      return event().final;
    } catch (const std::exception&) {
      session->Spoil();
      return Final::kTempFail;
    }
  }
  // A message's way through a connection to that listener of the MTA.
  Final Send(const char* listener, const std::string& sender, const std::string& token) {
    MilterSession session(host_);
    Pass(&session, [&] { session.Connect("client.of.an.example.org[192.0.2.1]", listener); });
    Pass(&session, [&] { session.MailFrom(sender, ""); });
    Pass(&session, [&] { session.Recipient(kList); });
    const Final first = Answered(&session, [&] { return session.Data(); });
    if (first != Final::kContinue) return first;
    const std::pair<const char*, const char*> fields[] = {
        {"From", sender.c_str()},
        {"Subject", " =?iso-8859-1?q?Caf=E9?= and other matters of the day"},
        {"Content-Type", kType},
        {"Message-ID", sender.c_str()}};
    for (const auto& [name, value] : fields)
      Pass(&session, [&, n = name, v = value] { session.Field(n, v, true); });
    if (!token.empty()) Pass(&session, [&] { session.Field("Listwarden-Release", token, true); });
    Pass(&session, [&] { session.Body(kBody); });
    return Answered(&session, [&] { return session.EndOfMessage("QUEUE1"); });
  }
  std::size_t HeldFrom(const std::string& sender) {
    QueueQuery theirs;
    theirs.author = sender;
    theirs.states = {};
    return house_.store->Queue(theirs).count;
  }

  MailMemory() { SetLogLevel(LogLevel::kError); }
  ~MailMemory() override { SetLogLevel(LogLevel::kInfo); }

  House house_;
  FailingMemory memory_;
  SessionHost host_{{}, *house_.intake, *house_.store, nullptr, house_.clock, {}, {}, {}, {}, {}, {},
                    {}, house_.policy};
};

TEST_F(MailMemory, APostIsReadWholeOrNotAtAllAndLeavesNothing) {
  const Message whole = Read(kList);
  ASSERT_FALSE(whole.segments.empty());
  const long before = FailingMemory::blocks();
  long points = 0;
  bool has_failed = true;
  for (long at = 1; has_failed && !HasFailure(); ++at, ++points) {
    memory_.FailAt(at);
    try {
      const Message read = Read(kList);
      has_failed = memory_.has_failed();
      memory_.Mend();
      EXPECT_TRUE(read.IsUnread() || read.segments.size() == whole.segments.size()) << "at " << at;
    } catch (const std::bad_alloc&) {
      memory_.Mend();
    }
    EXPECT_EQ(FailingMemory::blocks(), before) << "leaked at " << at;
  }
  std::cout << "read: " << points << " failures\n";
  EXPECT_GT(points, 100);
}

TEST_F(MailMemory, ThePolicyHoldsWhatItCannotJudge) {
  constexpr long kStride = 7;
  constexpr const char* kOfThePolicy = "medical-physics-engineering@jiscmail.example";
  const auto policy = Policy::Load(SOURCE_DIR "/etc", "ipem", MakeFilters());
  const ListPolicy* list = policy->FindList(policy->lists().front().address);
  const Message post = Read(kOfThePolicy);
  ASSERT_EQ(policy->Judge(post, *list).disposition, Disposition::kHold);
  long points = 0;
  for (const bool is_sticky : {false, true}) {
    bool has_failed = true;
    for (long at = 1; has_failed && !HasFailure(); at += kStride, ++points) {
      is_sticky ? memory_.FailFrom(at) : memory_.FailAt(at);
      try {
        const Verdict verdict = policy->Judge(post, *list);
        has_failed = memory_.has_failed();
        memory_.Mend();
        EXPECT_EQ(verdict.disposition, Disposition::kHold) << "at " << at;
      } catch (const std::bad_alloc&) {
        memory_.Mend();
      }
    }
  }
  std::cout << "judge: " << points << " failures\n";
  EXPECT_GT(points, 10);
}

TEST_F(MailMemory, RenewedRulesKeepNothingOfTheTextsBefore) {
  const std::filesystem::path file = house_.folder / "rules.toml";
  std::ofstream(file)
      << "[filter]\nclause = 'c'\n[[rule]]\nid = 'f/one'\nconfidence = 'high'\nreason = 'r'\n"
         "advice = 'a'\npattern = '\\bcomplete (?:idiot|fool)s?\\b'\nhit = ['h']\nmiss = ['m']\n";
  const auto rules = RuleSet::Load({file}, std::make_shared<const Registers>());
  const Message post = Read(kList);
  const long before = FailingMemory::blocks();
  EXPECT_FALSE(rules->Scan(post).empty());
  EXPECT_GT(FailingMemory::blocks(), before);
  rules->Renew();
  EXPECT_EQ(FailingMemory::blocks(), before);
  EXPECT_FALSE(rules->Scan(post).empty());
}

TEST_F(MailMemory, APostThatShouldBeHeldIsHeldOnceOrPutOff) {
  constexpr long kStride = 11;
  long points = 0;
  for (const bool is_sticky : {false, true}) {
    bool has_failed = true;
    for (long at = 1; has_failed && !HasFailure(); at += kStride, ++points) {
      const std::string sender = (is_sticky ? "from" : "once") + std::to_string(at) + "@example.org";
      is_sticky ? memory_.FailFrom(at) : memory_.FailAt(at);
      const Final final = Send("smtpd", sender, "");
      has_failed = memory_.has_failed();
      memory_.Mend();
      EXPECT_TRUE(final == Final::kTempFail || final == Final::kDiscard) << "let go on, at " << at;
      const std::size_t held = HeldFrom(sender);
      if (final == Final::kDiscard) {
        EXPECT_EQ(held, 1u) << "answered as held, and is not, at " << at;
      }
      EXPECT_EQ(Send("smtpd", sender, ""), Final::kDiscard) << "the client tries again, at " << at;
      EXPECT_EQ(HeldFrom(sender), 1u) << at;
    }
  }
  std::cout << "post: " << points << " failures\n";
  EXPECT_GT(points, 100);
}

// The retry of a held post is swallowed: so would be its release, if it were judged like one.
TEST_F(MailMemory, AReleaseIsNeverTakenForANewPost) {
  ReleaseKey::Create(house_.folder / "key");
  const ReleaseKey key(house_.folder / "key");
  host_.key = &key;
  ASSERT_EQ(Send("smtpd", "dee@example.org", ""), Final::kDiscard);
  bool has_failed = true;
  for (long at = 1; has_failed && !HasFailure(); ++at) {
    const std::string token = " " + key.Sign("0011." + std::to_string(at), {kList}, kBody,
                                             house_.clock.now + std::chrono::minutes(10));
    memory_.FailAt(at);
    const Final final = Send("REINJECT", "dee@example.org", token);
    has_failed = memory_.has_failed();
    memory_.Mend();
    EXPECT_TRUE(final == Final::kTempFail || final == Final::kContinue) << "lost at " << at;
    EXPECT_EQ(has_failed || final == Final::kContinue, true);
  }
}

}  // namespace
}  // namespace listwarden
