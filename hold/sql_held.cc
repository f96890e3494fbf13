// Reading one held message and what belongs to it.
// SPDX-License-Identifier: Apache-2.0
#include "hold/identity.h"
#include "hold/sql_hold_store.h"

namespace listwarden {
namespace {

bool IsDamaged(const HeldMessage& held) { return Sha256Hex(held.raw) != held.sha256; }

}  // namespace

void ReadSummary(const SqlRow& row, HeldSummary* held) {
  int at = 0;
  held->id = row.Text(at++);
  held->state = HoldStateNamed(row.Text(at++)).value_or(HoldState::kDamaged);
  held->revision = row.Int(at++);
  held->content = static_cast<int>(row.Int(at++));
  held->list = row.Text(at++);
  held->reverse_path = row.Text(at++);
  held->forward_paths = PathsFromJson(row.Text(at++));
  held->from = row.Text(at++);
  held->subject = row.Text(at++);
  held->message_id = row.Text(at++);
  held->queue_id = row.Text(at++);
  held->language = row.Text(at++);
  held->similar_key = row.Text(at++);
  held->may_answer = row.Int(at++) != 0;
  held->received = FromSeconds(row.Int(at++));
  held->expires = FromSeconds(row.Int(at++));
  held->decided_by = row.Text(at++);
  held->decided_why = row.Text(at++);
  if (!row.IsNull(at)) held->decided = FromSeconds(row.Int(at));
  held->undo_until = FromSeconds(row.Int(++at));
  held->claimed_by = row.Text(++at);
  held->claimed_until = FromSeconds(row.Int(++at));
  held->appealed_from = row.Text(++at);
}

std::vector<FindingRow> ReadFindings(SqlDatabase& database, const std::string& id, int number) {
  SqlRow row(
      database,
      "SELECT filter, rule, clause, confidence, action, quote FROM finding WHERE held_id = ? AND number = ?"
      " AND action = 'hold' ORDER BY CASE confidence WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END,"
      " seq",
      id, number);
  std::vector<FindingRow> findings;
  while (row.Step())
    findings.push_back({row.Text(0), row.Text(1), row.Text(2), row.Text(3), row.Text(4), row.Text(5)});
  return findings;
}

std::optional<HeldMessage> SqlHoldStore::Find(std::string_view id) {
  auto held = connection_->Read([&](SqlDatabase& database) -> std::optional<HeldMessage> {
    SqlRow row(
        database,
        std::string("SELECT ") + kSummaryColumns +
            ", coalesce(sha256, ''), coalesce(policy, ''), coalesce(verdict, ''), raw FROM held LEFT JOIN"
            " content ON content.held_id = held.id AND content.number = held.content WHERE held.id = ?",
        id);
    if (!row.Step()) return std::nullopt;
    HeldMessage found;
    ReadSummary(row, &found);
    found.sha256 = row.Text(kSummaryColumnCount);
    found.policy_version = row.Text(kSummaryColumnCount + 1);
    found.verdict_json = row.Text(kSummaryColumnCount + 2);
    found.raw = row.Text(kSummaryColumnCount + 3);
    found.findings = ReadFindings(database, found.id, found.content);
    return found;
  });
  if (held && !held->sha256.empty() && IsDamaged(*held)) {
    held->raw.clear();
    held->state = HoldState::kDamaged;
    MarkDamaged(held->id);
  }
  return held;
}

std::vector<ContentInfo> SqlHoldStore::Contents(std::string_view id) {
  return connection_->Read([&](SqlDatabase& database) {
    SqlRow row(database,
               "SELECT number, sha256, made_by, verdict, policy, made FROM content WHERE held_id = ?"
               " ORDER BY number",
               id);
    std::vector<ContentInfo> found;
    while (row.Step()) {
      found.push_back({static_cast<int>(row.Int(0)), row.Text(1), row.Text(2), row.Text(3), row.Text(4),
                       FromSeconds(row.Int(5))});
    }
    return found;
  });
}

std::optional<std::string> SqlHoldStore::Raw(std::string_view id, int content) {
  return connection_->Read([&](SqlDatabase& database) -> std::optional<std::string> {
    SqlRow row(database, "SELECT sha256, raw FROM content WHERE held_id = ? AND number = ?", id, content);
    if (!row.Step()) return std::nullopt;
    std::string raw = row.Text(1);
    if (Sha256Hex(raw) != row.Text(0)) return std::nullopt;
    return raw;
  });
}

std::vector<HeldSummary> SqlHoldStore::Expired(std::size_t limit) {
  return connection_->Read([&](SqlDatabase& database) {
    SqlRow row(database,
               std::string("SELECT ") + kSummaryColumns +
                   " FROM held WHERE state = 'held' AND expires <= ? ORDER BY expires LIMIT ?",
               database.Now(), limit);
    std::vector<HeldSummary> found;
    while (row.Step()) ReadSummary(row, &found.emplace_back());
    return found;
  });
}

std::vector<AuditRow> SqlHoldStore::Audit(std::string_view held_id) {
  return connection_->Read([&](SqlDatabase& database) {
    SqlRow row(database,
               "SELECT seq, time, actor, action, held_id, details FROM audit WHERE held_id = ? ORDER BY seq",
               held_id);
    std::vector<AuditRow> found;
    while (row.Step()) {
      found.push_back(
          {row.Int(0), FromSeconds(row.Int(1)), row.Text(2), row.Text(3), row.Text(4), row.Text(5)});
    }
    return found;
  });
}

std::vector<Trust> SqlHoldStore::Trusted(std::string_view list) {
  return connection_->Read([&](SqlDatabase& database) {
    SqlRow row(
        database,
        "SELECT list, address, until, made_by, why FROM trust WHERE list = ? AND until > ? ORDER BY address",
        list, database.Now());
    std::vector<Trust> found;
    while (row.Step())
      found.push_back({row.Text(0), row.Text(1), FromSeconds(row.Int(2)), row.Text(3), row.Text(4)});
    return found;
  });
}

std::optional<Trust> SqlHoldStore::FindTrust(std::string_view list, std::string_view address) {
  return connection_->Read([&](SqlDatabase& database) -> std::optional<Trust> {
    SqlRow row(
        database,
        "SELECT list, address, until, made_by, why FROM trust WHERE list = ? AND address = ? AND until > ?",
        list, address, database.Now());
    if (!row.Step()) return std::nullopt;
    return Trust{row.Text(0), row.Text(1), FromSeconds(row.Int(2)), row.Text(3), row.Text(4)};
  });
}

}  // namespace listwarden
