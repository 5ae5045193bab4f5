-- Measures: the help that is planned for households.

-- name: measure_insert
INSERT INTO measure (household_id, measure_id, case_id, finding_code, measure, programme, owner, due_on, state,
                     amount_minor, is_recommended, planned_at, planned_by, evidence, result, reason, change_id)
VALUES (:household_id, :measure_id, :case_id, :finding_code, :measure, :programme, :owner, :due_on, 'planned',
        :amount_minor, :is_recommended, :planned_at, :planned_by, '', '', '', :change_id);

-- name: measure_update
UPDATE measure
SET state = :state, started_on = :started_on, delivered_on = :delivered_on, evidence = :evidence,
    attachment_sha256 = :attachment_sha256, result = :result, reason = :reason, change_id = :change_id
WHERE household_id = :household_id AND measure_id = :measure_id;

-- name: measure_by_id
-- few: one measure
SELECT m.household_id, m.measure_id, m.case_id, h.code, a.code, a.position_low, m.finding_code, m.measure,
       m.programme, m.owner, m.due_on, m.state, m.is_recommended, m.amount_minor, m.planned_at, m.planned_by,
       m.started_on, m.delivered_on, m.evidence, m.attachment_sha256, m.result, m.reason
FROM measure AS m
JOIN household AS h ON h.household_id = m.household_id
JOIN area AS a ON a.area_id = h.area_id
WHERE m.measure_id = :measure_id;

-- name: measure_of_household
-- few: measures of one household
SELECT m.household_id, m.measure_id, m.case_id, h.code, a.code, a.position_low, m.finding_code, m.measure,
       m.programme, m.owner, m.due_on, m.state, m.is_recommended, m.amount_minor, m.planned_at, m.planned_by,
       m.started_on, m.delivered_on, m.evidence, m.attachment_sha256, m.result, m.reason
FROM measure AS m
JOIN household AS h ON h.household_id = m.household_id
JOIN area AS a ON a.area_id = h.area_id
WHERE m.household_id = :household_id AND m.measure_id < :before
  AND (:owner = '' OR m.owner = :owner)
  AND (:state = '' OR m.state = :state)
  AND (:overdue_on = '' OR (m.due_on < :overdue_on AND m.state IN ('planned', 'under_way')))
ORDER BY m.measure_id DESC
LIMIT :count;

-- name: measure_list
-- Newest first, before an id.
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT m.household_id, m.measure_id, m.case_id, h.code, a.code, a.position_low, m.finding_code, m.measure,
       m.programme, m.owner, m.due_on, m.state, m.is_recommended, m.amount_minor, m.planned_at, m.planned_by,
       m.started_on, m.delivered_on, m.evidence, m.attachment_sha256, m.result, m.reason
FROM measure AS m
JOIN household AS h ON h.household_id = m.household_id
JOIN area AS a ON a.area_id = h.area_id
WHERE m.measure_id < :before
  AND h.area_id IN (SELECT b.area_id FROM visible AS v JOIN area AS b ON b.position_low BETWEEN v.low AND v.high)
  AND (:owner = '' OR m.owner = :owner)
  AND (:state = '' OR m.state = :state)
  AND (:overdue_on = '' OR (m.due_on < :overdue_on AND m.state IN ('planned', 'under_way')))
ORDER BY m.measure_id DESC
LIMIT :count;

-- name: measure_file
SELECT 1 FROM attachment_file WHERE household_id = :household_id AND sha256 = :sha256;
