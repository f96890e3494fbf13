// Holding: what the milter needs.
// SPDX-License-Identifier: Apache-2.0
#include "hold/sql_hold_store.h"

#include "hold/identity.h"
#include "hold/sql_audit.h"

namespace listwarden {
namespace {

constexpr std::int64_t kDaySeconds = 24 * 3600;
constexpr std::int64_t kDedupeSeconds = 5 * kDaySeconds;
constexpr int kTokensKept = 1000;

}  // namespace

SqlHoldStore::SqlHoldStore(std::unique_ptr<SqlConnection> connection, const HoldLimits& limits)
    : limits_(limits), connection_(std::move(connection)) {
  StartSodium();
}

void SqlHoldStore::CheckFreeSpace() const {
  if (connection_->FreeBytes() < limits_.min_free_bytes)
    throw StoreFull("less than " + std::to_string(limits_.min_free_bytes >> 20) +
                    " MiB are free where the store lies");
}

HoldStore::HoldResult SqlHoldStore::Hold(const NewHold& hold) {
  CheckFreeSpace();
  return connection_->Write([&](SqlDatabase& database) { return HoldNow(database, hold); });
}

void SqlHoldStore::CheckRoom(SqlDatabase& database, const NewHold& hold) const {
  SqlRow all(database, "SELECT count(*) FROM held WHERE list = ? AND state = 'held'", hold.list);
  all.Step();
  if (all.Int(0) >= static_cast<std::int64_t>(limits_.per_list))
    throw StoreFull("too many messages wait for this list");
  SqlRow own(database, "SELECT count(*) FROM held WHERE list = ? AND state = 'held' AND author = ?",
             hold.list, hold.from);
  own.Step();
  if (own.Int(0) >= static_cast<std::int64_t>(limits_.per_author_and_list))
    throw StoreFull("too many messages of this author wait for this list");
}

HoldStore::HoldResult SqlHoldStore::HoldNow(SqlDatabase& database, const NewHold& hold) const {
  const std::int64_t now = database.Now();
  {
    SqlRow same(database, "SELECT id FROM held WHERE dedupe = ? AND received > ?", hold.dedupe_key,
                now - kDedupeSeconds);
    if (same.Step()) {
      const std::string id = same.Text(0);
      const std::string words = "queue id " + hold.queue_id;
      AppendAudit(database, {"milter", "client-retried", id, words, ""});
      return {id, true};
    }
  }
  CheckRoom(database, hold);
  SqlRow(database, "UPDATE held SET dedupe = dedupe || '#' || id WHERE dedupe = ?", hold.dedupe_key).Run();
  const std::string id = NewHeldId();
  SqlRow(database,
         "INSERT INTO held (id, dedupe, state, list, reverse_path, forward_paths, author, subject,"
         " message_id, queue_id, language, similar_key, may_answer, received, expires)"
         " VALUES (?, ?, 'held', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
         id, hold.dedupe_key, hold.list, hold.reverse_path, PathsToJson(hold.forward_paths), hold.from,
         hold.subject, hold.message_id, hold.queue_id, hold.language, hold.similar_key,
         hold.may_answer ? 1 : 0, now, Seconds(hold.expires))
      .Run();
  Correction text;
  text.raw = hold.raw;
  text.verdict_json = hold.verdict_json;
  text.policy_version = hold.policy_version;
  text.findings = hold.findings;
  AddContent(database, id, 0, "milter", text);
  for (const OutboxRow& letter : hold.letters) AddOutbox(database, letter, id, 0, now);
  AddLinks(database, hold.links, id);
  const std::string words = "policy " + hold.policy_version;
  AppendAudit(database, {"milter", "held", id, words, ""});
  return {id, false};
}

void SqlHoldStore::AddContent(SqlDatabase& database, const std::string& id, std::int64_t number,
                              std::string_view made_by, const Correction& text) const {
  SqlRow row(database,
             "INSERT INTO content (held_id, number, sha256, made, made_by, policy, verdict, raw)"
             " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
             id, number, Sha256Hex(text.raw), database.Now(), made_by, text.policy_version,
             text.verdict_json);
  row.Bind(Blob{text.raw});
  row.Run();
  for (const FindingRow& finding : text.findings) {
    SqlRow(database,
           "INSERT INTO finding (held_id, number, filter, rule, clause, confidence, action, quote)"
           " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
           id, number, finding.filter, finding.rule, finding.clause, finding.confidence, finding.action,
           finding.quote)
        .Run();
  }
}

void SqlHoldStore::AddLinks(SqlDatabase& database, const std::vector<LinkToken>& links,
                            const std::string& held_id) const {
  if (links.empty()) return;
  SqlRow(database, "DELETE FROM link WHERE expires < ?", database.Now() - 30 * kDaySeconds).Run();
  for (const LinkToken& link : links) {
    SqlRow(database,
           "INSERT INTO link (hash, purpose, held_id, actor, revision, expires) VALUES (?, ?, ?, ?, ?, ?)",
           link.hash, link.purpose, held_id, link.actor, link.revision, Seconds(link.expires))
        .Run();
  }
}

std::optional<LinkToken> SqlHoldStore::FindLink(std::string_view hash) {
  return connection_->Read([&](SqlDatabase& database) -> std::optional<LinkToken> {
    SqlRow row(database,
               "SELECT hash, purpose, held_id, actor, revision, expires, is_used FROM link WHERE hash = ?",
               hash);
    if (!row.Step()) return std::nullopt;
    return LinkToken{row.Text(0),    row.Text(1), row.Text(2),
                     row.Text(3),    row.Int(4),  FromSeconds(row.Int(5)),
                     row.Int(6) != 0};
  });
}

bool SqlHoldStore::UseToken(std::string_view token_id, Time expires) {
  return connection_->Write([&](SqlDatabase& database) {
    // The newest stay, so that a clock that jumps forth and back revives none of them; two go for one that comes.
    SqlRow(database,
           "DELETE FROM token WHERE (SELECT count(*) FROM token) > ? AND id IN"
           " (SELECT id FROM token WHERE expires < ? ORDER BY expires LIMIT 2)",
           kTokensKept, database.Now() - kDaySeconds)
        .Run();
    return SqlRow(database, "INSERT INTO token (id, expires) VALUES (?, ?) ON CONFLICT DO NOTHING", token_id,
                  Seconds(expires))
               .Run() == 1;
  });
}

int SqlHoldStore::CountNotice(std::string_view address, std::string_view list) {
  return connection_->Write([&](SqlDatabase& database) {
    const std::int64_t day = database.Now() / kDaySeconds;
    SqlRow(database, "DELETE FROM notice_count WHERE day < ?", day - 1).Run();
    SqlRow(database,
           "INSERT INTO notice_count (address, list, day, sent) VALUES (?, ?, ?, 1)"
           " ON CONFLICT (address, list, day) DO UPDATE SET sent = notice_count.sent + 1",
           address, list, day)
        .Run();
    SqlRow row(database, "SELECT sent FROM notice_count WHERE address = ? AND list = ? AND day = ?", address,
               list, day);
    row.Step();
    return static_cast<int>(row.Int(0));
  });
}

void SqlHoldStore::Probe() {
  CheckFreeSpace();
  connection_->Read(
      [&](SqlDatabase& database) { return SqlRow(database, "SELECT 1 FROM held LIMIT 1").Step(); });
}

}  // namespace listwarden
