-- What the screening reads and writes, beside the built scans.

-- name: area_list
SELECT area_id, parent_id, code, name, name_en, level, position_low, position_high
FROM area
ORDER BY position_low;

-- name: area_of_households
-- The areas of the households of an id range, and those above them.
WITH RECURSIVE above (area_id, parent_id) AS (
    SELECT a.area_id, a.parent_id
    FROM household AS h JOIN area AS a ON a.area_id = h.area_id
    WHERE h.household_id BETWEEN :low AND :high
    UNION
    SELECT a.area_id, a.parent_id
    FROM above AS b JOIN area AS a ON a.area_id = b.parent_id
)
SELECT a.area_id, a.parent_id, a.code, a.name, a.name_en, a.level, a.position_low, a.position_high
FROM above AS b CROSS JOIN area AS a
WHERE a.area_id = b.area_id;

-- name: household_id_range
SELECT min(household_id), max(household_id), count(*) FROM household WHERE is_active = 1;

-- name: finding_open_in_range
-- scan
SELECT finding_id, household_id, code, severity, is_undetermined
FROM finding
WHERE household_id BETWEEN :low AND :high AND closing_run_id IS NULL
ORDER BY household_id, finding_id;

-- name: finding_at_month_in_range
-- scan
SELECT finding_id, household_id, code, severity, is_undetermined
FROM finding
WHERE household_id BETWEEN :low AND :high
  AND from_month <= :month AND (to_month IS NULL OR to_month > :month)
ORDER BY household_id, finding_id;

-- name: standing_in_range
-- scan
SELECT household_id, risk_level, kind
FROM standing AS s
WHERE household_id BETWEEN :low AND :high
  AND run_id = (SELECT max(run_id) FROM standing WHERE household_id = s.household_id)
ORDER BY household_id;

-- name: run_insert
INSERT INTO run (run_id, month, state, pack, pack_version, pack_sha256, started_at, finished_at,
                 households, opened, closed, unchanged, change_id)
VALUES (:run_id, :month, :state, :pack, :pack_version, :pack_sha256, :started_at, :started_at,
        0, 0, 0, 0, :change_id);

-- name: run_finish
UPDATE run
SET finished_at = :finished_at, households = :households, opened = :opened, closed = :closed,
    unchanged = :unchanged
WHERE run_id = :run_id;

-- name: run_last
SELECT run_id, month, pack, pack_version, started_at, finished_at, households, opened, closed,
       unchanged
FROM run
WHERE state = 'published'
ORDER BY run_id DESC
LIMIT 1;

-- name: run_published_list
-- Before one, newest first.
SELECT run_id, month, pack, pack_version, started_at, finished_at, households, opened, closed,
       unchanged
FROM run
WHERE state = 'published' AND run_id < :before
ORDER BY run_id DESC
LIMIT :count;

-- name: run_of_month
SELECT run_id, month, pack, pack_version, started_at, finished_at, households, opened, closed,
       unchanged
FROM run
WHERE state = 'published' AND month = :month
ORDER BY run_id DESC
LIMIT 1;

-- name: finding_began
-- What a run opened for a household, each with the severity of the spell that it closed for it.
SELECT f.finding_id, f.code, f.is_undetermined, f.severity,
       (SELECT max(c.severity) FROM finding AS c
        WHERE c.household_id = f.household_id AND c.closing_run_id = f.opening_run_id
          AND c.code = f.code)
FROM finding AS f
WHERE f.household_id = :household_id AND f.opening_run_id = :run_id
ORDER BY f.finding_id;

-- name: finding_insert
INSERT INTO finding (finding_id, household_id, code, is_undetermined, severity, from_month,
                     to_month, opening_run_id, closing_run_id, evidence)
VALUES (:finding_id, :household_id, :code, :is_undetermined, :severity, :from_month, NULL, :run_id,
        NULL, :evidence);

-- name: finding_close
UPDATE finding
SET to_month = :to_month, closing_run_id = :run_id
WHERE household_id = :household_id AND finding_id = :finding_id;

-- name: standing_insert
INSERT INTO standing (household_id, run_id, month, risk_level, kind)
VALUES (:household_id, :run_id, :month, :risk_level, :kind);
