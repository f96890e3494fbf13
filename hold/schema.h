// The SQLite schema, by version. Transitions that the state machine does not know are refused by the database
// itself, and the audit can only grow. SPDX-License-Identifier: Apache-2.0
#pragma once

namespace listwarden {

inline constexpr int kSchemaVersion = 1;

inline constexpr const char* kSchema = R"sql(
CREATE TABLE held (
  id TEXT PRIMARY KEY, dedupe TEXT NOT NULL UNIQUE, state TEXT NOT NULL, revision INTEGER NOT NULL DEFAULT 0,
  list TEXT NOT NULL, reverse_path TEXT NOT NULL, forward_paths TEXT NOT NULL, author TEXT NOT NULL, subject TEXT NOT NULL,
  message_id TEXT NOT NULL, queue_id TEXT NOT NULL, verdict TEXT NOT NULL, policy TEXT NOT NULL, language TEXT NOT NULL,
  sha256 TEXT NOT NULL, may_answer INTEGER NOT NULL, received INTEGER NOT NULL, expires INTEGER NOT NULL,
  decided_by TEXT NOT NULL DEFAULT '', decided_why TEXT NOT NULL DEFAULT '', decided INTEGER,
  raw BLOB NOT NULL
) STRICT;
CREATE INDEX held_by_state ON held (state, expires);
CREATE INDEX held_by_list ON held (list, state, author);
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, held_id TEXT NOT NULL REFERENCES held (id),
  reverse_path TEXT NOT NULL, forward_paths TEXT NOT NULL, content TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting', attempts INTEGER NOT NULL DEFAULT 0, fence INTEGER NOT NULL DEFAULT 0,
  leased_until INTEGER NOT NULL DEFAULT 0, next_try INTEGER NOT NULL, last_reply TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_due ON outbox (state, next_try);
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
  held_id TEXT NOT NULL, details TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_held ON audit (held_id);
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit only grows'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit only grows'); END;
CREATE TABLE token (id TEXT PRIMARY KEY, expires INTEGER NOT NULL) STRICT;
CREATE TABLE notice_count (
  address TEXT NOT NULL, list TEXT NOT NULL, day INTEGER NOT NULL, sent INTEGER NOT NULL, PRIMARY KEY (address, list, day)
) STRICT;
CREATE TABLE transition (source TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY (source, target)) STRICT;
INSERT INTO transition VALUES ('held', 'approved'), ('held', 'rejected'), ('held', 'discarded'), ('held', 'expired'),
  ('approved', 'sending'), ('sending', 'released'), ('sending', 'approved'), ('sending', 'failed'),
  ('failed', 'approved'), ('failed', 'rejected'), ('failed', 'discarded'),
  ('held', 'damaged'), ('approved', 'damaged'), ('sending', 'damaged'), ('failed', 'damaged'), ('released', 'damaged'),
  ('rejected', 'damaged'), ('discarded', 'damaged'), ('expired', 'damaged');
CREATE TRIGGER held_moves BEFORE UPDATE OF state ON held WHEN old.state <> new.state AND NOT EXISTS
  (SELECT 1 FROM transition WHERE source = old.state AND target = new.state)
  BEGIN SELECT raise(ABORT, 'no such transition'); END;
)sql";

}  // namespace listwarden
