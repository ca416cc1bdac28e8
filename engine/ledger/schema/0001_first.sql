-- Times are microseconds since 1970-01-01 UTC.

-- One row: who this ledger is.
CREATE TABLE ledger (
  one         INTEGER PRIMARY KEY CHECK (one = 1),
  id          TEXT    NOT NULL,
  key_check   BLOB    NOT NULL, -- derived from key and id: shows a wrong key, gives none away
  generation  INTEGER NOT NULL,
  chain_mac   BLOB    NOT NULL, -- over the number of ended runs and the last one's hash
  created     INTEGER NOT NULL
) STRICT;

CREATE TABLE scopes (
  id              INTEGER PRIMARY KEY,
  source_tenant   TEXT NOT NULL,
  source_resource TEXT NOT NULL,
  target_tenant   TEXT NOT NULL,
  target_resource TEXT NOT NULL,
  UNIQUE (source_tenant, source_resource, target_tenant, target_resource)
) STRICT;

-- AUTOINCREMENT: the number of a forgotten field is never given to another one,
-- so a fingerprint that outlives it can't be mistaken for the other's.
CREATE TABLE fields (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  scope     INTEGER NOT NULL REFERENCES scopes (id),
  name      TEXT    NOT NULL,
  forgotten INTEGER NOT NULL DEFAULT 0 CHECK (forgotten IN (0, 1)) -- 1: being swept out of the links
) STRICT;
CREATE UNIQUE INDEX fields_by_name ON fields (scope, name) WHERE forgotten = 0;

-- The row number is what a run's bitmap counts by.
CREATE TABLE links (
  number  INTEGER PRIMARY KEY,
  scope   INTEGER NOT NULL REFERENCES scopes (id),
  source  TEXT    NOT NULL,
  target  TEXT    NOT NULL,
  state   INTEGER NOT NULL CHECK (state IN (1, 2)), -- 1 active, 2 deactivated
  changed INTEGER NOT NULL,
  prints  BLOB    NOT NULL,
  UNIQUE (scope, source)
) STRICT;
CREATE INDEX links_by_target ON links (scope, target) WHERE target <> '';

CREATE TABLE runs (
  number       INTEGER PRIMARY KEY,
  id           TEXT    NOT NULL UNIQUE,
  mapping      TEXT    NOT NULL,
  run_trigger  TEXT    NOT NULL,
  plan         TEXT    NOT NULL,
  started      INTEGER NOT NULL,
  ended        INTEGER,
  status       TEXT    NOT NULL CHECK (status IN ('running', 'succeeded', 'partial', 'blocked', 'failed')),
  counts       TEXT    NOT NULL, -- JSON object of integers, by outcome or what else was counted
  calls        TEXT    NOT NULL, -- JSON object of integers, by connection
  position     INTEGER UNIQUE,   -- in the chain: the order in which runs ended, from 1
  prev_hash    BLOB,
  hash         BLOB,
  CHECK ((status = 'running') = (hash IS NULL)),
  CHECK ((status = 'running') = (ended IS NULL)),
  CHECK ((status = 'running') = (position IS NULL))
) STRICT;
CREATE INDEX runs_by_mapping ON runs (mapping, number);

CREATE TABLE plans (
  id           TEXT    PRIMARY KEY,
  run          TEXT    NOT NULL, -- '' for a plan saved outside a run
  scope        INTEGER NOT NULL REFERENCES scopes (id),
  spool        TEXT    NOT NULL,
  mapping_hash TEXT    NOT NULL,
  generation   INTEGER NOT NULL,
  created      INTEGER NOT NULL,
  batches      INTEGER NOT NULL,
  state        TEXT    NOT NULL CHECK (state IN ('ready', 'applying', 'done', 'dropped'))
) STRICT, WITHOUT ROWID;
CREATE INDEX plans_open ON plans (scope, created) WHERE state IN ('ready', 'applying');

-- The journal. A batch without an answer was perhaps sent, perhaps not.
CREATE TABLE batches (
  plan     TEXT    NOT NULL REFERENCES plans (id),
  batch    INTEGER NOT NULL,
  intended INTEGER NOT NULL,
  answered INTEGER,
  PRIMARY KEY (plan, batch)
) STRICT, WITHOUT ROWID;
CREATE INDEX batches_unanswered ON batches (plan, batch) WHERE answered IS NULL;

CREATE TABLE results (
  run       INTEGER NOT NULL REFERENCES runs (number),
  number    INTEGER NOT NULL, -- within the run, from 1
  plan      TEXT    NOT NULL,
  position  INTEGER NOT NULL,
  source    TEXT    NOT NULL,
  target    TEXT    NOT NULL,
  outcome   TEXT    NOT NULL,
  operation TEXT    NOT NULL,
  code      TEXT    NOT NULL,
  field     TEXT    NOT NULL,
  summary   TEXT    NOT NULL,
  remedy    TEXT    NOT NULL,
  retry     TEXT    NOT NULL,
  status    INTEGER NOT NULL,
  attempts  INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  name      BLOB    NOT NULL, -- sealed; empty when there is none
  PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE held (
  mapping    TEXT    NOT NULL,
  source     TEXT    NOT NULL,
  outcome    TEXT    NOT NULL,
  code       TEXT    NOT NULL,
  field      TEXT    NOT NULL,
  summary    TEXT    NOT NULL,
  remedy     TEXT    NOT NULL,
  retry      TEXT    NOT NULL,
  run        TEXT    NOT NULL, -- the last that saw it
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,
  attempts   INTEGER NOT NULL,
  name       BLOB    NOT NULL, -- sealed; empty when there is none
  PRIMARY KEY (mapping, source)
) STRICT, WITHOUT ROWID;
