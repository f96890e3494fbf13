// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "filters/registry.h"
#include "message/message_builder.h"
#include "policy/policy.h"

namespace listwarden {
namespace {

// The confidence of the filter's finding, or nothing.
std::string Endorsement(const std::string& from, const std::string& text, const std::string& login = "") {
  static const auto policy = Policy::Load(SOURCE_DIR "/etc", "ipem", MakeFilters());
  Message message =
      ReadMessage("From: " + from + "\r\nSubject: A question\r\n\r\n" + text + "\r\n", Limits{});
  message.envelope.authenticated = login;
  for (const FilterVerdict& one : policy->Judge(message, policy->default_list()).filters) {
    if (one.filter == "endorsement") return std::string(ConfidenceName(one.confidence));
  }
  return "";
}

TEST(Endorsement, TellsTheGuidelinesOwnPairApart) {
  EXPECT_EQ(Endorsement("ann@hospital.example", "Do visit the stand of XYZ Ltd at the conference."), "");
  EXPECT_EQ(Endorsement("ann@hospital.example", "XYZ Ltd is the world leader in dosimetry equipment."),
            "high");
}

TEST(Endorsement, IsStricterWithThoseWhoRepresentTheBody) {
  const std::string text = "The service of XYZ Ltd is superb.";
  const std::string ordinary = Endorsement("ann@hospital.example", text);
  EXPECT_EQ(Endorsement("president@ipem.example", text), ordinary) << "an address alone proves nothing";
  EXPECT_NE(Endorsement("president@ipem.example", text, "president@ipem.example"), ordinary);
}

TEST(Endorsement, IsStricterWithVendors) {
  const std::string text = "The service of XYZ Ltd is superb.";
  EXPECT_NE(Endorsement("sales@xyz.example", text), Endorsement("ann@hospital.example", text));
}

}  // namespace
}  // namespace listwarden
