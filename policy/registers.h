// The names a policy knows: companies, products, parties, the body itself and its partners, and the accounts
// that speak for it. All of it is data (policies/NAME/registers/*.toml); code names nobody. A file starts
// with format = 1 and ends with an [end] table, so that a cut one is known as such.
// Owns: its entries; pointers to them live as long as it does.
// Threads: immutable after Load.
// Errors: Load throws RuleError "file:line: what; expected".
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace listwarden {

// `kind` is the name of its table: company, product, party, politician, government, body, group, staff,
// partner or account.
struct RegisterEntry {
  std::string kind;
  std::string name;                     // as people write it
  std::vector<std::string> aliases;     // other spellings
  std::vector<std::string> exact;       // of these, those that count only as spelled (or all in capitals)
  std::vector<std::string> domains;     // of its mail
  std::vector<std::string> addresses;   // accounts: mail addresses and log-ins
  std::vector<std::string> handles;     // accounts: names on other channels
  std::vector<std::string> speaks_for;  // accounts: names of bodies and groups
  bool speaks_for_body = false;         // accounts: one of these is a body
  bool represents_body = false;         // accounts: held to the stricter level
};

class Registers {
 public:
  static Registers Load(const std::vector<std::filesystem::path>& files);
  static bool IsKind(std::string_view kind);
  static std::string Kinds();  // for error messages

  const std::vector<RegisterEntry>& entries() const { return entries_; }
  bool HasKind(std::string_view kind) const;
  // nullptr when there is none. `address` is in lower case.
  const RegisterEntry* AccountOf(std::string_view address) const;
  const RegisterEntry* CompanyOfDomain(std::string_view domain) const;

 private:
  std::vector<RegisterEntry> entries_;
};

// Who posts, as far as the policy is concerned; made once for each message.
struct Poster {
  std::string address;  // the authenticated identity, else From; lower case
  bool is_authenticated = false;
  const RegisterEntry* account = nullptr;  // known only when authenticated
  const RegisterEntry* company =
      nullptr;  // by the domain of the identity or of From: makes judgement stricter

  bool RepresentsBody() const { return account != nullptr && account->represents_body; }
  // Who speaks for the body may speak for its groups and staff as well.
  bool SpeaksFor(const RegisterEntry& named) const;
};

struct Message;
// `identity` is AuthenticatedAuthor of message/authentication.h.
Poster PosterOf(const Message& message, std::string_view identity, const Registers& registers);

}  // namespace listwarden
