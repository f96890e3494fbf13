// SPDX-License-Identifier: Apache-2.0
#include "hold/sql_audit.h"

#include <sodium.h>

#include <limits>
#include <map>

#include "hold/identity.h"
#include "hold/sql_hold_store.h"

namespace listwarden {
namespace {

struct Salt {
  std::int64_t id = 0;
  std::string hex;
};

Salt SaltOf(SqlDatabase& database, const std::string& subject) {
  for (;;) {
    SqlRow row(database, "SELECT id, salt FROM audit_salt WHERE subject = ?", subject);
    if (row.Step()) return {row.Int(0), row.Text(1)};
    SqlRow(database, "INSERT INTO audit_salt (subject, salt) VALUES (?, ?)", subject,
           RandomHex(crypto_auth_hmacsha256_KEYBYTES))
        .Run();
  }
}

std::string SubjectOf(const AuditEntry& entry) {
  if (!entry.subject.empty()) return entry.subject;
  return "held:" + std::string(entry.held_id);
}

std::string Mac(const std::string& salt, std::string_view words) {
  unsigned char key[crypto_auth_hmacsha256_KEYBYTES] = {};
  std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
  std::size_t length = 0;
  sodium_hex2bin(key, sizeof key, salt.data(), salt.size(), nullptr, &length, nullptr);
  crypto_auth_hmacsha256(reinterpret_cast<unsigned char*>(mac.data()),
                         reinterpret_cast<const unsigned char*>(words.data()), words.size(), key);
  return Hex(mac);
}

// What the hash covers, one value a line; none of them can hold a line end but by its HMAC.
struct Link {
  std::int64_t seq = 0, time = 0, actor_salt = 0, details_salt = 0;
  std::string action, held_id, actor_mac, details_mac;

  std::string HashAfter(const std::string& previous) const {
    std::string text;
    for (const std::string& value :
         {previous, std::to_string(seq), std::to_string(time), action, held_id, std::to_string(actor_salt),
          actor_mac, std::to_string(details_salt), details_mac}) {
      text += value + '\n';
    }
    return Sha256Hex(text);
  }
};

bool IsAsMade(const std::map<std::int64_t, std::string>& salts, std::int64_t salt, const std::string& words,
              const std::string& mac) {
  const auto found = salts.find(salt);
  if (found == salts.end()) return words.empty();
  return Mac(found->second, words) == mac;
}

// Adds the next rows to the report; false when there are no more.
bool VerifyPage(SqlDatabase& database, const std::map<std::int64_t, std::string>& salts, std::int64_t* after,
                AuditReport* report) {
  SqlRow row(
      database,
      "SELECT seq, time, actor_salt, details_salt, action, held_id, actor_mac, details_mac, hash, actor,"
      " details FROM audit WHERE seq > ? ORDER BY seq LIMIT 1000",
      *after);
  bool has_more = false;
  for (; row.Step(); has_more = true) {
    const Link link{row.Int(0),  row.Int(1),  row.Int(2),  row.Int(3),
                    row.Text(4), row.Text(5), row.Text(6), row.Text(7)};
    const std::string hash = row.Text(8);
    const auto fault = [&](const std::string& what) { report->faults.push_back({link.seq, what}); };
    if (link.seq != report->last.seq + 1) fault("a row before this one is missing");
    const bool is_older_than_the_chain = hash.empty() && report->last.hash.empty();
    if (!is_older_than_the_chain) {
      if (hash != link.HashAfter(report->last.hash)) fault("the row or its place was changed");
      if (!IsAsMade(salts, link.actor_salt, row.Text(9), link.actor_mac)) fault("the actor was changed");
      if (!IsAsMade(salts, link.details_salt, row.Text(10), link.details_mac))
        fault("the details were changed");
    }
    report->erased += salts.count(link.details_salt) == 0 || salts.count(link.actor_salt) == 0;
    ++report->rows;
    report->last = {link.seq, hash};
    *after = link.seq;
  }
  return has_more;
}

}  // namespace

void AppendAudit(SqlDatabase& database, const AuditEntry& entry) {
  AuditHead last;
  {
    SqlRow row(database, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1");
    if (row.Step()) last = {row.Int(0), row.Text(1)};
  }
  // The hash covers what is stored.
  const std::string actor_name = StorableText(entry.actor), words = StorableText(entry.details);
  const Salt actor = SaltOf(database, "actor:" + actor_name);
  const Salt details = SaltOf(database, SubjectOf(entry));
  Link link;
  link.seq = last.seq + 1;
  link.time = database.Now();
  link.action = StorableText(entry.action);
  link.held_id = StorableText(entry.held_id);
  link.actor_salt = actor.id;
  link.actor_mac = Mac(actor.hex, actor_name);
  link.details_salt = details.id;
  link.details_mac = Mac(details.hex, words);
  SqlRow(database,
         "INSERT INTO audit (seq, time, actor, action, held_id, details, actor_salt, actor_mac, details_salt,"
         " details_mac, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
         link.seq, link.time, actor_name, link.action, link.held_id, words, link.actor_salt, link.actor_mac,
         link.details_salt, link.details_mac, link.HashAfter(last.hash))
      .Run();
}

AuditReport VerifyAudit(SqlDatabase& database) {
  std::map<std::int64_t, std::string> salts;
  for (SqlRow row(database, "SELECT id, salt FROM audit_salt"); row.Step();) salts[row.Int(0)] = row.Text(1);
  AuditReport report;
  std::int64_t after = std::numeric_limits<std::int64_t>::min();
  while (VerifyPage(database, salts, &after, &report)) {
  }
  return report;
}

AuditTail UnsignedTailOf(SqlDatabase& database) {
  AuditTail tail;
  {
    SqlRow row(database, "SELECT seq, hash, time, signature FROM audit_head ORDER BY seq DESC LIMIT 1");
    if (row.Step()) tail.head = {{row.Int(0), row.Text(1)}, FromSeconds(row.Int(2)), row.Text(3)};
  }
  SqlRow row(database, "SELECT count(*), coalesce(min(time), 0) FROM audit WHERE seq > ?",
             tail.head ? tail.head->head.seq : 0);
  row.Step();
  tail.rows = row.Int(0);
  if (tail.rows == 0) return tail;
  tail.since = FromSeconds(row.Int(1));
  tail.age = std::chrono::seconds(database.Now() - row.Int(1));
  return tail;
}

void EraseAuditSubject(SqlDatabase& database, const std::string& subject) {
  const std::string theirs = " IN (SELECT id FROM audit_salt WHERE subject = ?)";
  SqlRow(database, "UPDATE audit SET details = '' WHERE details_salt" + theirs, subject).Run();
  SqlRow(database, "UPDATE audit SET actor = '' WHERE actor_salt" + theirs, subject).Run();
  SqlRow(database, "DELETE FROM audit_salt WHERE subject = ?", subject).Run();
}

}  // namespace listwarden
