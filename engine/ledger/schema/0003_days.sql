-- On which day a windowed record lies: once it is no longer read, that says
-- whether it fell out of the window or is gone. Sealed; with the link it goes.
CREATE TABLE days (
  link INTEGER PRIMARY KEY REFERENCES links (number) ON DELETE CASCADE,
  day  BLOB    NOT NULL
) STRICT;
