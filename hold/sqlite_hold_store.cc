// SPDX-License-Identifier: Apache-2.0
#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sodium.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "hold/hold_store.h"
#include "hold/schema.h"

namespace listwarden {
namespace {

constexpr std::uint64_t kMinFreeBytes = 64u << 20;
constexpr auto kLockPatience = std::chrono::seconds(5);
constexpr std::int64_t kDedupeSeconds = 5 * 24 * 3600;
constexpr std::int64_t kMostHeldPerSender = 50;
constexpr std::int64_t kMostHeldPerList = 10000;
constexpr const char* kStates[] = {"held",      "approved", "sending", "released", "rejected",
                                   "discarded", "expired",  "failed",  "damaged"};

std::int64_t Seconds(Time time) { return time.time_since_epoch().count(); }
Time FromSeconds(std::int64_t seconds) { return Time(std::chrono::seconds(seconds)); }

HoldState StateFrom(std::string_view name) {
  for (int i = 0; i < 9; ++i) {
    if (name == kStates[i]) return static_cast<HoldState>(i);
  }
  return HoldState::kDamaged;
}

std::string Sha256(std::string_view bytes) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  char hex[2 * sizeof hash + 1];
  sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
  return hex;
}

std::string NewId() {
  unsigned char bytes[8];
  randombytes_buf(bytes, sizeof bytes);
  char hex[17];
  sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
  return hex;
}

// "A1B2-C3D4", short enough to read out on the telephone.
std::string Reference(const std::string& id) {
  std::string ref = id.substr(0, 4) + "-" + id.substr(4, 4);
  for (char& c : ref) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return ref;
}

std::string Filled(std::string text, const std::string& id) {
  const std::pair<std::string, std::string> marks[] = {{"{id}", id}, {"{ref}", Reference(id)}};
  for (const auto& [mark, value] : marks) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size())) {
      text.replace(at, mark.size(), value);
    }
  }
  return text;
}

std::string Json(const std::vector<std::string>& paths) {
  return nlohmann::json(paths).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<std::string> Paths(const std::string& json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  return parsed.is_array() ? parsed.get<std::vector<std::string>>() : std::vector<std::string>{};
}

// One writer in one process and among processes: SQLite before 3.51.3 can corrupt a WAL that two connections
// reset at once.
class WriteLock {
 public:
  WriteLock(std::mutex& mutex, int file) : guard_(mutex), file_(file) {
    const auto deadline = std::chrono::steady_clock::now() + kLockPatience;
    while (flock(file_, LOCK_EX | LOCK_NB) != 0) {
      if (std::chrono::steady_clock::now() > deadline)
        throw StoreError("another process keeps the write lock");
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  ~WriteLock() { flock(file_, LOCK_UN); }
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

 private:
  std::lock_guard<std::mutex> guard_;
  int file_;
};

class SqliteHoldStore : public HoldStore {
 public:
  SqliteHoldStore(std::filesystem::path file, const Clock& clock) : file_(std::move(file)), clock_(clock) {
    if (sodium_init() < 0) throw StoreError("libsodium cannot start");
    const mode_t before = umask(0007);
    lock_file_ = open((file_.string() + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0660);
    if (lock_file_ < 0) {
      umask(before);
      throw StoreError(file_.string() +
                       ": the folder cannot be written; expected one that belongs to this user");
    }
    try {
      WriteLock lock(mutex_, lock_file_);
      Open();
    } catch (const SQLite::Exception& e) {
      umask(before);
      throw StoreError(file_.string() + ": " + e.what());
    }
    umask(before);
  }

  ~SqliteHoldStore() override {
    database_.reset();
    if (lock_file_ >= 0) close(lock_file_);
  }

  HoldResult Hold(const NewHold& hold) override {
    CheckFreeSpace();
    return Write([&] { return HoldNow(hold); });
  }

  DecisionResult Decide(const Decision& decision) override {
    return Write([&] { return DecideNow(decision); });
  }

  std::optional<HeldMessage> Find(std::string_view id) override {
    auto held = Read([&]() -> std::optional<HeldMessage> {
      SQLite::Statement row(*database_, std::string(kSelectHeld) + ", raw FROM held WHERE id = ?");
      row.bind(1, std::string(id));
      if (!row.executeStep()) return std::nullopt;
      HeldMessage found = HeldFrom(row);
      const SQLite::Column raw = row.getColumn(kHeldColumns);
      found.raw.assign(static_cast<const char*>(raw.getBlob()), static_cast<std::size_t>(raw.getBytes()));
      return found;
    });
    if (held && !held->raw.empty() && Sha256(held->raw) != held->sha256) {
      held->raw.clear();
      held->state = HoldState::kDamaged;
      MarkDamaged(held->id);
    }
    return held;
  }

  std::vector<HeldMessage> List(const HeldQuery& query) override {
    return Read([&] {
      SQLite::Statement row(*database_,
                            std::string(kSelectHeld) +
                                " FROM held WHERE (?1 = '' OR state = ?1) AND (?2 = '' OR list = ?2)"
                                " ORDER BY received, rowid LIMIT ?3 OFFSET ?4");
      row.bind(1, query.state ? std::string(HoldStateName(*query.state)) : std::string());
      row.bind(2, query.list);
      row.bind(3, static_cast<std::int64_t>(query.limit));
      row.bind(4, static_cast<std::int64_t>(query.offset));
      std::vector<HeldMessage> found;
      while (row.executeStep()) found.push_back(HeldFrom(row));
      return found;
    });
  }

  std::vector<HeldMessage> Expired(std::size_t limit) override {
    return Read([&] {
      SQLite::Statement row(*database_,
                            std::string(kSelectHeld) +
                                " FROM held WHERE state = 'held' AND expires <= ? ORDER BY expires LIMIT ?");
      row.bind(1, Seconds(clock_.Now()));
      row.bind(2, static_cast<std::int64_t>(limit));
      std::vector<HeldMessage> found;
      while (row.executeStep()) found.push_back(HeldFrom(row));
      return found;
    });
  }

  std::vector<AuditRow> Audit(std::string_view held_id) override {
    return Read([&] {
      SQLite::Statement row(
          *database_,
          "SELECT seq, time, actor, action, held_id, details FROM audit WHERE held_id = ? ORDER BY seq");
      row.bind(1, std::string(held_id));
      std::vector<AuditRow> found;
      while (row.executeStep()) {
        found.push_back({row.getColumn(0).getInt64(), FromSeconds(row.getColumn(1).getInt64()),
                         row.getColumn(2).getString(), row.getColumn(3).getString(),
                         row.getColumn(4).getString(), row.getColumn(5).getString()});
      }
      return found;
    });
  }

  std::optional<Lease> LeaseNext(std::chrono::seconds duration) override {
    const bool has_due = Read([&] {
      SQLite::Statement row(
          *database_,
          "SELECT 1 FROM outbox WHERE state = 'waiting' AND next_try <= ?1 AND leased_until <= ?1 LIMIT 1");
      row.bind(1, Seconds(clock_.Now()));
      return row.executeStep();
    });
    if (!has_due) return std::nullopt;
    return Write([&] { return LeaseNow(duration); });
  }

  bool Report(const Lease& lease, SendResult result, std::string_view reply, Time next_try) override {
    return Write([&] { return ReportNow(lease, result, reply, next_try); });
  }

  bool UseToken(std::string_view token_id, Time expires) override {
    return Write([&] {
      SQLite::Statement old(*database_, "DELETE FROM token WHERE expires < ?");
      old.bind(1, Seconds(clock_.Now()) - 86400);
      old.exec();
      SQLite::Statement row(*database_, "INSERT OR IGNORE INTO token (id, expires) VALUES (?, ?)");
      row.bind(1, std::string(token_id));
      row.bind(2, Seconds(expires));
      return row.exec() == 1;
    });
  }

  int CountNotice(std::string_view address, std::string_view list) override {
    return Write([&] {
      const std::int64_t day = Seconds(clock_.Now()) / 86400;
      SQLite::Statement old(*database_, "DELETE FROM notice_count WHERE day < ?");
      old.bind(1, day - 1);
      old.exec();
      SQLite::Statement row(*database_,
                            "INSERT INTO notice_count (address, list, day, sent) VALUES (?, ?, ?, 1)"
                            " ON CONFLICT (address, list, day) DO UPDATE SET sent = sent + 1 RETURNING sent");
      row.bind(1, std::string(address));
      row.bind(2, std::string(list));
      row.bind(3, day);
      row.executeStep();
      const int sent = row.getColumn(0).getInt();
      while (row.executeStep()) {
      }
      return sent;
    });
  }

  void Probe() override {
    CheckFreeSpace();
    Read([&] {
      SQLite::Statement row(*database_, "SELECT 1 FROM held LIMIT 1");
      row.executeStep();
      return 0;
    });
  }

 private:
  static constexpr int kHeldColumns = 19;
  static constexpr const char* kSelectHeld =
      "SELECT id, state, revision, list, reverse_path, forward_paths, author, subject, message_id, queue_id, "
      "verdict, policy,"
      " language, sha256, received, expires, decided_by || char(31) || decided_why, decided, may_answer";

  static HeldMessage HeldFrom(SQLite::Statement& row) {
    HeldMessage held;
    held.id = row.getColumn(0).getString();
    held.state = StateFrom(row.getColumn(1).getString());
    held.revision = row.getColumn(2).getInt64();
    held.list = row.getColumn(3).getString();
    held.reverse_path = row.getColumn(4).getString();
    held.forward_paths = Paths(row.getColumn(5).getString());
    held.from = row.getColumn(6).getString();
    held.subject = row.getColumn(7).getString();
    held.message_id = row.getColumn(8).getString();
    held.queue_id = row.getColumn(9).getString();
    held.verdict_json = row.getColumn(10).getString();
    held.policy_version = row.getColumn(11).getString();
    held.language = row.getColumn(12).getString();
    held.sha256 = row.getColumn(13).getString();
    held.received = FromSeconds(row.getColumn(14).getInt64());
    held.expires = FromSeconds(row.getColumn(15).getInt64());
    const std::string decided = row.getColumn(16).getString();
    const auto mark = decided.find('\x1f');
    held.decided_by = decided.substr(0, mark);
    held.decided_why = mark == std::string::npos ? "" : decided.substr(mark + 1);
    if (!row.getColumn(17).isNull()) held.decided = FromSeconds(row.getColumn(17).getInt64());
    held.may_answer = row.getColumn(18).getInt() != 0;
    return held;
  }

  void Open() {
    database_ = std::make_unique<SQLite::Database>(file_.string(),
                                                   SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 5000);
    sqlite3_db_config(database_->getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    // A checkpoint at close would run outside the write lock.
    sqlite3_db_config(database_->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    for (const char* pragma :
         {"PRAGMA page_size = 8192", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
          "PRAGMA foreign_keys = ON", "PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON",
          "PRAGMA mmap_size = 0", "PRAGMA secure_delete = ON", "PRAGMA temp_store = MEMORY"}) {
      SQLite::Statement statement(*database_, pragma);
      while (statement.executeStep()) {
      }
    }
    const int version = database_->execAndGet("PRAGMA user_version").getInt();
    if (version > kSchemaVersion) {
      throw StoreError(file_.string() + ": was made by a newer version (schema " + std::to_string(version) +
                       "); install that version again");
    }
    if (version < kSchemaVersion) {
      SQLite::Transaction transaction(*database_);
      database_->exec(kSchema);
      database_->exec("PRAGMA user_version = " + std::to_string(kSchemaVersion));
      transaction.commit();
    }
    if (database_->execAndGet("PRAGMA quick_check(1)").getString() != "ok")
      throw StoreError(file_.string() + ": is damaged; restore a backup");
  }

  void CheckFreeSpace() const {
    struct statvfs space {};
    if (statvfs(file_.parent_path().c_str(), &space) != 0) throw StoreError("the store's folder is gone");
    if (std::uint64_t{space.f_bavail} * space.f_frsize < kMinFreeBytes)
      throw StoreFull("less than 64 MiB are free where the store lies");
  }

  // Runs `body` in one durable transaction. A failure at commit says nothing about the row: callers repeat
  // with the same keys.
  template <typename Body>
  auto Write(Body body) -> decltype(body()) {
    WriteLock lock(mutex_, lock_file_);
    try {
      if (!database_) Open();
      SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
      auto result = body();
      transaction.commit();
      return result;
    } catch (const SQLite::Exception& e) {
      database_.reset();
      throw StoreError(e.what());
    }
  }

  template <typename Body>
  auto Read(Body body) -> decltype(body()) {
    std::lock_guard<std::mutex> guard(mutex_);
    try {
      if (!database_) Open();
      return body();
    } catch (const SQLite::Exception& e) {
      database_.reset();
      throw StoreError(e.what());
    }
  }

  void AddAudit(const std::string& actor, const std::string& action, const std::string& held_id,
                const std::string& details) {
    SQLite::Statement row(*database_,
                          "INSERT INTO audit (time, actor, action, held_id, details) VALUES (?, ?, ?, ?, ?)");
    row.bind(1, Seconds(clock_.Now()));
    row.bind(2, actor);
    row.bind(3, action);
    row.bind(4, held_id);
    row.bind(5, details);
    row.exec();
  }

  void AddOutbox(const OutboxRow& row, const std::string& held_id) {
    SQLite::Statement insert(
        *database_,
        "INSERT OR IGNORE INTO outbox (key, kind, held_id, reverse_path, forward_paths, content, next_try)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, Filled(row.key, held_id));
    insert.bind(2, row.kind == OutboxKind::kRelease ? "release" : "letter");
    insert.bind(3, held_id);
    insert.bind(4, row.reverse_path);
    insert.bind(5, Json(row.forward_paths));
    insert.bind(6, Filled(row.content, held_id));
    insert.bind(7, Seconds(clock_.Now()));
    insert.exec();
  }

  std::int64_t Count(const char* where, const std::string& first, const std::string& second) {
    SQLite::Statement row(*database_,
                          std::string("SELECT count(*) FROM held WHERE state = 'held' AND ") + where);
    row.bind(1, first);
    if (!second.empty()) row.bind(2, second);
    row.executeStep();
    return row.getColumn(0).getInt64();
  }

  HoldResult HoldNow(const NewHold& hold) {
    const std::int64_t now = Seconds(clock_.Now());
    {
      SQLite::Statement same(*database_, "SELECT id FROM held WHERE dedupe = ? AND received > ?");
      same.bind(1, hold.dedupe_key);
      same.bind(2, now - kDedupeSeconds);
      if (same.executeStep()) {
        const std::string id = same.getColumn(0).getString();
        AddAudit("milter", "client-retried", id, "queue id " + hold.queue_id);
        return {id, true};
      }
    }
    if (Count("list = ?", hold.list, "") >= kMostHeldPerList)
      throw StoreFull("too many messages wait for this list");
    if (Count("list = ? AND author = ?", hold.list, hold.from.empty() ? "-" : hold.from) >=
        kMostHeldPerSender) {
      throw StoreFull("too many messages of this author wait for this list");
    }
    SQLite::Statement old(*database_, "UPDATE held SET dedupe = dedupe || '#' || id WHERE dedupe = ?");
    old.bind(1, hold.dedupe_key);
    old.exec();
    const std::string id = NewId();
    SQLite::Statement row(*database_,
                          "INSERT INTO held (id, dedupe, state, list, reverse_path, forward_paths, author, "
                          "subject, message_id, queue_id,"
                          " verdict, policy, language, sha256, may_answer, received, expires, raw)"
                          " VALUES (?, ?, 'held', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    int at = 0;
    for (const std::string& value :
         {id, hold.dedupe_key, hold.list, hold.reverse_path, Json(hold.forward_paths), hold.from,
          hold.subject, hold.message_id, hold.queue_id, hold.verdict_json, hold.policy_version, hold.language,
          Sha256(hold.raw)}) {
      row.bind(++at, value);
    }
    row.bind(++at, hold.may_answer ? 1 : 0);
    row.bind(++at, now);
    row.bind(++at, Seconds(hold.expires));
    row.bindNoCopy(++at, static_cast<const void*>(hold.raw.data()), static_cast<int>(hold.raw.size()));
    row.exec();
    for (const OutboxRow& letter : hold.letters) AddOutbox(letter, id);
    AddAudit("milter", "held", id, "policy " + hold.policy_version);
    return {id, false};
  }

  DecisionResult DecideNow(const Decision& decision) {
    {
      SQLite::Statement known(*database_, "SELECT 1 FROM held WHERE id = ?");
      known.bind(1, decision.held_id);
      if (!known.executeStep()) return DecisionResult::kNotFound;
    }
    SQLite::Statement row(
        *database_,
        "UPDATE held SET state = ?, revision = revision + 1, decided_by = ?, decided_why = ?, decided = ?"
        " WHERE id = ? AND revision = ? AND state IN ('held', 'failed')");
    row.bind(1, std::string(HoldStateName(decision.to)));
    row.bind(2, decision.actor);
    row.bind(3, decision.why);
    row.bind(4, Seconds(clock_.Now()));
    row.bind(5, decision.held_id);
    row.bind(6, decision.revision);
    if (row.exec() == 0) return DecisionResult::kConflict;
    for (const OutboxRow& one : decision.outbox) AddOutbox(one, decision.held_id);
    AddAudit(decision.actor, std::string(HoldStateName(decision.to)), decision.held_id, decision.why);
    return DecisionResult::kDone;
  }

  std::optional<Lease> LeaseNow(std::chrono::seconds duration) {
    const std::int64_t now = Seconds(clock_.Now());
    Lease lease;
    {
      SQLite::Statement row(
          *database_,
          "UPDATE outbox SET leased_until = ?1 + ?2, fence = fence + 1, attempts = attempts + 1 WHERE id ="
          " (SELECT id FROM outbox WHERE state = 'waiting' AND next_try <= ?1 AND leased_until <= ?1 ORDER "
          "BY next_try, id LIMIT 1)"
          " RETURNING id, key, kind, held_id, reverse_path, forward_paths, content, attempts, fence, "
          "last_reply");
      row.bind(1, now);
      row.bind(2, static_cast<std::int64_t>(duration.count()));
      if (!row.executeStep()) return std::nullopt;
      lease.row.id = row.getColumn(0).getInt64();
      lease.row.key = row.getColumn(1).getString();
      lease.row.kind = row.getColumn(2).getString() == "release" ? OutboxKind::kRelease : OutboxKind::kLetter;
      lease.row.held_id = row.getColumn(3).getString();
      lease.row.reverse_path = row.getColumn(4).getString();
      lease.row.forward_paths = Paths(row.getColumn(5).getString());
      lease.row.content = row.getColumn(6).getString();
      lease.row.attempts = row.getColumn(7).getInt();
      lease.fence = row.getColumn(8).getInt64();
      lease.row.last_reply = row.getColumn(9).getString();
      while (row.executeStep()) {
      }
    }
    if (lease.row.kind == OutboxKind::kRelease) Move(lease.row.held_id, "approved", "sending");
    return lease;
  }

  void Move(const std::string& id, const char* from, const char* to) {
    SQLite::Statement row(*database_,
                          "UPDATE held SET state = ?, revision = revision + 1 WHERE id = ? AND state = ?");
    row.bind(1, to);
    row.bind(2, id);
    row.bind(3, from);
    row.exec();
  }

  bool ReportNow(const Lease& lease, SendResult result, std::string_view reply, Time next_try) {
    SQLite::Statement row(*database_,
                          "UPDATE outbox SET state = ?, leased_until = 0, next_try = ?, last_reply = ? WHERE "
                          "id = ? AND fence = ? AND state = 'waiting'");
    row.bind(1, result == SendResult::kSent ? "sent" : result == SendResult::kRetry ? "waiting" : "failed");
    row.bind(2, Seconds(next_try));
    row.bind(3, std::string(reply));
    row.bind(4, lease.row.id);
    row.bind(5, lease.fence);
    if (row.exec() == 0) return false;
    const bool is_release = lease.row.kind == OutboxKind::kRelease;
    const char* to = result == SendResult::kSent    ? "released"
                     : result == SendResult::kRetry ? "approved"
                                                    : "failed";
    if (is_release) Move(lease.row.held_id, "sending", to);
    if (is_release || result != SendResult::kSent) {
      AddAudit("outbox", is_release ? to : "letter-not-sent", lease.row.held_id, std::string(reply));
    }
    return true;
  }

  void MarkDamaged(const std::string& id) {
    Write([&] {
      SQLite::Statement row(
          *database_,
          "UPDATE held SET state = 'damaged', revision = revision + 1 WHERE id = ? AND state <> 'damaged'");
      row.bind(1, id);
      if (row.exec() == 1) AddAudit("store", "damaged", id, "the stored hash does not fit the stored bytes");
      return 0;
    });
  }

  std::filesystem::path file_;
  const Clock& clock_;
  std::mutex mutex_;
  int lock_file_ = -1;
  std::unique_ptr<SQLite::Database> database_;
};

}  // namespace

std::string_view HoldStateName(HoldState state) { return kStates[static_cast<int>(state)]; }

std::unique_ptr<HoldStore> OpenSqliteHoldStore(const std::filesystem::path& file, const Clock& clock) {
  return std::make_unique<SqliteHoldStore>(file, clock);
}

}  // namespace listwarden
