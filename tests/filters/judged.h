// What one filter says of a post under the shipped policy.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "filters/registry.h"
#include "message/message_builder.h"
#include "policy/policy.h"

namespace listwarden {

inline const Policy& ShippedPolicy() {
  static const std::shared_ptr<const Policy> policy = Policy::Load(SOURCE_DIR "/etc", "ipem", MakeFilters());
  return *policy;
}

// A plain post; `text` has "\n" line ends.
inline std::string Post(const std::string& text, const std::string& subject = "A question") {
  return "From: Ann Sample <ann@hospital.example>\nTo: list@example.org\nSubject: " + subject +
         "\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n" + text + "\n";
}

// The same with a file of that name and type.
inline std::string PostWithFile(const std::string& text, const std::string& file, const std::string& type) {
  return "From: Ann Sample <ann@hospital.example>\nTo: list@example.org\nSubject: A question\nMIME-Version: "
         "1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; "
         "charset=utf-8\n\n" +
         text + "\n--b\nContent-Type: " + type + "\nContent-Disposition: attachment; filename=\"" + file +
         "\"\nContent-Transfer-Encoding: base64\n\nAAAA\n--b--\n";
}

inline std::vector<Finding> FindingsOf(std::string_view filter, const std::string& raw) {
  for (const FilterVerdict& one :
       ShippedPolicy().Judge(ReadMessage(raw, Limits{}), ShippedPolicy().default_list()).filters) {
    if (one.filter == filter) return one.findings;
  }
  return {};
}

// "high", "medium", "low" or "" when the filter found nothing.
inline std::string ConfidenceOf(std::string_view filter, const std::string& raw) {
  for (const FilterVerdict& one :
       ShippedPolicy().Judge(ReadMessage(raw, Limits{}), ShippedPolicy().default_list()).filters) {
    if (one.filter == filter) return std::string(ConfidenceName(one.confidence));
  }
  return "";
}

inline bool HasRule(const std::vector<Finding>& findings, std::string_view rule) {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& one) { return one.rule == rule; });
}

}  // namespace listwarden
