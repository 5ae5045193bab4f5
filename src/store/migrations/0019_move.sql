-- 0019: a register that is moved here from another store (berm move): what has come, and what is to be put back at
-- the end. All three are empty in a register; while they are not, the schema's version says that it is none yet.

-- The register that is moved, in one row.
CREATE TABLE move_source (
    register_id TEXT NOT NULL PRIMARY KEY,   -- its name in the setting of that name
    state       TEXT NOT NULL,               -- SHA-256 over versions, counts and ends: the same as long as nothing changes
    begun_at    TEXT NOT NULL                -- UTC instant
) STRICT;

-- The first rows of a table, in the order of its key, are here already.
CREATE TABLE move_progress (
    table_name TEXT NOT NULL PRIMARY KEY,
    row_count  INTEGER NOT NULL,             -- how many
    chain      TEXT NOT NULL                 -- SHA-256 over them, chained from row to row, hexadecimal
) STRICT;

-- Rules of the schema that stand aside while rows come: triggers and references.
CREATE TABLE move_rule (
    definition TEXT NOT NULL PRIMARY KEY     -- SQL that puts it back
) STRICT;
