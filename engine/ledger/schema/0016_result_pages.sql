-- What became of people in runs, by the page: results that were settled together
-- and say the same are one row. Only the program can fill it from the table
-- results, for the people are sealed; it then drops that one. With row numbers,
-- unlike most tables: a search by the key of one without reads whole rows.
CREATE TABLE result_pages (
  run       INTEGER NOT NULL REFERENCES runs (number),
  until     INTEGER NOT NULL, -- the last number of those settled with it: their pages interleave with no others
  first     INTEGER NOT NULL, -- its own first: results are numbered within the run, from 1
  plan      TEXT    NOT NULL, -- '' where no batch carried them
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
  place     TEXT    NOT NULL,
  answer    TEXT    NOT NULL,
  why       TEXT    NOT NULL,
  left_out  TEXT    NOT NULL,
  prints    BLOB    NOT NULL, -- of the source ids, four bytes each: before the people, whom a search then need not read
  people    BLOB    NOT NULL, -- sealed: number, position, both ids and the shown name of each
  PRIMARY KEY (run, until, first)
) STRICT;

-- What counts against the guards' limits over several days.
CREATE INDEX result_pages_by_operation ON result_pages (operation, at) WHERE outcome = 'succeeded';
