// SPDX-License-Identifier: Apache-2.0
#include "hold/sql_schema.h"

namespace listwarden {
namespace {

constexpr std::string_view kTables = R"sql(
CREATE TABLE held (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, dedupe TEXT NOT NULL UNIQUE, state TEXT NOT NULL, revision INTEGER NOT NULL DEFAULT 0,
  content INTEGER NOT NULL DEFAULT 0, list TEXT NOT NULL, reverse_path TEXT NOT NULL,
  forward_paths TEXT NOT NULL, author TEXT NOT NULL, subject TEXT NOT NULL, message_id TEXT NOT NULL,
  queue_id TEXT NOT NULL, language TEXT NOT NULL, "similar" TEXT NOT NULL, may_answer INTEGER NOT NULL,
  received INTEGER NOT NULL, expires INTEGER NOT NULL,
  decided_by TEXT NOT NULL DEFAULT '', decided_why TEXT NOT NULL DEFAULT '', decided INTEGER,
  undo_until INTEGER NOT NULL DEFAULT 0, claimed_by TEXT NOT NULL DEFAULT '',
  claimed_until INTEGER NOT NULL DEFAULT 0, appealed_from TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX held_queue ON held (state, received);
CREATE INDEX held_by_list ON held (list, state, author);
CREATE INDEX held_by_author ON held (author, list);
CREATE INDEX held_due ON held (state, expires);
CREATE INDEX held_received ON held (received);
CREATE TABLE content (
  held_id TEXT NOT NULL REFERENCES held (id), number INTEGER NOT NULL, sha256 TEXT NOT NULL,
  made INTEGER NOT NULL, made_by TEXT NOT NULL, policy TEXT NOT NULL, verdict TEXT NOT NULL, raw BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX content_of ON content (held_id, number);
CREATE TABLE finding (
  seq INTEGER PRIMARY KEY, held_id TEXT NOT NULL REFERENCES held (id), number INTEGER NOT NULL, filter TEXT NOT NULL,
  rule TEXT NOT NULL, clause TEXT NOT NULL, confidence TEXT NOT NULL, action TEXT NOT NULL, quote TEXT NOT NULL
) STRICT;
CREATE INDEX finding_of ON finding (held_id, number, action, filter, rule);
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, held_id TEXT REFERENCES held (id),
  revision INTEGER, reverse_path TEXT NOT NULL, forward_paths TEXT NOT NULL, content TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting', attempts INTEGER NOT NULL DEFAULT 0, fence INTEGER NOT NULL DEFAULT 0,
  leased_until INTEGER NOT NULL DEFAULT 0, next_try INTEGER NOT NULL, last_reply TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_due ON outbox (state, next_try);
CREATE INDEX outbox_of ON outbox (held_id);
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
  held_id TEXT NOT NULL, details TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_held ON audit (held_id);
CREATE TABLE trust (
  list TEXT NOT NULL, address TEXT NOT NULL, until INTEGER NOT NULL, made_by TEXT NOT NULL, why TEXT NOT NULL,
  PRIMARY KEY (list, address)
) STRICT;
CREATE TABLE link (
  hash TEXT PRIMARY KEY, purpose TEXT NOT NULL, held_id TEXT NOT NULL, actor TEXT NOT NULL,
  revision INTEGER NOT NULL, expires INTEGER NOT NULL, is_used INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE token (id TEXT PRIMARY KEY, expires INTEGER NOT NULL) STRICT;
CREATE TABLE notice_count (
  address TEXT NOT NULL, list TEXT NOT NULL, day INTEGER NOT NULL, sent INTEGER NOT NULL,
  PRIMARY KEY (address, list, day)
) STRICT;
CREATE TABLE account (
  name TEXT PRIMARY KEY, address TEXT NOT NULL, password_hash TEXT NOT NULL, language TEXT NOT NULL,
  is_disabled INTEGER NOT NULL
) STRICT;
CREATE TABLE account_right (
  account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE, list TEXT NOT NULL, role TEXT NOT NULL,
  PRIMARY KEY (account, list, role)
) STRICT;
CREATE TABLE session (
  id_hash TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
  form_token TEXT NOT NULL, created INTEGER NOT NULL, seen INTEGER NOT NULL, expires INTEGER NOT NULL
) STRICT;
CREATE INDEX session_of ON session (account);
CREATE TABLE failure (key TEXT NOT NULL, time INTEGER NOT NULL) STRICT;
CREATE INDEX failure_of ON failure (key, time);
CREATE TABLE transition (source TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY (source, target)) STRICT;
INSERT INTO transition VALUES
  ('held', 'approved'), ('held', 'rejected'), ('held', 'discarded'), ('held', 'expired'), ('held', 'withdrawn'),
  ('approved', 'sending'), ('sending', 'released'), ('sending', 'approved'), ('sending', 'failed'),
  ('failed', 'approved'), ('failed', 'rejected'), ('failed', 'discarded'),
  ('approved', 'held'), ('rejected', 'held'), ('discarded', 'held'), ('withdrawn', 'held'),
  ('held', 'damaged'), ('approved', 'damaged'), ('sending', 'damaged'), ('failed', 'damaged'),
  ('released', 'damaged'), ('rejected', 'damaged'), ('discarded', 'damaged'), ('expired', 'damaged'),
  ('withdrawn', 'damaged');
)sql";

constexpr std::string_view kSqliteGuards = R"sql(
CREATE TRIGGER held_moves BEFORE UPDATE OF state ON held WHEN old.state <> new.state AND NOT EXISTS
  (SELECT 1 FROM transition WHERE source = old.state AND target = new.state)
  BEGIN SELECT raise(ABORT, 'no such transition'); END;
CREATE TRIGGER held_begins BEFORE INSERT ON held WHEN new.state <> 'held'
  BEGIN SELECT raise(ABORT, 'a message begins as held'); END;
CREATE TRIGGER held_grows BEFORE UPDATE OF state ON held WHEN old.state <> new.state AND new.revision <= old.revision
  BEGIN SELECT raise(ABORT, 'a change of state is a new revision'); END;
CREATE TRIGGER held_undo BEFORE UPDATE OF state ON held WHEN new.state = 'held' AND old.state <> 'held' AND
  new.appealed_from = '' AND EXISTS
  (SELECT 1 FROM outbox WHERE held_id = old.id AND revision = old.revision AND fence > 0)
  BEGIN SELECT raise(ABORT, 'something has left already'); END;
CREATE TRIGGER held_appeal BEFORE UPDATE OF state ON held WHEN old.state = 'held' AND old.appealed_from <> '' AND
  new.state IN ('approved', 'rejected', 'discarded') AND new.decided_by = old.appealed_from
  BEGIN SELECT raise(ABORT, 'an appeal is decided by somebody else'); END;
CREATE TRIGGER held_released BEFORE DELETE ON held BEGIN SELECT raise(ABORT, 'held messages stay on record'); END;
CREATE TRIGGER content_stays BEFORE UPDATE ON content BEGIN SELECT raise(ABORT, 'a text is never changed'); END;
CREATE TRIGGER content_waits BEFORE DELETE ON content WHEN
  (SELECT state FROM held WHERE id = old.held_id) IN ('held', 'approved', 'sending', 'failed')
  BEGIN SELECT raise(ABORT, 'the text of a waiting message stays'); END;
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit only grows'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit only grows'); END;
CREATE TRIGGER link_once BEFORE UPDATE OF is_used ON link WHEN old.is_used = 1
  BEGIN SELECT raise(ABORT, 'a link is used once'); END;
)sql";

constexpr std::string_view kPostgresGuards = R"sql(
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE FUNCTION is_transition(TEXT, TEXT) RETURNS boolean LANGUAGE sql STABLE SET search_path FROM CURRENT
  AS $$ SELECT EXISTS (SELECT 1 FROM transition WHERE source = $1 AND target = $2) $$;
CREATE FUNCTION has_left(TEXT, BIGINT) RETURNS boolean LANGUAGE sql STABLE SET search_path FROM CURRENT
  AS $$ SELECT EXISTS (SELECT 1 FROM outbox WHERE held_id = $1 AND revision = $2 AND fence > 0) $$;
CREATE FUNCTION state_of(TEXT) RETURNS TEXT LANGUAGE sql STABLE SET search_path FROM CURRENT
  AS $$ SELECT state FROM held WHERE id = $1 $$;
CREATE TRIGGER held_moves BEFORE UPDATE OF state ON held FOR EACH ROW
  WHEN (old.state <> new.state AND NOT is_transition(old.state, new.state))
  EXECUTE FUNCTION refuse('no such transition');
CREATE TRIGGER held_begins BEFORE INSERT ON held FOR EACH ROW WHEN (new.state <> 'held')
  EXECUTE FUNCTION refuse('a message begins as held');
CREATE TRIGGER held_grows BEFORE UPDATE OF state ON held FOR EACH ROW
  WHEN (old.state <> new.state AND new.revision <= old.revision)
  EXECUTE FUNCTION refuse('a change of state is a new revision');
CREATE TRIGGER held_undo BEFORE UPDATE OF state ON held FOR EACH ROW
  WHEN (new.state = 'held' AND old.state <> 'held' AND new.appealed_from = '' AND has_left(old.id, old.revision))
  EXECUTE FUNCTION refuse('something has left already');
CREATE TRIGGER held_appeal BEFORE UPDATE OF state ON held FOR EACH ROW
  WHEN (old.state = 'held' AND old.appealed_from <> '' AND
        new.state IN ('approved', 'rejected', 'discarded') AND new.decided_by = old.appealed_from)
  EXECUTE FUNCTION refuse('an appeal is decided by somebody else');
CREATE TRIGGER held_released BEFORE DELETE ON held FOR EACH ROW
  EXECUTE FUNCTION refuse('held messages stay on record');
CREATE TRIGGER content_stays BEFORE UPDATE ON content FOR EACH ROW
  EXECUTE FUNCTION refuse('a text is never changed');
CREATE TRIGGER content_waits BEFORE DELETE ON content FOR EACH ROW
  WHEN (state_of(old.held_id) IN ('held', 'approved', 'sending', 'failed'))
  EXECUTE FUNCTION refuse('the text of a waiting message stays');
CREATE TRIGGER audit_stays BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse('the audit only grows');
CREATE TRIGGER link_once BEFORE UPDATE OF is_used ON link FOR EACH ROW WHEN (old.is_used = 1)
  EXECUTE FUNCTION refuse('a link is used once');
CREATE TRIGGER held_emptied BEFORE TRUNCATE ON held EXECUTE FUNCTION refuse('held messages stay on record');
CREATE TRIGGER content_emptied BEFORE TRUNCATE ON content EXECUTE FUNCTION refuse('texts stay');
CREATE TRIGGER audit_emptied BEFORE TRUNCATE ON audit EXECUTE FUNCTION refuse('the audit only grows');
)sql";

constexpr std::string_view kRecords = R"sql(
ALTER TABLE audit ADD COLUMN actor_salt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN actor_mac TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN details_salt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN details_mac TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_details ON audit (details_salt);
CREATE INDEX audit_actor ON audit (actor_salt);
CREATE TABLE audit_salt (id INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL UNIQUE, salt TEXT NOT NULL) STRICT;
CREATE TABLE audit_head (
  seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, time INTEGER NOT NULL, signature TEXT NOT NULL
) STRICT;
ALTER TABLE held ADD COLUMN legal_hold TEXT NOT NULL DEFAULT '';
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
)sql";

constexpr std::string_view kSqliteRecordGuards = R"sql(
DROP TRIGGER audit_keeps;
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit WHEN new.seq <> old.seq OR new.time <> old.time OR
  new.action <> old.action OR new.held_id <> old.held_id OR new.actor_salt <> old.actor_salt OR
  new.actor_mac <> old.actor_mac OR new.details_salt <> old.details_salt OR new.details_mac <> old.details_mac OR
  new.hash <> old.hash OR new.actor NOT IN (old.actor, '') OR new.details NOT IN (old.details, '')
  BEGIN SELECT raise(ABORT, 'the audit only grows'); END;
CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head BEGIN SELECT raise(ABORT, 'signed heads stay'); END;
CREATE TRIGGER content_kept BEFORE DELETE ON content WHEN (SELECT legal_hold FROM held WHERE id = old.held_id) <> ''
  BEGIN SELECT raise(ABORT, 'a legal hold keeps it'); END;
)sql";

constexpr std::string_view kPostgresRecordGuards = R"sql(
CREATE FUNCTION is_kept(TEXT) RETURNS boolean LANGUAGE sql STABLE SET search_path FROM CURRENT
  AS $$ SELECT legal_hold <> '' FROM held WHERE id = $1 $$;
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit FOR EACH ROW
  WHEN (new.seq <> old.seq OR new.time <> old.time OR
        new.action <> old.action OR new.held_id <> old.held_id OR new.actor_salt <> old.actor_salt OR
        new.actor_mac <> old.actor_mac OR new.details_salt <> old.details_salt OR new.details_mac <> old.details_mac OR
        new.hash <> old.hash OR new.actor NOT IN (old.actor, '') OR new.details NOT IN (old.details, ''))
  EXECUTE FUNCTION refuse('the audit only grows');
CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION refuse('signed heads stay');
CREATE TRIGGER content_kept BEFORE DELETE ON content FOR EACH ROW WHEN (is_kept(old.held_id))
  EXECUTE FUNCTION refuse('a legal hold keeps it');
)sql";

// A word that PostgreSQL keeps for itself.
constexpr std::string_view kRenamed = R"sql(
ALTER TABLE held RENAME COLUMN "similar" TO similar_key;
)sql";

}  // namespace

const std::vector<SchemaStep>& SchemaSteps() {
  static const std::vector<SchemaStep> steps = {{kTables, kSqliteGuards, kPostgresGuards},
                                                {kRecords, kSqliteRecordGuards, kPostgresRecordGuards},
                                                {kRenamed, "", ""}};
  return steps;
}

std::string InPostgres(std::string_view tables) {
  std::string text(tables);
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"},
      {"INTEGER PRIMARY KEY", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"},
      {" INTEGER", " BIGINT"},
      {" BLOB", " BYTEA"},
      {" TEXT", " TEXT COLLATE \"C\""},
      {") STRICT;", ");"}};
  for (const auto& [ours, theirs] : kWords) {
    for (std::size_t at = text.find(ours); at != std::string::npos; at = text.find(ours, at + theirs.size()))
      text.replace(at, ours.size(), theirs);
  }
  return text;
}

}  // namespace listwarden
