// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/error.h"
#include "hold/identity.h"
#include "hold/sql_audit.h"
#include "hold/sql_hold_store.h"
#include "hold/store_copy.h"

namespace listwarden {
namespace {

using Ids = std::vector<std::string>;

constexpr std::size_t kPurgedAtOnce = 100;

std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return lower;
}

// With its time, so that an old signature does not pass for a new one.
std::string HeadText(const AuditHead& head, std::int64_t time) {
  return std::to_string(head.seq) + ":" + head.hash + ":" + std::to_string(time);
}

void VerifyHeads(SqlDatabase& database, const std::string& public_key, AuditReport* report) {
  SqlRow row(database,
             "SELECT audit_head.seq, audit_head.hash, audit_head.time, signature, coalesce(audit.hash, '')"
             " FROM audit_head LEFT JOIN audit ON audit.seq = audit_head.seq ORDER BY audit_head.seq");
  for (; row.Step(); ++report->heads) {
    const AuditHead head{row.Int(0), row.Text(1)};
    if (!AuditKey::IsSigned(HeadText(head, row.Int(2)), row.Text(3), public_key))
      report->faults.push_back({head.seq, "a signed head was changed"});
    if (row.Text(4) != head.hash) report->faults.push_back({head.seq, "what was signed is gone"});
  }
}

Ids IdsOf(SqlRow row) {
  Ids ids;
  while (row.Step()) ids.push_back(row.Text(0));
  return ids;
}

void DropTexts(SqlDatabase& database, const std::string& id) {
  SqlRow(database, "DELETE FROM content WHERE held_id = ?", id).Run();
  SqlRow(database, "UPDATE finding SET quote = '' WHERE held_id = ?", id).Run();
  SqlRow(database, "DELETE FROM outbox WHERE held_id = ? AND state <> 'waiting'", id).Run();
}

// What is left says that there was a message, for which list, by which rules, and how it ended.
void Forget(SqlDatabase& database, const std::string& id) {
  DropTexts(database, id);
  SqlRow(database, "DELETE FROM outbox WHERE held_id = ?", id).Run();
  SqlRow(database, "DELETE FROM link WHERE held_id = ?", id).Run();
  SqlRow(database,
         "UPDATE held SET dedupe = ?, reverse_path = '', author = '', subject = '', message_id = '', "
         "queue_id = '',"
         " similar_key = '', forward_paths = '[]', decided_why = '', may_answer = 0 WHERE id = ?",
         "erased " + id, id)
      .Run();
  EraseAuditSubject(database, "held:" + id);
}

std::size_t PurgeSome(SqlDatabase& database, std::string_view list, std::int64_t texts_before,
                      std::int64_t records_before) {
  std::vector<std::pair<std::string, bool>> due;  // and whether its record goes as well
  {
    SqlRow row(
        database,
        "SELECT id, is_old FROM (SELECT seq, id, list, dedupe, coalesce(decided, received) AS since,"
        " CASE WHEN coalesce(decided, received) < ? THEN 1 ELSE 0 END AS is_old FROM held"
        " WHERE state NOT IN ('held', 'approved', 'sending', 'failed') AND legal_hold = '') AS over"
        " WHERE (? = '' OR list = ?) AND ((is_old = 1 AND dedupe <> 'erased ' || id) OR"
        " (since < ? AND EXISTS (SELECT 1 FROM content WHERE held_id = over.id))) ORDER BY seq LIMIT ?",
        records_before, list, list, texts_before, kPurgedAtOnce);
    while (row.Step()) due.emplace_back(row.Text(0), row.Int(1) == 1);
  }
  std::size_t records = 0;
  for (const auto& [id, is_old] : due) {
    is_old ? Forget(database, id) : DropTexts(database, id);
    records += is_old;
  }
  const std::string words =
      std::to_string(due.size() - records) + " texts, " + std::to_string(records) + " records";
  if (!due.empty()) AppendAudit(database, {"retention", "purged", "", words, "store"});
  return due.size();
}

class SqlRecords : public Records {
 public:
  SqlRecords(std::unique_ptr<SqlConnection> connection, const Clock& clock)
      : connection_(std::move(connection)), clock_(clock) {}

  AuditReport VerifyAudit(const std::string& public_key, const std::vector<AuditHead>& kept) override {
    return connection_->Read([&](SqlDatabase& database) {
      AuditReport report = listwarden::VerifyAudit(database);
      if (!public_key.empty()) VerifyHeads(database, public_key, &report);
      for (const AuditHead& head : kept) {
        SqlRow row(database, "SELECT 1 FROM audit WHERE seq = ? AND hash = ?", head.seq, head.hash);
        if (!row.Step()) report.faults.push_back({head.seq, "this row, kept elsewhere, is not there"});
      }
      return report;
    });
  }

  AuditTail UnsignedTail() override { return connection_->Read(UnsignedTailOf); }

  std::optional<AuditHead> SignHead(const AuditKey& key) override {
    return connection_->Write([&](SqlDatabase& database) -> std::optional<AuditHead> {
      AuditHead head;
      {
        SqlRow row(database,
                   "SELECT seq, hash FROM audit WHERE seq > coalesce((SELECT max(seq) FROM audit_head), 0)"
                   " ORDER BY seq DESC LIMIT 1");
        if (!row.Step()) return std::nullopt;
        head = {row.Int(0), row.Text(1)};
      }
      const std::int64_t now = database.Now();
      SqlRow(database, "INSERT INTO audit_head (seq, hash, time, signature) VALUES (?, ?, ?, ?)", head.seq,
             head.hash, now, key.Sign(HeadText(head, now)))
          .Run();
      return head;
    });
  }

  Erasure Erase(std::string_view address, std::string_view by) override {
    const Erasure erasure = connection_->Write(
        [&](SqlDatabase& database) { return EraseNow(database, LowerAscii(address), by); });
    connection_->Scrub();
    return erasure;
  }

  std::size_t Purge(std::string_view list, Time texts_before, Time records_before) override {
    std::size_t purged = 0, count = 0;
    do {
      count = connection_->Write([&](SqlDatabase& database) {
        return PurgeSome(database, list, Seconds(texts_before), Seconds(records_before));
      });
      purged += count;
    } while (count == kPurgedAtOnce);
    return purged;
  }

  void Scrub() override { connection_->Scrub(); }

  std::vector<std::string> Lists() override {
    return connection_->Read(
        [](SqlDatabase& database) { return IdsOf(SqlRow(database, "SELECT DISTINCT list FROM held")); });
  }

  DecisionResult SetLegalHold(std::string_view id, std::string_view why, std::string_view by) override {
    return connection_->Write([&](SqlDatabase& database) {
      if (SqlRow(database, "UPDATE held SET legal_hold = ? WHERE id = ?", why, id).Run() == 0)
        return DecisionResult::kNotFound;
      AppendAudit(database, {by, why.empty() ? "legal-hold-ended" : "legal-hold", id, why, ""});
      return DecisionResult::kDone;
    });
  }

  void Backup(const std::filesystem::path& file) override { BackUpInto(file, *connection_, clock_); }

  bool IsPaused() override {
    return connection_->Read([](SqlDatabase& database) {
      return SqlRow(database, "SELECT 1 FROM setting WHERE name = 'paused'").Step();
    });
  }

  void Resume(std::string_view by) override {
    connection_->Write([&](SqlDatabase& database) {
      const int changed = SqlRow(database, "DELETE FROM setting WHERE name = 'paused'").Run();
      if (changed > 0) AppendAudit(database, {by, "resumed", "", "", "store"});
      return changed;
    });
  }

 private:
  static Erasure EraseNow(SqlDatabase& database, const std::string& address, std::string_view by) {
    Erasure erasure;
    const std::string theirs = "SELECT id FROM held WHERE ? IN (lower(author), lower(reverse_path)) AND ";
    erasure.kept = IdsOf(SqlRow(database, theirs + "legal_hold <> ''", address)).size();
    erasure.leaving =
        IdsOf(SqlRow(database, theirs + "legal_hold = '' AND state IN ('approved', 'sending')", address))
            .size();
    const Ids ids =
        IdsOf(SqlRow(database, theirs + "legal_hold = '' AND state NOT IN ('approved', 'sending')", address));
    erasure.messages = ids.size();
    for (const std::string& id : ids) {
      SqlRow(
          database,
          "UPDATE held SET state = CASE state WHEN 'held' THEN 'withdrawn' ELSE 'discarded' END, revision ="
          " revision + 1, decided_by = 'erasure', decided = ? WHERE id = ? AND state IN ('held', 'failed')",
          database.Now(), id)
          .Run();
      Forget(database, id);
    }
    SqlRow(database, "DELETE FROM trust WHERE lower(address) = ?", address).Run();
    SqlRow(database, "DELETE FROM link WHERE lower(actor) = ?", address).Run();
    SqlRow(database, "DELETE FROM notice_count WHERE lower(address) = ?", address).Run();
    SqlRow(database, "DELETE FROM failure WHERE lower(key) = ?", address).Run();
    SqlRow(database,
           "DELETE FROM outbox WHERE held_id IS NULL AND state <> 'waiting' AND lower(forward_paths) = ?",
           PathsToJson({address}))
        .Run();
    // Digests speak of many people at once. Their keys stay: they say that the letter was written.
    SqlRow(database, "UPDATE outbox SET content = '' WHERE held_id IS NULL AND state <> 'waiting'").Run();
    const Ids subjects =
        IdsOf(SqlRow(database, "SELECT subject FROM audit_salt WHERE lower(subject) IN (?, ?)",
                     "actor:" + address, "person:" + address));
    for (const std::string& subject : subjects) EraseAuditSubject(database, subject);
    SqlRow(database, "UPDATE held SET decided_by = '' WHERE lower(decided_by) = ?", address).Run();
    AppendAudit(database, {by, "erased", "", std::to_string(erasure.messages) + " messages", "store"});
    return erasure;
  }

  std::unique_ptr<SqlConnection> connection_;
  const Clock& clock_;
};

}  // namespace

bool SignedHead::IsBy(const std::string& public_key) const {
  return AuditKey::IsSigned(HeadText(head, Seconds(time)), signature, public_key);
}

std::unique_ptr<Records> MakeSqlRecords(std::unique_ptr<SqlConnection> connection, const Clock& clock) {
  return std::make_unique<SqlRecords>(std::move(connection), clock);
}

}  // namespace listwarden
