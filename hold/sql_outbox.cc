// Letters and releases on their way.
// SPDX-License-Identifier: Apache-2.0
#include "hold/identity.h"
#include "hold/sql_audit.h"
#include "hold/sql_hold_store.h"

namespace listwarden {
namespace {

// No row waits and no lease lasts so long: one that seems to was written while the clock was ahead, and would be
// stuck until that time comes.
constexpr std::int64_t kClockWasAhead = 2 * 24 * 3600;

constexpr const char* kDue =
    " FROM outbox WHERE state = 'waiting' AND (next_try <= ? OR next_try > ?) AND (leased_until <= ? OR"
    " leased_until > ?) AND NOT EXISTS (SELECT 1 FROM setting WHERE name = 'paused')";

void Move(SqlDatabase& database, const std::string& id, const char* from, const char* to) {
  SqlRow(database, "UPDATE held SET state = ?, revision = revision + 1 WHERE id = ? AND state = ?", to, id,
         from)
      .Run();
}

}  // namespace

void SqlHoldStore::AddOutbox(SqlDatabase& database, const OutboxRow& row, const std::string& held_id,
                             std::int64_t revision, std::int64_t not_before) const {
  // After an undo or an appeal the same letter may be due again: the key counts once per decision.
  std::string key = WithId(row.key, held_id);
  if (revision > 0) key += "#" + std::to_string(revision);
  SqlRow insert(database,
                "INSERT INTO outbox (key, kind, revision, reverse_path, forward_paths, content,"
                " next_try, held_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                key, row.kind == OutboxKind::kRelease ? "release" : "letter", revision, row.reverse_path,
                PathsToJson(row.forward_paths), WithId(row.content, held_id),
                std::max(database.Now(), not_before));
  if (held_id.empty()) {
    insert.Bind(std::nullopt);
  } else {
    insert.Bind(held_id);
  }
  insert.Run();
}

std::optional<Outbox::Lease> SqlHoldStore::LeaseNext(std::chrono::seconds duration) {
  const bool has_due = connection_->Read([&](SqlDatabase& database) {
    const std::int64_t now = database.Now(), too_far = now + kClockWasAhead;
    return SqlRow(database, std::string("SELECT 1") + kDue + " LIMIT 1", now, too_far, now, too_far).Step();
  });
  if (!has_due) return std::nullopt;
  return connection_->Write([&](SqlDatabase& database) { return LeaseNow(database, duration); });
}

std::optional<Outbox::Lease> SqlHoldStore::LeaseNow(SqlDatabase& database,
                                                    std::chrono::seconds duration) const {
  const std::int64_t now = database.Now(), too_far = now + kClockWasAhead;
  Lease lease;
  bool is_in_doubt = false;
  {
    SqlRow row(
        database,
        std::string("SELECT id, key, kind, coalesce(held_id, ''), reverse_path, forward_paths, content,"
                    " attempts, fence, last_reply, leased_until") +
            kDue + " ORDER BY next_try, id LIMIT 1",
        now, too_far, now, too_far);
    if (!row.Step()) return std::nullopt;
    lease.row.id = row.Int(0);
    lease.row.key = row.Text(1);
    lease.row.kind = row.Text(2) == "release" ? OutboxKind::kRelease : OutboxKind::kLetter;
    lease.row.held_id = row.Text(3);
    lease.row.reverse_path = row.Text(4);
    lease.row.forward_paths = PathsFromJson(row.Text(5));
    lease.row.content = row.Text(6);
    lease.row.attempts = static_cast<int>(row.Int(7)) + 1;
    lease.fence = row.Int(8) + 1;
    lease.row.last_reply = row.Text(9);
    is_in_doubt = row.Int(10) != 0;  // whoever knows how an attempt ended ends its lease
  }
  SqlRow(database, "UPDATE outbox SET leased_until = ?, fence = ?, attempts = ? WHERE id = ?",
         now + duration.count(), lease.fence, lease.row.attempts, lease.row.id)
      .Run();
  if (lease.row.kind == OutboxKind::kRelease) {
    Move(database, lease.row.held_id, "approved", "sending");
    const std::string attempt = "attempt " + std::to_string(lease.row.attempts);
    if (is_in_doubt) AppendAudit(database, {"outbox", "possible-duplicate", lease.row.held_id, attempt, ""});
  }
  return lease;
}

bool SqlHoldStore::Report(const Lease& lease, SendResult result, std::string_view reply, Time next_try) {
  return connection_->Write(
      [&](SqlDatabase& database) { return ReportNow(database, lease, result, reply, next_try); });
}

bool SqlHoldStore::ReportNow(SqlDatabase& database, const Lease& lease, SendResult result,
                             std::string_view reply, Time next_try) const {
  const bool is_in_doubt = result == SendResult::kInDoubt, is_over = result == SendResult::kFailed;
  const char* row_state = result == SendResult::kSent ? "sent" : is_over ? "failed" : "waiting";
  // What was sent is not kept: letters carry secrets of links, and words of people.
  const int changed =
      SqlRow(database,
             "UPDATE outbox SET state = ?, leased_until = ?, next_try = ?, last_reply = ?, content = CASE"
             " WHEN ? = 1 THEN '' ELSE content END WHERE id = ? AND fence = ? AND state = 'waiting'",
             row_state, is_in_doubt ? Seconds(next_try) : 0, Seconds(next_try), reply,
             result == SendResult::kSent ? 1 : 0, lease.row.id, lease.fence)
          .Run();
  if (changed == 0) return false;
  const bool is_release = lease.row.kind == OutboxKind::kRelease;
  const char* to = result == SendResult::kSent ? "released" : is_over ? "failed" : "approved";
  if (is_release) Move(database, lease.row.held_id, "sending", to);
  if (is_release || result != SendResult::kSent) {
    AppendAudit(database, {"outbox", is_release ? to : "letter-not-sent", lease.row.held_id, reply,
                           lease.row.held_id.empty() ? "store" : ""});
  }
  return true;
}

}  // namespace listwarden
