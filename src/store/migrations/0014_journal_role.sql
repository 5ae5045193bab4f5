-- 0014: by which roles something was done.

-- journal, further column: role, the names of the caller's roles that allowed it, a blank between; empty: who works at
-- the machine itself needs none, and entries older than this do not tell.
ALTER TABLE journal ADD COLUMN role TEXT NOT NULL DEFAULT '';
