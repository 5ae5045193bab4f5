-- Moving a register to another store: what the schema holds, and how far the move has come.

-- name: move_table_list
-- only: sqlite
SELECT name FROM sqlite_schema
WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name;

-- name: move_table_list
-- only: postgres
SELECT c.relname FROM pg_catalog.pg_class AS c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
  AND NOT c.relispartition
ORDER BY c.relname COLLATE "C";

-- name: move_column_list
-- In the order of the table: name, type in SQLite's words, place in the primary key from 1 (0: not in it), and whether
-- the database computes it.
-- only: sqlite
SELECT name, type, pk, hidden FROM pragma_table_xinfo(:table_name) ORDER BY cid;

-- name: move_column_list
-- only: postgres
SELECT a.attname,
       CASE format_type(a.atttypid, NULL) WHEN 'bigint' THEN 'INTEGER' WHEN 'text' THEN 'TEXT'
                                          WHEN 'bytea' THEN 'BLOB' ELSE format_type(a.atttypid, NULL) END,
       coalesce(array_position(k.conkey, a.attnum), 0)::bigint,
       (a.attgenerated <> '')::int::bigint
FROM pg_catalog.pg_attribute AS a
LEFT JOIN pg_catalog.pg_constraint AS k ON k.conrelid = a.attrelid AND k.contype = 'p'
WHERE a.attrelid = (SELECT oid FROM pg_catalog.pg_class
                    WHERE relnamespace = current_schema()::regnamespace AND relname = :table_name)
  AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum;

-- name: move_rule_aside
-- Rules that would hinder rows that come table by table: SQL that puts each aside, and SQL that puts it back.
-- only: sqlite
SELECT 'DROP TRIGGER "' || name || '"', sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name;

-- name: move_rule_aside
-- only: postgres
SELECT format('ALTER TABLE %I DROP CONSTRAINT %I', c.relname, k.conname),
       format('ALTER TABLE %I ADD CONSTRAINT %I %s', c.relname, k.conname, pg_get_constraintdef(k.oid))
FROM pg_catalog.pg_constraint AS k JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
WHERE k.connamespace = current_schema()::regnamespace AND k.contype = 'f'
UNION ALL
SELECT format('ALTER TABLE %I DISABLE TRIGGER %I', c.relname, t.tgname),
       format('ALTER TABLE %I ENABLE TRIGGER %I', c.relname, t.tgname)
FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal AND t.tgenabled <> 'D'
ORDER BY 1;

-- name: move_rule_insert
INSERT INTO move_rule (definition) VALUES (:definition);

-- name: move_rule_list
SELECT definition FROM move_rule ORDER BY definition;

-- name: move_rule_clear
DELETE FROM move_rule;

-- name: move_source_get
SELECT register_id, state, begun_at FROM move_source;

-- name: move_source_insert
INSERT INTO move_source (register_id, state, begun_at) VALUES (:register_id, :state, :begun_at);

-- name: move_source_clear
DELETE FROM move_source;

-- name: move_progress_get
SELECT row_count, chain FROM move_progress WHERE table_name = :table_name;

-- name: move_progress_put
INSERT INTO move_progress (table_name, row_count, chain) VALUES (:table_name, :row_count, :chain)
ON CONFLICT (table_name) DO UPDATE SET row_count = excluded.row_count, chain = excluded.chain;

-- name: move_progress_clear
DELETE FROM move_progress;

-- name: move_state
-- What changes whenever the register does: its name, and the ends of what only grows.
SELECT (SELECT value FROM setting WHERE name = 'register_id'),
       (SELECT max(journal_id) FROM journal),
       (SELECT hash FROM journal_seal ORDER BY sequence DESC LIMIT 1),
       (SELECT max(change_id) FROM change),
       (SELECT max(run_id) FROM run),
       (SELECT max(job_event_id) FROM job_event);

-- name: move_file_count
-- Rows that say that a file lies beside the register.
SELECT (SELECT count(*) FROM upload) + (SELECT count(*) FROM job WHERE file_name IS NOT NULL);
