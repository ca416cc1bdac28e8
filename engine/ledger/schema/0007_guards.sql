-- A keyed sum over the expression that last made a field's values; 0: not known.
-- It tells "you changed the mapping" from "the people changed".
ALTER TABLE fields ADD COLUMN definition INTEGER NOT NULL DEFAULT 0;
