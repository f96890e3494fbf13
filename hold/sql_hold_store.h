// The hold store in a relational database.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "hold/account_store.h"
#include "hold/hold_store.h"
#include "hold/records.h"
#include "hold/sql_database.h"

namespace listwarden {

class SqlHoldStore : public HoldStore {
 public:
  SqlHoldStore(std::unique_ptr<SqlConnection> connection, const HoldLimits& limits);

  HoldResult Hold(const NewHold& hold) override;
  DecisionResult Decide(const Decision& decision) override;
  DecisionResult Undo(const Act& act) override;
  DecisionResult Correct(const Correction& correction) override;
  DecisionResult AppealAgainst(const Appeal& appeal) override;
  DecisionResult Claim(std::string_view id, std::string_view actor, Time until) override;
  void Unclaim(std::string_view id, std::string_view actor) override;
  DecisionResult Record(const Act& act, std::string_view action) override;
  DecisionResult RecordOnce(const std::vector<Act>& acts, std::string_view action) override;

  std::optional<HeldMessage> Find(std::string_view id) override;
  std::vector<ContentInfo> Contents(std::string_view id) override;
  std::optional<std::string> Raw(std::string_view id, int content) override;
  QueuePage Queue(const QueueQuery& query) override;
  AuthorHistory History(std::string_view list, std::string_view author) override;
  Figures FiguresFor(const FiguresQuery& query) override;
  std::vector<HeldSummary> Expired(std::size_t limit) override;
  std::vector<AuditRow> Audit(std::string_view held_id) override;

  void SetTrust(const Trust& trust) override;
  bool RemoveTrust(std::string_view list, std::string_view address, std::string_view by) override;
  std::vector<Trust> Trusted(std::string_view list) override;
  std::optional<Trust> FindTrust(std::string_view list, std::string_view address) override;

  std::optional<LinkToken> FindLink(std::string_view hash) override;
  bool UseToken(std::string_view token_id, Time expires) override;
  int CountNotice(std::string_view address, std::string_view list) override;
  void Probe() override;

  std::optional<Lease> LeaseNext(std::chrono::seconds duration) override;
  bool Report(const Lease& lease, SendResult result, std::string_view reply, Time next_try) override;

 private:
  struct Current {
    std::string state, decided_by, appealed_from;
    std::int64_t revision = 0, content = 0, undo_until = 0;
  };
  void CheckFreeSpace() const;
  void CheckRoom(SqlDatabase& database, const NewHold& hold) const;
  HoldResult HoldNow(SqlDatabase& database, const NewHold& hold) const;
  // What is there, when the act fits it; else why not.
  DecisionResult Begin(SqlDatabase& database, const Act& act, Current* current) const;
  void Finish(SqlDatabase& database, const Act& act, std::int64_t revision, std::string_view action,
              std::int64_t not_before = 0) const;
  void AddContent(SqlDatabase& database, const std::string& id, std::int64_t number, std::string_view made_by,
                  const Correction& text) const;
  void AddOutbox(SqlDatabase& database, const OutboxRow& row, const std::string& held_id,
                 std::int64_t revision, std::int64_t not_before) const;
  void AddLinks(SqlDatabase& database, const std::vector<LinkToken>& links, const std::string& held_id) const;
  void PutTrust(SqlDatabase& database, const Trust& trust) const;
  void MarkDamaged(const std::string& id);
  std::optional<Lease> LeaseNow(SqlDatabase& database, std::chrono::seconds duration) const;
  bool ReportNow(SqlDatabase& database, const Lease& lease, SendResult result, std::string_view reply,
                 Time next_try) const;

  HoldLimits limits_;
  std::unique_ptr<SqlConnection> connection_;
};

std::unique_ptr<Records> MakeSqlRecords(std::unique_ptr<SqlConnection> connection, const Clock& clock);
std::unique_ptr<AccountStore> MakeSqlAccountStore(std::unique_ptr<SqlConnection> connection);

// The columns of HeldSummary in their order, and the row read back.
inline constexpr const char* kSummaryColumns =
    "held.id, state, revision, held.content, list, reverse_path, forward_paths, author, subject, message_id,"
    " queue_id, language, similar_key, may_answer, received, expires, decided_by, decided_why, decided, "
    "undo_until,"
    " claimed_by, claimed_until, appealed_from";
inline constexpr int kSummaryColumnCount = 23;
void ReadSummary(const SqlRow& row, HeldSummary* held);
// What led to the hold, gravest first.
std::vector<FindingRow> ReadFindings(SqlDatabase& database, const std::string& id, int number);

inline std::int64_t Seconds(Time time) { return time.time_since_epoch().count(); }
inline Time FromSeconds(std::int64_t seconds) { return Time(std::chrono::seconds(seconds)); }

}  // namespace listwarden
