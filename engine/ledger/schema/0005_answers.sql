-- What a person who asks afterwards is told.

-- Where the expression stands that held the record, "people.hcl:12:5", and what
-- the target answered, with every value that was sent replaced by its field's
-- name.
ALTER TABLE held ADD COLUMN place  TEXT NOT NULL DEFAULT '';
ALTER TABLE held ADD COLUMN answer TEXT NOT NULL DEFAULT '';
ALTER TABLE results ADD COLUMN place  TEXT NOT NULL DEFAULT '';
ALTER TABLE results ADD COLUMN answer TEXT NOT NULL DEFAULT '';

-- Somebody knows of it: until then it makes no run partial. 0: nobody.
ALTER TABLE held ADD COLUMN known_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE held ADD COLUMN known_by    TEXT    NOT NULL DEFAULT '';

-- What a run says besides its results, for a report that is made later.
CREATE TABLE stories (
  run  INTEGER PRIMARY KEY REFERENCES runs (number),
  text BLOB NOT NULL -- sealed
) STRICT;

-- Everything about one person.
CREATE INDEX results_by_source ON results (source, run);
