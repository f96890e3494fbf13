// Deciding: each a compare-and-set with its audit row.
// SPDX-License-Identifier: Apache-2.0
#include "hold/identity.h"
#include "hold/sql_audit.h"
#include "hold/sql_hold_store.h"

namespace listwarden {
namespace {

bool IsDecision(HoldState state) {
  switch (state) {
    case HoldState::kApproved:
    case HoldState::kRejected:
    case HoldState::kDiscarded:
    case HoldState::kExpired:
    case HoldState::kWithdrawn:
      return true;
    default:
      return false;
  }
}

bool IsOnRecord(SqlDatabase& database, const Act& act, std::string_view action) {
  if (!act.held_id.empty()) {
    SqlRow row(database, "SELECT 1 FROM audit WHERE held_id = ? AND action = ? AND details = ?", act.held_id,
               action, act.why);
    if (row.Step()) return true;
  }
  for (const OutboxRow& letter : act.outbox) {
    SqlRow row(database, "SELECT 1 FROM outbox WHERE key = ?", WithId(letter.key, act.held_id));
    if (row.Step()) return true;
  }
  return false;
}

bool AnyIsOnRecord(SqlDatabase& database, const std::vector<Act>& acts, std::string_view action) {
  for (const Act& act : acts) {
    if (IsOnRecord(database, act, action)) return true;
  }
  return false;
}

}  // namespace

DecisionResult SqlHoldStore::Begin(SqlDatabase& database, const Act& act, Current* current) const {
  {
    SqlRow row(
        database,
        "SELECT state, decided_by, appealed_from, revision, content, undo_until FROM held WHERE id = ?",
        act.held_id);
    if (!row.Step()) return DecisionResult::kNotFound;
    *current = {row.Text(0), row.Text(1), row.Text(2), row.Int(3), row.Int(4), row.Int(5)};
  }
  if (current->revision != act.revision) return DecisionResult::kConflict;
  if (act.spent_link.empty()) return DecisionResult::kDone;
  SqlRow link(database,
              "SELECT 1 FROM link WHERE hash = ? AND held_id = ? AND is_used = 0 AND expires > ?"
              " AND revision IN (-1, ?)",
              act.spent_link, act.held_id, database.Now(), act.revision);
  return link.Step() ? DecisionResult::kDone : DecisionResult::kLinkUsed;
}

void SqlHoldStore::Finish(SqlDatabase& database, const Act& act, std::int64_t revision,
                          std::string_view action, std::int64_t not_before) const {
  for (const OutboxRow& row : act.outbox) AddOutbox(database, row, act.held_id, revision, not_before);
  AddLinks(database, act.links, act.held_id);
  if (!act.spent_link.empty())
    SqlRow(database, "UPDATE link SET is_used = 1 WHERE hash = ?", act.spent_link).Run();
  AppendAudit(database, {act.actor, action, act.held_id, act.why, act.held_id.empty() ? "store" : ""});
}

DecisionResult SqlHoldStore::Decide(const Decision& decision) {
  return connection_->Write([&](SqlDatabase& database) {
    Current current;
    if (const auto result = Begin(database, decision, &current); result != DecisionResult::kDone)
      return result;
    if (!IsDecision(decision.to)) return DecisionResult::kNotAllowed;
    const bool is_by_person = decision.to != HoldState::kExpired && decision.to != HoldState::kWithdrawn;
    if (is_by_person && !current.appealed_from.empty() && current.appealed_from == decision.actor)
      return DecisionResult::kNotAllowed;
    const bool is_open = current.state == "held" || (current.state == "failed" && is_by_person);
    if (!is_open) return DecisionResult::kConflict;
    const std::int64_t revision = current.revision + 1;
    SqlRow(database,
           "UPDATE held SET state = ?, revision = ?, decided_by = ?, decided_why = ?, decided = ?,"
           " undo_until = ?, claimed_by = '', claimed_until = 0 WHERE id = ?",
           HoldStateName(decision.to), revision, decision.actor, decision.why, database.Now(),
           Seconds(decision.not_before), decision.held_id)
        .Run();
    Finish(database, decision, revision, HoldStateName(decision.to), Seconds(decision.not_before));
    if (decision.trust) PutTrust(database, *decision.trust);
    return DecisionResult::kDone;
  });
}

DecisionResult SqlHoldStore::Undo(const Act& act) {
  return connection_->Write([&](SqlDatabase& database) {
    Current current;
    if (const auto result = Begin(database, act, &current); result != DecisionResult::kDone) return result;
    if (database.Now() >= current.undo_until) return DecisionResult::kConflict;
    {
      SqlRow leased(database, "SELECT 1 FROM outbox WHERE held_id = ? AND revision = ? AND fence > 0",
                    act.held_id, current.revision);
      if (leased.Step()) return DecisionResult::kConflict;
    }
    SqlRow(database, "DELETE FROM outbox WHERE held_id = ? AND revision = ?", act.held_id, current.revision)
        .Run();
    SqlRow(database,
           "UPDATE held SET state = 'held', revision = ?, decided_by = '', decided_why = '', decided = NULL,"
           " undo_until = 0 WHERE id = ?",
           current.revision + 1, act.held_id)
        .Run();
    Finish(database, act, current.revision + 1, "undone");
    return DecisionResult::kDone;
  });
}

DecisionResult SqlHoldStore::Correct(const Correction& correction) {
  return connection_->Write([&](SqlDatabase& database) {
    Current current;
    if (const auto result = Begin(database, correction, &current); result != DecisionResult::kDone)
      return result;
    if (current.state != "held") return DecisionResult::kConflict;
    const std::int64_t number = current.content + 1, revision = current.revision + 1;
    AddContent(database, correction.held_id, number, correction.actor, correction);
    SqlRow(database, "UPDATE held SET content = ?, revision = ?, subject = ?, similar_key = ? WHERE id = ?",
           number, revision, correction.subject, correction.similar_key, correction.held_id)
        .Run();
    Finish(database, correction, revision, "corrected");
    return DecisionResult::kDone;
  });
}

DecisionResult SqlHoldStore::AppealAgainst(const Appeal& appeal) {
  return connection_->Write([&](SqlDatabase& database) {
    Current current;
    if (const auto result = Begin(database, appeal, &current); result != DecisionResult::kDone) return result;
    // One appeal: the second person's word is the last.
    if (current.state != "rejected" || !current.appealed_from.empty()) return DecisionResult::kConflict;
    SqlRow kept(database, "SELECT 1 FROM content WHERE held_id = ?", appeal.held_id);
    if (!kept.Step()) return DecisionResult::kConflict;
    SqlRow(
        database,
        "UPDATE held SET state = 'held', revision = ?, appealed_from = ?, decided_by = '', decided_why = '',"
        " decided = NULL, undo_until = 0, expires = ? WHERE id = ?",
        current.revision + 1, current.decided_by, Seconds(appeal.expires), appeal.held_id)
        .Run();
    Finish(database, appeal, current.revision + 1, "appealed");
    return DecisionResult::kDone;
  });
}

DecisionResult SqlHoldStore::Claim(std::string_view id, std::string_view actor, Time until) {
  return connection_->Write([&](SqlDatabase& database) {
    SqlRow row(database, "SELECT state, claimed_by, claimed_until FROM held WHERE id = ?", id);
    if (!row.Step()) return DecisionResult::kNotFound;
    const std::string state = row.Text(0), claimed_by = row.Text(1);
    const bool is_others = claimed_by != actor && row.Int(2) > database.Now();
    if (state != "held" || is_others) return DecisionResult::kConflict;
    SqlRow(database, "UPDATE held SET claimed_by = ?, claimed_until = ? WHERE id = ?", actor, Seconds(until),
           id)
        .Run();
    AppendAudit(database, {actor, "claimed", id, "", ""});
    return DecisionResult::kDone;
  });
}

void SqlHoldStore::Unclaim(std::string_view id, std::string_view actor) {
  connection_->Write([&](SqlDatabase& database) {
    const int changed = SqlRow(database,
                               "UPDATE held SET claimed_by = '', claimed_until = 0 WHERE id = ? AND"
                               " claimed_by = ?",
                               id, actor)
                            .Run();
    if (changed == 1) AppendAudit(database, {actor, "unclaimed", id, "", ""});
    return changed;
  });
}

DecisionResult SqlHoldStore::Record(const Act& act, std::string_view action) {
  return connection_->Write([&](SqlDatabase& database) {
    if (!act.held_id.empty()) {
      SqlRow known(database, "SELECT 1 FROM held WHERE id = ?", act.held_id);
      if (!known.Step()) return DecisionResult::kNotFound;
    }
    Finish(database, act, 0, action);
    return DecisionResult::kDone;
  });
}

DecisionResult SqlHoldStore::RecordOnce(const std::vector<Act>& acts, std::string_view action) {
  // Asked at every turn of the clock, and mostly answered so: a reader waits for nobody.
  if (connection_->Read([&](SqlDatabase& database) { return AnyIsOnRecord(database, acts, action); }))
    return DecisionResult::kConflict;
  return connection_->Write([&](SqlDatabase& database) {
    if (AnyIsOnRecord(database, acts, action)) return DecisionResult::kConflict;
    for (const Act& act : acts) Finish(database, act, 0, action);
    return DecisionResult::kDone;
  });
}

void SqlHoldStore::PutTrust(SqlDatabase& database, const Trust& trust) const {
  SqlRow(database,
         "INSERT INTO trust (list, address, until, made_by, why) VALUES (?, ?, ?, ?, ?) ON CONFLICT "
         "(list, address)"
         " DO UPDATE SET until = excluded.until, made_by = excluded.made_by, why = excluded.why",
         trust.list, trust.address, Seconds(trust.until), trust.by, trust.why)
      .Run();
  const std::string words = trust.address + " on " + trust.list + ": " + trust.why;
  AppendAudit(database, {trust.by, "trusted", "", words, "person:" + trust.address});
}

void SqlHoldStore::SetTrust(const Trust& trust) {
  connection_->Write([&](SqlDatabase& database) {
    PutTrust(database, trust);
    return true;
  });
}

bool SqlHoldStore::RemoveTrust(std::string_view list, std::string_view address, std::string_view by) {
  return connection_->Write([&](SqlDatabase& database) {
    const int removed =
        SqlRow(database, "DELETE FROM trust WHERE list = ? AND address = ?", list, address).Run();
    const std::string words = std::string(address) + " on " + std::string(list);
    if (removed == 1) AppendAudit(database, {by, "trust-ended", "", words, "person:" + std::string(address)});
    return removed == 1;
  });
}

void SqlHoldStore::MarkDamaged(const std::string& id) {
  connection_->Write([&](SqlDatabase& database) {
    const int changed =
        SqlRow(
            database,
            "UPDATE held SET state = 'damaged', revision = revision + 1 WHERE id = ? AND state <> 'damaged'",
            id)
            .Run();
    if (changed == 1)
      AppendAudit(database, {"store", "damaged", id, "the stored hash does not fit the stored bytes", ""});
    return changed;
  });
}

}  // namespace listwarden
