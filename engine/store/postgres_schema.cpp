#include "store/postgres_schema.hpp"

#include <iterator>

namespace switchhook::store {
namespace {

// A migration that has been released is never changed; a new one goes to the end.
constexpr const char* migrations[] = {
    R"sql(
CREATE TABLE journal (
  call   text NOT NULL,
  seq    integer NOT NULL,  -- 1, 2, 3… within the call
  digest text NOT NULL,     -- of the ask
  answer text NOT NULL,     -- JSON
  node   text NOT NULL,     -- who wrote it: a node may repeat what it said, another one may not
  PRIMARY KEY (call, seq)
);

CREATE TABLE calls (
  id      text NOT NULL PRIMARY KEY,
  info    text NOT NULL,     -- JSON, as it was when the call began
  flow    text NOT NULL,
  version text NOT NULL,     -- of the flow, pinned for the whole call
  started bigint NOT NULL,  -- ms since 1970
  ended   bigint,           -- or it goes on
  status  text NOT NULL
);

CREATE INDEX calls_by_start ON calls (started);

CREATE TABLE conversations (
  call       text NOT NULL,
  seq        integer NOT NULL,  -- of the ask that opened it
  transcript text NOT NULL,     -- JSON
  PRIMARY KEY (call, seq)
);

CREATE TABLE versions (
  flow    text NOT NULL,
  version text NOT NULL,
  sources text NOT NULL,     -- JSON
  PRIMARY KEY (flow, version)
);

CREATE TABLE kv (
  business text NOT NULL,
  key      text NOT NULL,
  value    text NOT NULL,   -- JSON; jsonb knows no U+0000
  expires  bigint,          -- ms since 1970, or for ever
  PRIMARY KEY (business, key)
);

CREATE INDEX kv_by_expiry ON kv (expires) WHERE expires IS NOT NULL;
)sql",
    R"sql(
CREATE TABLE flow_versions (
  flow     text NOT NULL PRIMARY KEY,
  revision bigint NOT NULL,  -- 1, 2, 3…
  chosen   text NOT NULL     -- JSON: which version answers whom
);

CREATE TABLE version_changes (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  flow    text NOT NULL,
  number  text NOT NULL,      -- E.164, or empty: all
  version text NOT NULL,
  kind    smallint NOT NULL,  -- 0 went live, 1 rolled back to, 2 trial
  what    text NOT NULL,      -- for people
  at      bigint NOT NULL     -- ms since 1970
);

CREATE INDEX version_changes_by_flow ON version_changes (flow, id);
)sql",
    R"sql(
CREATE TABLE outbox (
  number        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- the order in which they were promised
  id            text NOT NULL UNIQUE,
  business      text NOT NULL,
  kind          text NOT NULL,
  destination   text NOT NULL,
  payload       text NOT NULL,               -- JSON
  promised      bigint NOT NULL,             -- ms since 1970
  due           bigint NOT NULL,             -- ms since 1970
  claimed_until bigint NOT NULL DEFAULT 0,   -- ms since 1970: until then an engine delivers it
  attempts      integer NOT NULL DEFAULT 0,  -- that failed
  reason        text NOT NULL DEFAULT '',    -- of the last failure
  state         text NOT NULL DEFAULT 'waiting'  -- waiting, dead, or kept
);

CREATE INDEX outbox_by_due ON outbox (due) WHERE state = 'waiting';
CREATE INDEX outbox_by_destination ON outbox (business, destination, number) WHERE state = 'waiting';
CREATE INDEX outbox_dead ON outbox (number) WHERE state = 'dead';
CREATE INDEX outbox_kept ON outbox (promised) WHERE state = 'kept';
)sql",
    R"sql(
CREATE TABLE settings (
  number   text NOT NULL,    -- E.164
  revision bigint NOT NULL,  -- 1, 2, 3… of the number
  content  text NOT NULL,    -- JSON: what is set from then on; secrets are sealed
  what     text NOT NULL,    -- for people
  at       bigint NOT NULL,  -- ms since 1970
  PRIMARY KEY (number, revision)
);
)sql",
    R"sql(
ALTER TABLE calls ADD COLUMN number text NOT NULL DEFAULT '';  -- that was called
ALTER TABLE calls ADD COLUMN caller text NOT NULL DEFAULT '';
UPDATE calls SET number = coalesce(info::json ->> 'to', ''), caller = coalesce(info::json ->> 'from', '')
  WHERE position('\u0000' in info) = 0;  -- which PostgreSQL cannot read
CREATE INDEX calls_going_on ON calls (started) WHERE ended IS NULL;
)sql",
    R"sql(
ALTER TABLE calls ADD COLUMN is_text boolean NOT NULL DEFAULT false;  -- a text message that came in
UPDATE calls SET is_text = (info::json #>> '{message,body}') IS NOT NULL
  WHERE position('\u0000' in info) = 0;  -- which PostgreSQL cannot read
)sql",
    R"sql(
CREATE TABLE outcomes (
  call    text NOT NULL,
  seq     integer NOT NULL,  -- of the ask that exchanged a value in kv once
  outcome text NOT NULL,     -- JSON: what the ask gives
  PRIMARY KEY (call, seq)
);
)sql",
};

constexpr const char* begin = R"sql(
BEGIN;
SELECT pg_advisory_xact_lock(8237116024);
CREATE SCHEMA IF NOT EXISTS switchhook;
SET LOCAL search_path = switchhook;
CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL);
INSERT INTO schema_version SELECT 0 WHERE NOT EXISTS (SELECT FROM schema_version);
)sql";

}  // namespace

void migrate(PostgresConnection& connection) {
    constexpr auto newest = std::int64_t(std::size(migrations));
    connection.run_script(begin);
    auto version = connection.run({"SELECT version FROM schema_version"}).integer(0, 0);
    if (version > newest) {
        connection.run_script("ROLLBACK");
        throw std::runtime_error("it was written by a newer Switchhook (its version is " + std::to_string(version) +
                                 ", this one knows " + std::to_string(newest) + "): run that one");
    }
    for (; version < newest; ++version) connection.run_script(migrations[version]);
    connection.run_script("UPDATE schema_version SET version = " + std::to_string(newest) + "; COMMIT");
}

}  // namespace switchhook::store
