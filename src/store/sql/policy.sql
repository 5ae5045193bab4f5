-- Versions of the register's pack.

-- name: pack_version_get
SELECT pack_version_id, pack, version, sha256, state, note, from_month, publication, cases_passed,
       warnings, drafted_by, drafted_at, checked_by, checked_at, published_by, published_at,
       withdrawn_by, withdrawn_at
FROM pack_version
WHERE pack_version_id = :pack_version_id;

-- name: pack_version_list
-- Newest first, before an id.
SELECT pack_version_id, pack, version, sha256, state, note, from_month, publication, cases_passed,
       warnings, drafted_by, drafted_at, checked_by, checked_at, published_by, published_at,
       withdrawn_by, withdrawn_at
FROM pack_version
WHERE pack_version_id < :before
ORDER BY pack_version_id DESC
LIMIT :limit;

-- name: pack_version_in_force
-- The version that decides a month: the one that begins last, of those the one published last.
SELECT pack_version_id, pack, version, sha256, state, note, from_month, publication, cases_passed,
       warnings, drafted_by, drafted_at, checked_by, checked_at, published_by, published_at,
       withdrawn_by, withdrawn_at
FROM pack_version
WHERE state = 'published' AND from_month <= :month
ORDER BY from_month DESC, publication DESC
LIMIT 1;

-- name: pack_version_newest
-- What the register's present pack is known by: asked for with each request.
SELECT sha256
FROM pack_version
WHERE state = 'published' AND from_month >= 0
ORDER BY from_month DESC, publication DESC
LIMIT 1;

-- name: pack_version_insert
INSERT INTO pack_version (pack_version_id, pack, version, sha256, state, note, drafted_by,
                          drafted_at)
VALUES (:pack_version_id, :pack, :version, :sha256, 'draft', :note, :person, :at);

-- name: pack_version_check
UPDATE pack_version
SET state = 'checked', checked_by = :person, checked_at = :at, cases_passed = :cases_passed,
    warnings = :warnings
WHERE pack_version_id = :pack_version_id;

-- name: pack_version_publish
UPDATE pack_version
SET state = 'published', published_by = :person, published_at = :at, from_month = :from_month,
    publication = (SELECT coalesce(max(publication), 0) + 1 FROM pack_version)
WHERE pack_version_id = :pack_version_id;

-- name: pack_version_withdraw
UPDATE pack_version
SET state = 'withdrawn', withdrawn_by = :person, withdrawn_at = :at
WHERE pack_version_id = :pack_version_id;

-- name: pack_version_of_label
-- A published version that calls itself the same and decides otherwise.
SELECT pack_version_id
FROM pack_version
WHERE state = 'published' AND from_month >= 0 AND pack = :pack AND version = :version
  AND sha256 <> :sha256
LIMIT 1;

-- name: pack_version_of_sha256
SELECT pack_version_id FROM pack_version WHERE sha256 = :sha256 LIMIT 1;

-- name: pack_file_insert
INSERT INTO pack_file (sha256, bytes) VALUES (:sha256, :bytes)
ON CONFLICT (sha256) DO NOTHING;

-- name: pack_version_file_insert
INSERT INTO pack_version_file (pack_version_id, path, sha256)
VALUES (:pack_version_id, :path, :sha256);

-- name: pack_version_file_list
SELECT f.path, f.sha256, c.bytes
FROM pack_version_file f JOIN pack_file c ON c.sha256 = f.sha256
WHERE f.pack_version_id = :pack_version_id
ORDER BY f.path;
