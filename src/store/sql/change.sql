-- The log of changes.

-- name: change_insert
INSERT INTO change (change_id, at, actor, via, file_name, file_sha256)
VALUES (:change_id, :at, :actor, :via, :file_name, :file_sha256);

-- name: change_finish
-- How many rows the change added and changed, and the file's digest, are known at its end.
UPDATE change SET added = :added, changed = :changed, file_sha256 = :file_sha256
WHERE change_id = :change_id;

-- name: change_row_insert
-- The fields that a change replaced, before and after, as JSON, with what their digest is made of.
INSERT INTO change_row (change_id, entity, entity_id, key, fields, row_number, salt, digest)
VALUES (:change_id, :entity, :entity_id, :key, :fields, :row_number, :salt, :digest);
