-- A keyed sum over the expression that last made a field's values; 0: not known.
-- It tells "you changed the mapping" from "the people changed".
ALTER TABLE fields ADD COLUMN definition INTEGER NOT NULL DEFAULT 0;

-- Why an operation counts against no limit of the days after, or against which
-- other one: announced, expected, first-run, gone, scope; '' for one that counts.
ALTER TABLE results ADD COLUMN why TEXT NOT NULL DEFAULT '';
