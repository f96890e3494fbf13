// A held post with its author's new words.
// SPDX-License-Identifier: Apache-2.0
#include "moderation/correction.h"

#include <gmock/gmock.h>

#include "message/message_builder.h"
#include "moderation/author_service.h"
#include "tests/support/house.h"

namespace listwarden {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr const char* kMixed =
    "From: Dee <dee@example.org>\r\nTo: one@lists.example.org\r\nSubject: holdme\r\nMessage-ID: "
    "<1@example.org>\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256;\r\n b=abc\r\nARC-Seal: i=1\r\nReferences: <0@example.org>\r\n"
    "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n"
    "--b\r\nContent-Type: multipart/alternative; boundary=\"c\"\r\n\r\n"
    "--c\r\nContent-Type: text/plain\r\n\r\nPlease holdme.\r\n> quoted\r\n-- \r\nDee\r\n"
    "--c\r\nContent-Type: text/html\r\n\r\n<p>Please holdme.</p>\r\n--c--\r\n"
    "--b\r\nContent-Type: application/pdf; name=\"a.pdf\"\r\nContent-Transfer-Encoding: base64\r\n"
    "Content-Disposition: attachment; filename=\"pl\xc3\xa4n;.pdf\"\r\n\r\nJVBERi0xLjQK\r\n"
    "--b\r\nContent-Type: text/csv; charset=us-ascii\r\nContent-Disposition: attachment; "
    "filename=t.csv\r\n\r\na,b\r\n"
    "--b--\r\n";

TEST(Correction, OffersThePlainTextOnceWithItsAttachments) {
  const Editable editable = EditableOf(ReadMessage(kMixed));
  EXPECT_EQ(editable.text, "Please holdme.\n> quoted\n-- \nDee");
  ASSERT_THAT(editable.attached, SizeIs(2));
  EXPECT_EQ(editable.attached[1].name, "t.csv");
  EXPECT_TRUE(editable.loses_markup);
  EXPECT_FALSE(editable.loses_attached_messages);
}

TEST(Correction, FindsThePartsBehindALongHeader) {
  std::string raw = kMixed;
  for (int i = 0; i < 20; ++i) raw.insert(0, "X-Filler: " + std::string(950, 'x') + "\r\n");
  EXPECT_EQ(EditableOf(ReadMessage(raw)).text, "Please holdme.\n> quoted\n-- \nDee");
}

TEST(Correction, KeepsTheHeaderButForWhatDescribedOrSignedTheOldBody) {
  const std::string raw = RewrittenMessage(ReadMessage(kMixed), {"Better", "Please.", {}});
  EXPECT_THAT(
      raw, AllOf(HasSubstr("From: Dee <dee@example.org>\r\n"), HasSubstr("Message-ID: <1@example.org>\r\n"),
                 HasSubstr("References: <0@example.org>\r\n"), HasSubstr("Subject: Better\r\n")));
  EXPECT_THAT(raw, AllOf(Not(HasSubstr("DKIM")), Not(HasSubstr("ARC-")), Not(HasSubstr("holdme")),
                         Not(HasSubstr("multipart"))));
}

TEST(Correction, KeepsTheChosenAttachmentsByteForByte) {
  const Message before = ReadMessage(kMixed);
  const Message after = ReadMessage(RewrittenMessage(before, {"Better", "Please.", {0, 1, 7}}));
  ASSERT_THAT(after.parts, SizeIs(3));
  EXPECT_EQ(after.parts[1].content, "%PDF-1.4\n");
  EXPECT_EQ(after.parts[1].file_names.front(), before.parts[2].file_names.front());
  EXPECT_EQ(after.parts[2].file_names.front(), "t.csv");
  EXPECT_TRUE(after.defects.empty());
  EXPECT_THAT(RewrittenMessage(before, {"Better", "Please.", {1}}),
              AllOf(HasSubstr("a,b\r\n"), Not(HasSubstr("JVBERi"))));
}

TEST(Correction, LetsNothingOfTheNewWordsBreakOut) {
  const Message message = ReadMessage(kMixed);
  for (const char* text :
       {"a\r\n.\r\nRSET", "a\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<script>", "\xff\xfe"}) {
    const Message after = ReadMessage(
        RewrittenMessage(message, {std::string("x\r\nBcc: eve@example.org\r\n\r\nbody") + text, text, {}}));
    EXPECT_FALSE(after.Field("Bcc")) << text;
    EXPECT_EQ(after.parts.size(), 1u) << text;
    EXPECT_EQ(after.parts[0].media_type, "text/plain");
    EXPECT_EQ(after.raw.find("\r\n.\r\n"), std::string::npos);
  }
}

TEST(Correction, CarriesLettersOfAnyLanguage) {
  const Message after = ReadMessage(RewrittenMessage(ReadMessage(kMixed), {"Dŵr ✓", "Tŷ bach.\nŵy", {}}));
  EXPECT_EQ(after.subject, "Dŵr ✓");
  EXPECT_EQ(EditableOf(after).text, "Tŷ bach.\nŵy");
}

class AuthorServiceTest : public testing::Test {
 protected:
  // A held post on a list with these further lines in its file.
  HeldMessage Hold(const std::string& lines) {
    WriteFile(house.folder / "lists.d/extra.toml",
              "address = \"extra@lists.example.org\"\nname = \"E\"\npurpose = \"p\"\naudience = \"a\"\n"
              "responsible = \"office@example.org\"\nmode = \"enforce\"\n" +
                  lines);
    house.Load();
    Message message = ReadMessage(kMixed);
    message.envelope = {"dee@example.org", {"extra@lists.example.org"}, "Q1", "dee@example.org", ""};
    house.intake->Receive(*house.policy, message);
    house.Outbox();
    return *house.store->Find(house.Held().at(0).id);
  }
  AuthorService Authors() { return {*house.store, service, *house.notices, *house.policy, house.clock}; }
  HoldState Corrected(const HeldMessage& held, const std::string& text) {
    const JudgedText judged = JudgeRewrite(*house.policy, held, {"Better", text, {}});
    EXPECT_EQ(Authors().Correct(held, {"dee@example.org", held.revision}, judged), DecisionResult::kDone);
    return house.store->Find(held.id)->state;
  }

  House house;
  ModerationService service{*house.store, *house.notices, house.clock};
};

TEST_F(AuthorServiceTest, WaitsAfterACorrectionUnlessTheListSaysRelease) {
  EXPECT_EQ(Corrected(Hold(""), "Please."), HoldState::kHeld);
}

TEST_F(AuthorServiceTest, ReleasesTheCorrectedTextWhereTheListSaysSo) {
  const HeldMessage held = Hold("on-correction = \"release\"\n");
  EXPECT_EQ(Corrected(held, "Please."), HoldState::kApproved);
  const auto rows = house.Outbox();
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_THAT(rows[0].content, HasSubstr("Listwarden-Notice: poster-corrected"));
  EXPECT_EQ(rows[1].kind, OutboxKind::kRelease);
  EXPECT_THAT(house.store->Find(held.id)->raw, AllOf(HasSubstr("Subject: Better"), HasSubstr("Please.")));
  EXPECT_EQ(house.store->Raw(held.id, 0), held.raw) << "the original is kept";
}

TEST_F(AuthorServiceTest, NeverReleasesWhatIsStillFoundOrWhatWasRejectedBefore) {
  const HeldMessage held = Hold("on-correction = \"release\"\n");
  EXPECT_EQ(Corrected(held, "Please holdme."), HoldState::kHeld);
  service.Decide(held.id, {.to = HoldState::kRejected, .actor = "mo", .why = "No."});
  const auto rejected = house.store->Find(held.id);
  EXPECT_EQ(
      Authors().Appeal(*rejected, {"dee@example.org", rejected->revision}, "Please", "https://x.example"),
      DecisionResult::kDone);
  EXPECT_EQ(Corrected(*house.store->Find(held.id), "Please."), HoldState::kHeld);
}

TEST_F(AuthorServiceTest, AsksThoseWhomTheListNamesForAppeals) {
  const HeldMessage held = Hold("appeal = [\"chair@example.org\", \"Vic <vic@example.org>\"]\n");
  service.Decide(held.id, {.to = HoldState::kRejected, .actor = "mo", .why = "No."});
  house.Outbox();
  Authors().Appeal(*house.store->Find(held.id), {"dee@example.org", held.revision + 1}, "Because",
                   "https://x.example");
  const auto rows = house.Outbox();
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].forward_paths[0], "chair@example.org");
  EXPECT_EQ(rows[1].forward_paths[0], "vic@example.org");
}

TEST_F(AuthorServiceTest, RefusesUnknownWordsInAListsFile) {
  for (const char* line : {"on-correction = \"send\"\n", "draft-check = \"yes\"\n"})
    EXPECT_THROW(Hold(line), RuleError) << line;
}

}  // namespace
}  // namespace listwarden
