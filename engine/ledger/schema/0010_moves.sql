-- Links that were moved from one tenant's name to another: who, when, how many.
CREATE TABLE moves (
  number    INTEGER PRIMARY KEY, -- from 1, without gaps
  scope     INTEGER NOT NULL REFERENCES scopes (id),
  side      TEXT    NOT NULL CHECK (side IN ('source', 'target')),
  before    TEXT    NOT NULL,
  after     TEXT    NOT NULL,
  links     INTEGER NOT NULL,
  who       TEXT    NOT NULL,
  at        INTEGER NOT NULL,
  confirmed INTEGER NOT NULL DEFAULT 0 CHECK (confirmed IN (0, 1)), -- a run has found the links to be right
  mac       BLOB    NOT NULL -- over the one before and all of it but scope and confirmed
) STRICT;
CREATE INDEX moves_unconfirmed ON moves (scope) WHERE confirmed = 0;

-- Over the number of moves and the last one's mac; empty only until the key is there to make it.
ALTER TABLE ledger ADD COLUMN moves_mac BLOB NOT NULL DEFAULT x'';
