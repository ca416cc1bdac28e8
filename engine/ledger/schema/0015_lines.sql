-- The last lines of a flat file, some hundreds a page in the file's order: a row a
-- person cost more than the lines did. Of two pages that hold a person's line the
-- one with the higher number is right: a run was killed while it replaced them.
CREATE TABLE line_pages (
  number INTEGER PRIMARY KEY,
  scope  INTEGER NOT NULL REFERENCES scopes (id),
  prints BLOB    NOT NULL, -- four keyed bytes of each line's source id, in the page's order
  digest BLOB    NOT NULL, -- keyed, of what lines holds: tells whether a page is another now
  lines  BLOB    NOT NULL  -- sealed
) STRICT;
CREATE INDEX line_pages_of ON line_pages (scope);

-- Whose line is no longer true, since when: kept for those who are held. All
-- other lines are true as of the snapshot's fresh.
CREATE TABLE stale_lines (
  scope  INTEGER NOT NULL REFERENCES scopes (id),
  source TEXT    NOT NULL,
  since  INTEGER NOT NULL,
  PRIMARY KEY (scope, source)
) STRICT, WITHOUT ROWID;

-- The content of which every line is in line_pages; empty: some may be missing.
ALTER TABLE snapshots ADD COLUMN kept BLOB NOT NULL DEFAULT x'';
