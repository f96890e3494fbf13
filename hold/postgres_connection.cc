// SPDX-License-Identifier: Apache-2.0
#include "hold/postgres_connection.h"

#include <chrono>
#include <limits>
#include <thread>

#include "hold/hold_store.h"
#include "hold/identity.h"
#include "hold/postgres_database.h"

namespace listwarden {
namespace {

constexpr auto kPatience = std::chrono::seconds(5);  // a restart or a failover, while the MTA waits
constexpr auto kPause = std::chrono::milliseconds(100);
constexpr std::int64_t kMarksLast = 24 * 3600;

std::exception_ptr Failure(const PostgresError& e) {
  if (e.state() == "53100") return std::make_exception_ptr(StoreFull(e.what()));
  return std::make_exception_ptr(StoreError(e.what()));
}

}  // namespace

PostgresConnection::PostgresConnection(std::string uri, const Clock* clock, Use use)
    : uri_(std::move(uri)), clock_(clock), use_(use), writer_id_(NewHeldId()) {
  writer_ = ConnectAsUser();
  use == Use::kCopy ? writer_->BeginCopy() : writer_->Migrate();
  writer_->BeginWrite();
  SqlRow(*writer_, "DELETE FROM writer WHERE time < ?", writer_->Now() - kMarksLast).Run();
  writer_->Commit();
}

PostgresConnection::~PostgresConnection() = default;

std::unique_ptr<PostgresDatabase> PostgresConnection::Connect() const {
  return std::make_unique<PostgresDatabase>(uri_, clock_);
}

std::unique_ptr<PostgresDatabase> PostgresConnection::ConnectAsUser() const {
  auto database = Connect();
  database->JoinUsers(use_);
  return database;
}

void PostgresConnection::Persist(std::unique_ptr<PostgresDatabase>* database,
                                 const std::function<void()>& act) {
  // Who is known to be away is asked once, so that callers do not queue up behind our patience.
  const auto patience = is_reachable_ ? kPatience : std::chrono::seconds(0);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (auto pause = std::chrono::milliseconds(0);; pause = kPause) {
    try {
      if (!*database) *database = database == &writer_ ? ConnectAsUser() : Connect();
      is_reachable_ = true;
      return act();
    } catch (const PostgresError& e) {
      database->reset();
      if (!e.IsWorthRepeating() || std::chrono::steady_clock::now() > deadline) {
        is_reachable_ = !e.is_lost();
        std::rethrow_exception(Failure(e));
      }
    } catch (...) {
      database->reset();
      throw;
    }
    std::this_thread::sleep_for(pause);
  }
}

void PostgresConnection::WriteJob(const Job& job) {
  queue_.Run(job, [this](const JobQueue::Batch& batch) { RunBatch(batch); });
}

void PostgresConnection::RunBatch(const JobQueue::Batch& batch) {
  doubtful_mark_ = 0;
  Persist(&writer_, [&] { RunTransaction(batch); });
}

void PostgresConnection::RunTransaction(const JobQueue::Batch& batch) {
  writer_->BeginWrite();  // from here on no transaction of ours can still be under way
  if (doubtful_mark_ != 0 && HasMarkAgain(doubtful_mark_)) {
    writer_->Commit();
    return;
  }
  for (JobQueue::Waiting* one : batch) RunJob(one);
  doubtful_mark_ = ++last_mark_;
  SqlRow(*writer_,
         "INSERT INTO writer (id, number, time) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET number ="
         " excluded.number, time = excluded.time",
         writer_id_, last_mark_, writer_->Now())
      .Run();
  writer_->Commit();
}

// Only a commit that has written waits for a synchronous standby, and so for whatever was committed before it.
bool PostgresConnection::HasMarkAgain(std::int64_t mark) {
  return SqlRow(*writer_, "UPDATE writer SET time = ? WHERE id = ? AND number = ?", writer_->Now(),
                writer_id_, mark)
             .Run() == 1;
}

void PostgresConnection::RunJob(JobQueue::Waiting* one) {
  one->error = nullptr;
  writer_->Execute("SAVEPOINT job");
  try {
    (*one->job)(*writer_);
  } catch (const PostgresError& e) {
    if (e.IsWorthRepeating() || e.IsOfTheServer()) throw;
    one->error = Failure(e);
  } catch (...) {
    one->error = std::current_exception();
  }
  if (one->error) writer_->Execute("ROLLBACK TO job");
  writer_->Execute("RELEASE job");
}

void PostgresConnection::ReadJob(const Job& job) {
  std::lock_guard<std::mutex> guard(read_mutex_);
  Persist(&reader_, [&] {
    reader_->BeginRead();
    job(*reader_);
    reader_->Commit();
  });
}

// The server's disk cannot be seen from here; a full one is told when it is met.
std::uint64_t PostgresConnection::FreeBytes() const { return std::numeric_limits<std::uint64_t>::max(); }

// VACUUM leaves what a transaction from before may still see.
void PostgresConnection::WaitForReaders() {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  const std::int64_t now =
      writer_->Number("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
  const std::string older =
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND"
      " backend_xmin IS NOT NULL AND pid <> pg_backend_pid() AND"
      " extract(epoch FROM xact_start) * 1000000 < " +
      std::to_string(now);
  while (writer_->Number(older) > 0) {
    if (std::chrono::steady_clock::now() > deadline)
      throw StoreError("a reader still sees what was deleted; try again");
    std::this_thread::sleep_for(kPause);
  }
}

void PostgresConnection::Scrub() {
  queue_.Alone([&] {
    Persist(&writer_, [&] {
      WaitForReaders();
      writer_->Execute("SET statement_timeout = 0");
      for (const char* table : {"content", "finding", "outbox", "link", "held", "audit", "audit_salt",
                                "trust", "notice_count", "failure"}) {
        writer_->Execute(std::string("VACUUM (FULL) ") + table);
      }
      writer_->Execute("SET statement_timeout = '60s'");
    });
  });
}

void PostgresConnection::FinishCopy(const Job& last) {
  queue_.Alone([&] { Persist(&writer_, [&] { writer_->FinishCopy(last); }); });
}

}  // namespace listwarden
