#include "store/sqlite_schema.hpp"

#include <iterator>

namespace switchhook::store {
namespace {

// A migration that has been released is never changed; a new one goes to the end.
constexpr const char* migrations[] = {
    R"sql(
CREATE TABLE journal (
  call   TEXT NOT NULL,
  seq    INTEGER NOT NULL,  -- 1, 2, 3… within the call
  digest TEXT NOT NULL,     -- of the ask
  answer TEXT NOT NULL,     -- JSON
  PRIMARY KEY (call, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE calls (
  id      TEXT NOT NULL PRIMARY KEY,
  info    TEXT NOT NULL,     -- JSON, as it was when the call began
  flow    TEXT NOT NULL,
  version TEXT NOT NULL,     -- of the flow, pinned for the whole call
  started INTEGER NOT NULL,  -- ms since 1970
  ended   INTEGER,           -- or it goes on
  status  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX calls_by_start ON calls (started);

CREATE TABLE conversations (
  call       TEXT NOT NULL,
  seq        INTEGER NOT NULL,  -- of the ask that opened it
  transcript TEXT NOT NULL,     -- JSON
  PRIMARY KEY (call, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE versions (
  flow    TEXT NOT NULL,
  version TEXT NOT NULL,
  sources TEXT NOT NULL,     -- JSON
  PRIMARY KEY (flow, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE kv (
  business TEXT NOT NULL,
  key      TEXT NOT NULL,
  value    TEXT NOT NULL,  -- JSON
  expires  INTEGER,        -- ms since 1970, or for ever
  PRIMARY KEY (business, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX kv_by_expiry ON kv (expires) WHERE expires IS NOT NULL;
)sql",
    R"sql(
CREATE TABLE flow_versions (
  flow     TEXT NOT NULL PRIMARY KEY,
  revision INTEGER NOT NULL,  -- 1, 2, 3…
  chosen   TEXT NOT NULL      -- JSON: which version answers whom
) STRICT, WITHOUT ROWID;

CREATE TABLE version_changes (
  id      INTEGER PRIMARY KEY,
  flow    TEXT NOT NULL,
  number  TEXT NOT NULL,     -- E.164, or empty: all
  version TEXT NOT NULL,
  kind    INTEGER NOT NULL,  -- 0 went live, 1 rolled back to, 2 trial
  what    TEXT NOT NULL,     -- for people
  at      INTEGER NOT NULL   -- ms since 1970
) STRICT;

CREATE INDEX version_changes_by_flow ON version_changes (flow, id);
)sql",
    R"sql(
CREATE TABLE outbox (
  number        INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order in which they were promised
  id            TEXT NOT NULL UNIQUE,
  business      TEXT NOT NULL,
  kind          TEXT NOT NULL,
  destination   TEXT NOT NULL,
  payload       TEXT NOT NULL,               -- JSON
  promised      INTEGER NOT NULL,            -- ms since 1970
  due           INTEGER NOT NULL,            -- ms since 1970
  claimed_until INTEGER NOT NULL DEFAULT 0,  -- ms since 1970: until then an engine delivers it
  attempts      INTEGER NOT NULL DEFAULT 0,  -- that failed
  reason        TEXT NOT NULL DEFAULT '',    -- of the last failure
  state         TEXT NOT NULL DEFAULT 'waiting'  -- waiting, dead, or kept
) STRICT;

CREATE INDEX outbox_by_due ON outbox (due) WHERE state = 'waiting';
CREATE INDEX outbox_by_destination ON outbox (business, destination, number) WHERE state = 'waiting';
CREATE INDEX outbox_dead ON outbox (number) WHERE state = 'dead';
CREATE INDEX outbox_kept ON outbox (promised) WHERE state = 'kept';
)sql",
    R"sql(
CREATE TABLE settings (
  number   TEXT NOT NULL,     -- E.164
  revision INTEGER NOT NULL,  -- 1, 2, 3… of the number
  content  TEXT NOT NULL,     -- JSON: what is set from then on; secrets are sealed
  what     TEXT NOT NULL,     -- for people
  at       INTEGER NOT NULL,  -- ms since 1970
  PRIMARY KEY (number, revision)
) STRICT, WITHOUT ROWID;
)sql",
    // Calls one behind another, not by id: a new one then changes a page that others have changed already.
    R"sql(
CREATE TABLE calls_in_order (
  id      TEXT NOT NULL PRIMARY KEY,
  info    TEXT NOT NULL,     -- JSON, as it was when the call began
  flow    TEXT NOT NULL,
  version TEXT NOT NULL,     -- of the flow, pinned for the whole call
  started INTEGER NOT NULL,  -- ms since 1970
  ended   INTEGER,           -- or it goes on
  status  TEXT NOT NULL
) STRICT;

INSERT INTO calls_in_order SELECT * FROM calls ORDER BY started;
DROP TABLE calls;
ALTER TABLE calls_in_order RENAME TO calls;
CREATE INDEX calls_by_start ON calls (started);
)sql",
    R"sql(
ALTER TABLE calls ADD COLUMN number TEXT NOT NULL DEFAULT '';  -- that was called
ALTER TABLE calls ADD COLUMN caller TEXT NOT NULL DEFAULT '';
UPDATE calls SET number = coalesce(json_extract(info, '$.to'), ''), caller = coalesce(json_extract(info, '$.from'), '');
CREATE INDEX calls_going_on ON calls (started) WHERE ended IS NULL;
)sql",
    R"sql(
ALTER TABLE calls ADD COLUMN is_text INTEGER NOT NULL DEFAULT 0;  -- a text message that came in
UPDATE calls SET is_text = json_extract(info, '$.message.body') IS NOT NULL;
)sql",
    R"sql(
CREATE TABLE outcomes (
  call    TEXT NOT NULL,
  seq     INTEGER NOT NULL,  -- of the ask that exchanged a value in kv once
  outcome TEXT NOT NULL,     -- JSON: what the ask gives
  PRIMARY KEY (call, seq)
) STRICT, WITHOUT ROWID;
)sql",
};

}  // namespace

void migrate(SqliteDatabase& database) {
    constexpr auto newest = std::int64_t(std::size(migrations));
    database.run("BEGIN IMMEDIATE");  // two engines that start at once take turns
    auto version = database.number("PRAGMA user_version");
    if (version > newest) {
        database.run("ROLLBACK");
        throw std::runtime_error("it was written by a newer Switchhook (its version is " + std::to_string(version) +
                                 ", this one knows " + std::to_string(newest) + "): run that one");
    }
    for (; version < newest; ++version) database.run(migrations[version]);
    database.run("PRAGMA user_version = " + std::to_string(newest));
    database.run("COMMIT");
}

}  // namespace switchhook::store
