// SPDX-License-Identifier: Apache-2.0
#include "web/pages.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "base/error.h"

namespace listwarden {
namespace {

using testing::HasSubstr;
using testing::Not;

class PagesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("listwarden-pages-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_ / "assets");
    Write("en.toml", "hello = \"Hello {name} & all\"\n");
    Write("cy.toml", "hello = \"Helo {name} & phawb\"\n");
    Write("assets/a.css", "p {}");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void Write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  std::string Fault(const std::string& page) {
    Write("page.html", page);
    try {
      Pages pages(folder_);
    } catch (const SettingsError& e) {
      return e.what();
    }
    return "";
  }
  std::filesystem::path folder_;
};

TEST_F(PagesTest, EscapesValuesInWordingAndAttributes) {
  Write("page.html", "<p title=\"{{t}}\">{{say.hello}}</p>");
  View view;
  view.texts["t"] = "\"><script>alert(1)</script>";
  view.texts["name"] = "<b>'Ann'";
  const std::string html = Pages(folder_).Render("page", "en", view);
  EXPECT_THAT(html, Not(HasSubstr("<script>")));
  EXPECT_THAT(html, HasSubstr("Hello &lt;b&gt;&apos;Ann&apos; &amp; all"));
}

TEST_F(PagesTest, SpeaksWelshAndFallsBackToEnglish) {
  Write("page.html", "{{say.hello}}");
  const Pages pages(folder_);
  EXPECT_THAT(pages.Render("page", "cy", {}), HasSubstr("Helo"));
  EXPECT_THAT(pages.Render("page", "fr", {}), HasSubstr("Hello"));
  EXPECT_EQ(pages.Say("en", "hello", {{"name", "<"}}), "Hello < & all");
}

TEST_F(PagesTest, AnEmptyTextIsNoSectionAndHidesAnOuterOne) {
  Write("page.html", "{{#rows}}[{{#note}}{{note}}{{/note}}]{{/rows}}");
  View view, row;
  view.texts["note"] = "outer";
  row.texts["note"] = "";
  view.lists["rows"] = {row};
  EXPECT_EQ(Pages(folder_).Render("page", "en", view), "[]");
}

TEST_F(PagesTest, RefusesRawOutputInlineScriptsStylesAndBareAttributes) {
  EXPECT_THAT(Fault("\n{{{raw}}}"), HasSubstr("page.html:2: "));
  EXPECT_NE(Fault("{{&raw}}"), "");
  EXPECT_NE(Fault("<script>x</script>"), "");
  EXPECT_NE(Fault("<p style=\"x\">"), "");
  EXPECT_NE(Fault("<p onclick=\"x\">"), "");
  EXPECT_NE(Fault("<p title={{t}}>"), "");
  EXPECT_NE(Fault("<iframe src=\"x\">"), "");
  EXPECT_EQ(Fault("<script src=\"{{asset.a.css}}\" defer></script><p>on = 1</p>"), "");
}

TEST_F(PagesTest, RefusesWordingThatOneLanguageLacks) {
  Write("cy.toml", "other = \"x\"\n");
  EXPECT_THAT(Fault("x"), HasSubstr("'hello' is missing"));
}

TEST_F(PagesTest, NamesAssetsByTheirHash) {
  Write("page.html", "{{asset.a.css}}");
  const std::string before = Pages(folder_).Render("page", "en", {});
  Write("assets/a.css", "p { }");
  EXPECT_NE(Pages(folder_).Render("page", "en", {}), before);
}

TEST(ShippedPages, LoadInBothLanguages) {
  const Pages pages(std::filesystem::path(SOURCE_DIR) / "etc" / "pages");
  for (const char* page : {"queue", "post", "bulk", "sign-in", "message", "keys", "accessibility"}) {
    EXPECT_THAT(pages.Render(page, "en", {}), HasSubstr("</html>")) << page;
    EXPECT_THAT(pages.Render(page, "cy", {}), HasSubstr("</html>")) << page;
  }
}

}  // namespace
}  // namespace listwarden
