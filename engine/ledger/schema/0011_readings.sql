-- Where a mapping that reads what changed goes on. It is moved with the end of
-- the run whose read it covers, or not at all.
CREATE TABLE readings (
  scope   INTEGER NOT NULL REFERENCES scopes (id),
  mapping TEXT    NOT NULL,
  cursor  BLOB    NOT NULL, -- the connector's own, sealed
  basis   TEXT    NOT NULL, -- hash of what makes a record what it is
  read    INTEGER NOT NULL, -- when the read that gave the cursor began
  whole   INTEGER NOT NULL, -- when the last read of everything began
  PRIMARY KEY (scope, mapping)
) STRICT, WITHOUT ROWID;

-- Who was read up to there, and is not at the target as it should be: they are
-- read again, changed or not.
CREATE TABLE unfinished (
  scope   INTEGER NOT NULL REFERENCES scopes (id),
  mapping TEXT    NOT NULL,
  source  TEXT    NOT NULL,
  PRIMARY KEY (scope, mapping, source)
) STRICT, WITHOUT ROWID;
