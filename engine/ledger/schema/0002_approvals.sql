-- Who agreed to what a guard had blocked, person by person. Rows stay after they
-- expire: they say who answered for it.
CREATE TABLE approvals (
  mapping   TEXT    NOT NULL,
  source    TEXT    NOT NULL,
  operation TEXT    NOT NULL,
  run       TEXT    NOT NULL, -- the blocked run that was looked at
  who       TEXT    NOT NULL,
  at        INTEGER NOT NULL,
  expires   INTEGER NOT NULL,
  PRIMARY KEY (mapping, source, operation, at)
) STRICT, WITHOUT ROWID;

-- What counts against the guards' limits over several days.
CREATE INDEX results_by_operation ON results (operation, at) WHERE outcome = 'succeeded';
