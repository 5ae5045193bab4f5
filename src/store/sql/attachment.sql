-- Photos, signatures and papers of households.

-- name: attachment_file_insert
-- Nothing where the household has this content already.
INSERT INTO attachment_file (household_id, sha256, media_type, byte_count, change_id)
VALUES (:household_id, :sha256, :media_type, :byte_count, :change_id)
ON CONFLICT (household_id, sha256) DO NOTHING;

-- name: attachment_piece_insert
INSERT INTO attachment_piece (household_id, sha256, piece_number, bytes)
VALUES (:household_id, :sha256, :piece_number, :bytes);

-- name: attachment_piece_get
SELECT bytes FROM attachment_piece
WHERE household_id = :household_id AND sha256 = :sha256 AND piece_number = :piece_number;

-- name: attachment_insert
INSERT INTO attachment (household_id, attachment_id, sha256, kind, file_name, taken_on, note, visit_id, case_id,
                        has_metadata, added_at, added_by, change_id)
VALUES (:household_id, :attachment_id, :sha256, :kind, :file_name, :taken_on, :note, :visit_id, :case_id,
        :has_metadata, :added_at, :added_by, :change_id);

-- name: attachment_find
-- The same content of the same kind and visit (0: none), as it was added before.
SELECT min(attachment_id), (SELECT count(*) FROM attachment WHERE household_id = :household_id)
FROM attachment
WHERE household_id = :household_id AND sha256 = :sha256 AND kind = :kind AND coalesce(visit_id, 0) = :visit_id;

-- name: attachment_list
-- few: files of one household
-- Those of a visit, or of all (0).
SELECT t.attachment_id, t.household_id, t.kind, f.media_type, t.sha256, t.file_name, t.taken_on, t.note, f.byte_count,
       t.visit_id, t.case_id, t.has_metadata, t.added_at, t.added_by, h.code, a.position_low
FROM attachment AS t
JOIN attachment_file AS f ON f.household_id = t.household_id AND f.sha256 = t.sha256
JOIN household AS h ON h.household_id = t.household_id
JOIN area AS a ON a.area_id = h.area_id
WHERE t.household_id = :household_id AND (:visit_id = 0 OR t.visit_id = :visit_id)
ORDER BY t.attachment_id;

-- name: attachment_by_id
-- The same columns.
SELECT t.attachment_id, t.household_id, t.kind, f.media_type, t.sha256, t.file_name, t.taken_on, t.note, f.byte_count,
       t.visit_id, t.case_id, t.has_metadata, t.added_at, t.added_by, h.code, a.position_low
FROM attachment AS t
JOIN attachment_file AS f ON f.household_id = t.household_id AND f.sha256 = t.sha256
JOIN household AS h ON h.household_id = t.household_id
JOIN area AS a ON a.area_id = h.area_id
WHERE t.attachment_id = :attachment_id;
