-- A flat file as it was last written, or found to be right.
CREATE TABLE snapshots (
  scope   INTEGER PRIMARY KEY REFERENCES scopes (id),
  content BLOB    NOT NULL, -- keyed hash of its form and lines; empty: not what a plan said
  fresh   INTEGER NOT NULL  -- when its lines were last known to be true
) STRICT;

-- The last line of each linked record, sealed. since: no longer true since then,
-- and kept for one who is held; NULL: true as of the snapshot's fresh.
CREATE TABLE kept_lines (
  scope  INTEGER NOT NULL REFERENCES scopes (id),
  source TEXT    NOT NULL,
  line   BLOB    NOT NULL,
  since  INTEGER,
  PRIMARY KEY (scope, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_lines_since ON kept_lines (scope, since) WHERE since IS NOT NULL;
