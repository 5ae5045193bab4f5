-- Warnings that departments send.

-- name: warning_insert
INSERT INTO warning (warning_id, received_at, account, source, reference, kind, state, area_id,
                     household_id, person_id, month, payload, change_id)
VALUES (:warning_id, :received_at, :account, :source, :reference, :kind, :state, :area_id,
        :household_id, :person_id, :month, :payload, :change_id);

-- name: warning_by_reference
SELECT warning_id, payload
FROM warning
WHERE account = :account AND source = :source AND reference = :reference;

-- name: warning_set_run
UPDATE warning SET run_id = :run_id WHERE warning_id = :warning_id;

-- name: warning_decide
UPDATE warning
SET state = :state, household_id = :household_id, person_id = :person_id, change_id = :change_id,
    run_id = NULL, decided_at = :decided_at, decided_by = :decided_by, reason = :reason
WHERE warning_id = :warning_id;

-- name: warning_by_id
-- With where it lies: the household's area, else the one that it names; NULL: nowhere.
SELECT w.warning_id, w.received_at, w.account, w.source, w.reference, w.kind, w.state, w.month,
       w.payload, w.run_id, w.decided_at, w.decided_by, w.reason, w.household_id, h.code, p.code,
       a.code, a.position_low
FROM warning AS w
LEFT JOIN household AS h ON h.household_id = w.household_id
LEFT JOIN person AS p ON p.person_id = w.person_id
LEFT JOIN area AS a ON a.area_id = coalesce(h.area_id, w.area_id)
WHERE w.warning_id = :warning_id;

-- name: warning_list
-- Newest first, before an id. A warning that lies nowhere is for who sees everything.
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT w.warning_id, w.received_at, w.account, w.source, w.reference, w.kind, w.state, w.month,
       w.payload, w.run_id, w.decided_at, w.decided_by, w.reason, w.household_id, h.code, p.code,
       a.code, a.position_low
FROM warning AS w
LEFT JOIN household AS h ON h.household_id = w.household_id
LEFT JOIN person AS p ON p.person_id = w.person_id
LEFT JOIN area AS a ON a.area_id = coalesce(h.area_id, w.area_id)
WHERE w.warning_id < :before
  AND (:state = '' OR w.state = :state)
  AND ((a.area_id IS NULL AND :is_everything = 1)
       OR a.area_id IN (SELECT b.area_id FROM visible AS v
                        JOIN area AS b ON b.position_low BETWEEN v.low AND v.high))
ORDER BY w.warning_id DESC
LIMIT :count;

-- name: warning_person_by_code
-- A person who lives in an active household now.
SELECT p.person_id, h.household_id, a.position_low, p.name, p.birth_date
FROM person AS p
JOIN membership AS m ON m.person_id = p.person_id AND m.to_date IS NULL
JOIN household AS h ON h.household_id = m.household_id AND h.is_active = 1
JOIN area AS a ON a.area_id = h.area_id
WHERE p.code = :code;

-- name: warning_person_by_birth
-- Everybody of this name and birth date who lives somewhere now.
SELECT p.person_id, h.household_id, a.position_low, p.name, p.birth_date
FROM person AS p
JOIN membership AS m ON m.person_id = p.person_id AND m.to_date IS NULL
JOIN household AS h ON h.household_id = m.household_id AND h.is_active = 1
JOIN area AS a ON a.area_id = h.area_id
WHERE p.birth_date = :birth_date AND p.name = :name;

-- name: warning_household_by_code
SELECT h.household_id, a.position_low
FROM household AS h JOIN area AS a ON a.area_id = h.area_id
WHERE h.code = :code AND h.is_active = 1;

-- name: warning_area_code
SELECT a.code FROM household AS h JOIN area AS a ON a.area_id = h.area_id
WHERE h.household_id = :household_id;

-- name: warning_person_code
SELECT code FROM person WHERE person_id = :person_id;

-- name: warning_flow_reported
-- What a source reported of a flow and month until now.
SELECT e.amount_minor
FROM flow_entry AS e
JOIN flow AS f ON f.flow_id = e.flow_id
JOIN flow_source AS s ON s.flow_source_id = e.flow_source_id
WHERE e.household_id = :household_id AND e.month = :month AND f.name = :flow AND s.code = :source;
