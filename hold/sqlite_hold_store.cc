// Holding: what the milter needs. SPDX-License-Identifier: Apache-2.0
#include "hold/sqlite_hold_store.h"

#include <sodium.h>
#include <sys/statvfs.h>

#include "hold/identity.h"

namespace listwarden {
namespace {

constexpr std::int64_t kDaySeconds = 24 * 3600;
constexpr std::int64_t kDedupeSeconds = 5 * kDaySeconds;

}  // namespace

SqliteHoldStore::SqliteHoldStore(std::filesystem::path file, const Clock& clock, const HoldLimits& limits)
    : clock_(clock), limits_(limits), connection_(std::move(file)) {
  if (sodium_init() < 0) throw StoreError("libsodium cannot start");
}

std::int64_t SqliteHoldStore::Now() const { return Seconds(clock_.Now()); }

void SqliteHoldStore::CheckFreeSpace() const {
  const auto folder = std::filesystem::absolute(connection_.file()).parent_path();
  struct statvfs space {};
  if (statvfs(folder.c_str(), &space) != 0) throw StoreError("the store's folder is gone");
  if (std::uint64_t{space.f_bavail} * space.f_frsize < limits_.min_free_bytes)
    throw StoreFull("less than " + std::to_string(limits_.min_free_bytes >> 20) +
                    " MiB are free where the store lies");
}

HoldStore::HoldResult SqliteHoldStore::Hold(const NewHold& hold) {
  CheckFreeSpace();
  return connection_.Write([&](Database& database) { return HoldNow(database, hold); });
}

void SqliteHoldStore::CheckRoom(Database& database, const NewHold& hold) const {
  SqliteRow all(database, "SELECT count(*) FROM held WHERE list = ? AND state = 'held'", hold.list);
  all.Step();
  if (all.Int(0) >= static_cast<std::int64_t>(limits_.per_list))
    throw StoreFull("too many messages wait for this list");
  SqliteRow own(database, "SELECT count(*) FROM held WHERE list = ? AND state = 'held' AND author = ?",
                hold.list, hold.from);
  own.Step();
  if (own.Int(0) >= static_cast<std::int64_t>(limits_.per_author_and_list))
    throw StoreFull("too many messages of this author wait for this list");
}

HoldStore::HoldResult SqliteHoldStore::HoldNow(Database& database, const NewHold& hold) const {
  const std::int64_t now = Now();
  {
    SqliteRow same(database, "SELECT id FROM held WHERE dedupe = ? AND received > ?", hold.dedupe_key,
                   now - kDedupeSeconds);
    if (same.Step()) {
      const std::string id = same.Text(0);
      AddAudit(database, "milter", "client-retried", id, "queue id " + hold.queue_id);
      return {id, true};
    }
  }
  CheckRoom(database, hold);
  SqliteRow(database, "UPDATE held SET dedupe = dedupe || '#' || id WHERE dedupe = ?", hold.dedupe_key).Run();
  const std::string id = NewHeldId();
  SqliteRow(database,
            "INSERT INTO held (id, dedupe, state, list, reverse_path, forward_paths, author, subject,"
            " message_id, queue_id, language, similar, may_answer, received, expires)"
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
  AddAudit(database, "milter", "held", id, "policy " + hold.policy_version);
  return {id, false};
}

void SqliteHoldStore::AddContent(Database& database, const std::string& id, std::int64_t number,
                                 std::string_view made_by, const Correction& text) const {
  SqliteRow row(database,
                "INSERT INTO content (held_id, number, sha256, made, made_by, policy, verdict, raw)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                id, number, Sha256Hex(text.raw), Now(), made_by, text.policy_version, text.verdict_json);
  row.BindBlob(text.raw);
  row.Run();
  for (const FindingRow& finding : text.findings) {
    SqliteRow(database,
              "INSERT INTO finding (held_id, number, filter, rule, clause, confidence, action, quote)"
              " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
              id, number, finding.filter, finding.rule, finding.clause, finding.confidence, finding.action,
              finding.quote)
        .Run();
  }
}

void SqliteHoldStore::AddAudit(Database& database, std::string_view actor, std::string_view action,
                               std::string_view held_id, std::string_view details) const {
  SqliteRow(database, "INSERT INTO audit (time, actor, action, held_id, details) VALUES (?, ?, ?, ?, ?)",
            Now(), actor, action, held_id, details)
      .Run();
}

void SqliteHoldStore::AddLinks(Database& database, const std::vector<LinkToken>& links,
                               const std::string& held_id) const {
  if (links.empty()) return;
  SqliteRow(database, "DELETE FROM link WHERE expires < ?", Now() - 30 * kDaySeconds).Run();
  for (const LinkToken& link : links) {
    SqliteRow(database,
              "INSERT INTO link (hash, purpose, held_id, actor, revision, expires) VALUES (?, ?, ?, ?, ?, ?)",
              link.hash, link.purpose, held_id, link.actor, link.revision, Seconds(link.expires))
        .Run();
  }
}

std::optional<LinkToken> SqliteHoldStore::FindLink(std::string_view hash) {
  return connection_.Read([&](Database& database) -> std::optional<LinkToken> {
    SqliteRow row(database,
                  "SELECT hash, purpose, held_id, actor, revision, expires, is_used FROM link WHERE hash = ?",
                  hash);
    if (!row.Step()) return std::nullopt;
    return LinkToken{row.Text(0),    row.Text(1), row.Text(2),
                     row.Text(3),    row.Int(4),  FromSeconds(row.Int(5)),
                     row.Int(6) != 0};
  });
}

bool SqliteHoldStore::UseToken(std::string_view token_id, Time expires) {
  return connection_.Write([&](Database& database) {
    SqliteRow(database, "DELETE FROM token WHERE expires < ?", Now() - kDaySeconds).Run();
    return SqliteRow(database, "INSERT OR IGNORE INTO token (id, expires) VALUES (?, ?)", token_id,
                     Seconds(expires))
               .Run() == 1;
  });
}

int SqliteHoldStore::CountNotice(std::string_view address, std::string_view list) {
  return connection_.Write([&](Database& database) {
    const std::int64_t day = Now() / kDaySeconds;
    SqliteRow(database, "DELETE FROM notice_count WHERE day < ?", day - 1).Run();
    SqliteRow(database,
              "INSERT INTO notice_count (address, list, day, sent) VALUES (?, ?, ?, 1)"
              " ON CONFLICT (address, list, day) DO UPDATE SET sent = sent + 1",
              address, list, day)
        .Run();
    SqliteRow row(database, "SELECT sent FROM notice_count WHERE address = ? AND list = ? AND day = ?",
                  address, list, day);
    row.Step();
    return static_cast<int>(row.Int(0));
  });
}

void SqliteHoldStore::Probe() {
  CheckFreeSpace();
  connection_.Read(
      [&](Database& database) { return SqliteRow(database, "SELECT 1 FROM held LIMIT 1").Step(); });
}

std::unique_ptr<HoldStore> OpenSqliteHoldStore(const std::filesystem::path& file, const Clock& clock,
                                               const HoldLimits& limits) {
  return std::make_unique<SqliteHoldStore>(file, clock, limits);
}

}  // namespace listwarden
