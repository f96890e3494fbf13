// Praise counts when it is of a company or product: one of the register, or a name with Ltd, Inc, GmbH and
// the like. The same words weigh more from a poster of a vendor or of one who represents the body.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "filters/filters.h"

namespace listwarden {
namespace {

constexpr std::string_view kNeedsCompany = "company";

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

bool HasWord(std::string_view text, std::string_view word) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool starts = at == 0 || !is_letter(text[at - 1]);
    const bool ends = at + word.size() == text.size() || !is_letter(text[at + word.size()]);
    if (starts && ends) return true;
  }
  return false;
}

constexpr std::array<std::string_view, 8> kLegalForms = {"ltd",  "limited", "plc", "inc",
                                                         "gmbh", "llc",     "b.v", "corp"};

bool NamesCompany(std::string_view sentence, const std::vector<RegisterEntry>& registers) {
  if (std::any_of(kLegalForms.begin(), kLegalForms.end(),
                  [&](std::string_view form) { return HasWord(sentence, form); }))
    return true;
  return std::any_of(registers.begin(), registers.end(), [&](const RegisterEntry& entry) {
    if (entry.kind != "company" && entry.kind != "product") return false;
    return HasWord(sentence, Lower(entry.name)) ||
           std::any_of(entry.aliases.begin(), entry.aliases.end(),
                       [&](const std::string& alias) { return HasWord(sentence, Lower(alias)); });
  });
}

// A vendor's domain, or somebody who represents the body; only an authenticated poster is believed to be the
// latter.
bool WeighsMore(const Inspection& inspection) {
  if (inspection.message.from.empty()) return false;
  const std::string address = Lower(inspection.message.from.front().address);
  const std::string domain = address.substr(std::min(address.rfind('@'), address.size() - 1) + 1);
  return std::any_of(
      inspection.registers.begin(), inspection.registers.end(), [&](const RegisterEntry& entry) {
        if (entry.represents_body)
          return !inspection.message.envelope.authenticated.empty() && Lower(entry.name) == address;
        return entry.kind == "company" &&
               std::find(entry.domains.begin(), entry.domains.end(), domain) != entry.domains.end();
      });
}

class EndorsementFilter : public Filter {
 public:
  std::string_view name() const override { return "endorsement"; }

  std::vector<Finding> Inspect(const Inspection& inspection) const override {
    std::vector<Finding> findings;
    const bool weighs_more = WeighsMore(inspection);
    for (const Hit& hit : inspection.hits) {
      if (hit.rule->check == kNeedsCompany && !NamesCompany(hit.Sentence(), inspection.registers)) continue;
      Finding finding = FindingFrom(hit);
      if (weighs_more && finding.confidence != Confidence::kHigh) {
        finding.confidence = static_cast<Confidence>(static_cast<int>(finding.confidence) + 1);
      }
      findings.push_back(std::move(finding));
    }
    return findings;
  }
};

}  // namespace

std::unique_ptr<Filter> MakeEndorsementFilter() { return std::make_unique<EndorsementFilter>(); }

}  // namespace listwarden
