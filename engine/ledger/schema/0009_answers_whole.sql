-- What a person who asks afterwards is told, whole.

-- The fields that the target did not take of a record that it took, and why: a
-- JSON list of {field, code, summary, remedy}; '' without.
ALTER TABLE results ADD COLUMN left_out TEXT NOT NULL DEFAULT '';

-- Where people open one record at the source and at the target, {id} standing for
-- its id: a JSON object, sealed, since a link is something that people follow.
ALTER TABLE runs ADD COLUMN profiles BLOB NOT NULL DEFAULT x'';
