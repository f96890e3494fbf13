// SPDX-License-Identifier: Apache-2.0
#include "policy/registers.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "message/authentication.h"
#include "message/header_fields.h"
#include "policy/toml_file.h"

namespace listwarden {
namespace {

constexpr long long kFormat = 1;
constexpr std::array<std::string_view, 10> kKinds = {"company",    "product", "party", "politician",
                                                     "government", "body",    "group", "staff",
                                                     "partner",    "account"};

bool Contains(const std::vector<std::string>& list, std::string_view one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

void LowerAll(std::vector<std::string>* texts) {
  for (std::string& one : *texts) one = LowerAscii(one);
}

void ReadExact(TomlTable& table, RegisterEntry* entry) {
  entry->exact = table.Texts("exact");
  for (const std::string& one : entry->exact) {
    if (one != entry->name && !Contains(entry->aliases, one))
      table.Fail("exact",
                 "exact \"" + one + "\" is neither the name nor an alias of \"" + entry->name + "\"");
  }
}

RegisterEntry ReadEntry(TomlTable& table, const std::string& kind) {
  RegisterEntry entry;
  entry.kind = kind;
  entry.name = table.Text("name");
  if (entry.name.empty()) table.Fail("name", "name is empty; expected the name as people write it");
  entry.aliases = table.Texts("aliases");
  ReadExact(table, &entry);
  if (kind == "company" || kind == "account") entry.domains = table.Texts("domains");
  LowerAll(&entry.domains);
  if (kind != "account") return entry;
  entry.addresses = table.Texts("addresses");
  LowerAll(&entry.addresses);
  entry.handles = table.Texts("handles");
  entry.speaks_for = table.Texts("speaks-for");
  entry.represents_body = table.Flag("represents-body");
  if (entry.addresses.empty() && entry.domains.empty() && entry.handles.empty())
    table.Fail("name", "account \"" + entry.name + "\" has neither addresses, domains nor handles");
  return entry;
}

void ReadFile(const std::filesystem::path& path, std::vector<RegisterEntry>* entries) {
  TomlTable file = ReadToml(path);
  if (file.Number("format", 0) != kFormat)
    file.Fail("format", "the register's format is not known; expected format = 1 at the top");
  for (const std::string& kind : file.Keys()) {
    if (kind == "format" || kind == "end") continue;
    if (!Registers::IsKind(kind))
      file.Fail(kind, "a register has no kind '" + kind + "'; expected one of " + Registers::Kinds());
    for (TomlTable& one : file.Tables(kind)) {
      RegisterEntry entry = ReadEntry(one, kind);
      if (kind == "company") {
        for (const std::string& product : one.Texts("products")) {
          RegisterEntry made;
          made.kind = "product";
          made.name = product;
          if (Contains(one.Texts("exact-products"), product)) made.exact = {product};
          entries->push_back(std::move(made));
        }
        one.Texts("exact-products");
      }
      one.Finish();
      entries->push_back(std::move(entry));
    }
  }
  if (!file.Has("end")) file.Fail("end", "the register does not end with [end]; it may have been cut short");
  file.Table("end").Finish();
  file.Finish();
}

void ResolveSpeakers(std::vector<RegisterEntry>* entries, const std::filesystem::path& folder) {
  for (RegisterEntry& account : *entries) {
    for (const std::string& name : account.speaks_for) {
      const auto named = std::find_if(entries->begin(), entries->end(), [&](const RegisterEntry& one) {
        return (one.kind == "body" || one.kind == "group") && one.name == name;
      });
      if (named == entries->end())
        throw RuleError(folder.string() + ":0: account \"" + account.name + "\" speaks for \"" + name +
                        "\", which is no [[body]] or [[group]] of the registers");
      account.speaks_for_body = account.speaks_for_body || named->kind == "body";
    }
  }
}

}  // namespace

bool Registers::IsKind(std::string_view kind) {
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

std::string Registers::Kinds() {
  std::string all;
  for (const std::string_view kind : kKinds) all += (all.empty() ? "" : ", ") + std::string(kind);
  return all;
}

Registers Registers::Load(const std::vector<std::filesystem::path>& files) {
  Registers registers;
  for (const std::filesystem::path& file : files) ReadFile(file, &registers.entries_);
  if (!files.empty()) ResolveSpeakers(&registers.entries_, files.front().parent_path());
  return registers;
}

bool Registers::HasKind(std::string_view kind) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const RegisterEntry& one) { return one.kind == kind; });
}

const RegisterEntry* Registers::AccountOf(std::string_view address) const {
  const std::string domain = DomainOf(address);
  const RegisterEntry* by_domain = nullptr;
  for (const RegisterEntry& one : entries_) {
    if (one.kind != "account") continue;
    if (Contains(one.addresses, address)) return &one;
    if (by_domain == nullptr && !domain.empty() && Contains(one.domains, domain)) by_domain = &one;
  }
  return by_domain;
}

const RegisterEntry* Registers::CompanyOfDomain(std::string_view domain) const {
  for (const RegisterEntry& one : entries_) {
    if (one.kind != "company") continue;
    for (const std::string& own : one.domains) {
      const bool is_below = domain.size() > own.size() && domain.substr(domain.size() - own.size()) == own &&
                            domain[domain.size() - own.size() - 1] == '.';
      if (domain == own || is_below) return &one;
    }
  }
  return nullptr;
}

bool Poster::SpeaksFor(const RegisterEntry& named) const {
  return account != nullptr && (account->speaks_for_body || Contains(account->speaks_for, named.name));
}

Poster PosterOf(const Message& message, std::string_view identity, const Registers& registers) {
  Poster poster;
  const std::string author = message.from.empty() ? "" : LowerAscii(message.from.front().address);
  poster.is_authenticated = !identity.empty();
  poster.address = poster.is_authenticated ? std::string(identity) : author;
  if (poster.is_authenticated) poster.account = registers.AccountOf(poster.address);
  for (const std::string& address : {poster.address, author}) {
    if (poster.company == nullptr) poster.company = registers.CompanyOfDomain(DomainOf(address));
  }
  return poster;
}

}  // namespace listwarden
