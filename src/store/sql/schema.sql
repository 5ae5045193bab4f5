-- What the database holds: used when a dictionary is applied.

-- name: column_type
-- The declared type of a column; no row where there is no such column.
-- only: sqlite
SELECT type FROM pragma_table_info(:table_name) WHERE name = :column_name;

-- name: column_type
-- only: postgres
SELECT CASE data_type WHEN 'bigint' THEN 'INTEGER' ELSE upper(data_type) END
FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = :table_name AND column_name = :column_name;

-- name: variable_type
-- The dictionary type with which a variable's column was made.
SELECT type FROM variable WHERE entity = :entity AND name = :name;

-- name: variable_insert
INSERT INTO variable (entity, name, type) VALUES (:entity, :name, :type);

-- name: flow_insert
-- Flows are numbered in the order in which they were first seen.
INSERT INTO flow (flow_id, name)
SELECT coalesce(max(flow_id), 0) + 1, :name FROM flow WHERE true
ON CONFLICT (name) DO NOTHING;
